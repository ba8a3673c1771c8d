import type { IncomingHttpHeaders } from "node:http";
import { describe, expect, it } from "vitest";
import { isPartOf, wholeOf } from "../../../src/transfer/connections/whole.ts";

const HEADERS = { "accept-ranges": "bytes", etag: '"a"' };
const DATE = "Wed, 21 Oct 2026 07:28:00 GMT";

describe("an answer from which parts can be told", () => {
  it.each<[string, number, IncomingHttpHeaders, number | undefined]>([
    ["has an entity tag", 200, HEADERS, 1_000],
    ["has a date and no tag", 200, { "accept-ranges": "bytes", "last-modified": DATE }, 1_000],
    ["is a part itself", 206, { etag: '"a"', "content-range": "bytes 400-999/1000" }, 600],
    ["says that it is as it is", 200, { ...HEADERS, "content-encoding": "identity" }, 1_000],
  ])("%s", (_what, status, headers, sizeBytes) => {
    expect(wholeOf({ status, headers, sizeBytes })?.totalBytes).toBe(1_000);
  });
});

describe("no parts are asked for", () => {
  it.each<[string, number, IncomingHttpHeaders, number | undefined]>([
    ["of a server that says nothing of ranges", 200, { etag: '"a"' }, 1_000],
    ["of a server that has none", 200, { ...HEADERS, "accept-ranges": "none" }, 1_000],
    ["where a tag is weak", 200, { ...HEADERS, etag: 'W/"a"' }, 1_000],
    ["where nothing tells one state from another", 200, { "accept-ranges": "bytes" }, 1_000],
    ["where nobody knows how much there is", 200, HEADERS, undefined],
    ["where nobody knows of how much it is a part", 206, { etag: '"a"', "content-range": "bytes 4-9/*" }, 6],
    ["of what is compressed", 200, { ...HEADERS, "content-encoding": "gzip" }, 1_000],
  ])("%s", (_what, status, headers, sizeBytes) => {
    expect(wholeOf({ status, headers, sizeBytes })).toBeUndefined();
  });
});

describe("an answer to who asked for a part", () => {
  const whole = { totalBytes: 1_000, validators: { etag: '"a"', lastModified: DATE } };
  const range = { startByte: 100, endByte: 200 };
  const part = { etag: '"a"', "content-range": "bytes 100-199/1000" };

  it.each<[string, IncomingHttpHeaders]>([
    ["has the same tag", part],
    ["has no tag", { "content-range": "bytes 100-199/1000" }],
    ["has the same tag, and another server's date", { ...part, "last-modified": "another" }],
    ["has the same date", { "content-range": "bytes 100-199/1000", "last-modified": DATE }],
  ])("is that part when it %s", (_what, headers) => {
    expect(isPartOf(whole, range, { status: 206, headers })).toBe(true);
  });

  it.each<[string, number, IncomingHttpHeaders]>([
    ["is all of it", 200, part],
    ["begins elsewhere", 206, { ...part, "content-range": "bytes 99-199/1000" }],
    ["ends elsewhere", 206, { ...part, "content-range": "bytes 100-200/1000" }],
    ["is of more", 206, { ...part, "content-range": "bytes 100-199/1001" }],
    ["doesn't say of how much it is", 206, { ...part, "content-range": "bytes 100-199/*" }],
    ["doesn't say what it is", 206, { etag: '"a"' }],
    ["has another tag", 206, { ...part, etag: '"b"' }],
    [
      "has another date and no tag",
      206,
      { "content-range": "bytes 100-199/1000", "last-modified": "another" },
    ],
    ["is compressed", 206, { ...part, "content-encoding": "gzip" }],
  ])("isn't when it %s", (_what, status, headers) => {
    expect(isPartOf(whole, range, { status, headers })).toBe(false);
  });
});

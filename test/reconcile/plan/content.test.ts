import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Image, ImageSpec, Source } from "../../../src/model/index.ts";
import { reconcile, type SourceFacts } from "../../../src/reconcile/index.ts";
import { sourceRecord } from "../../../src/reconcile/plan/source-record.ts";
import { imageOf } from "../support/images.ts";

const MD5 = "ab".repeat(16);
const SHA512 = "cd".repeat(64);
const URL_TEXT = "https://example.org/debian.qcow2";
const STORED = { checksum: MD5, hashAlgorithm: "sha512", hashValue: SHA512, sizeBytes: 100 };

function contentOf(spec: Partial<ImageSpec>, image: Partial<Image>, source?: SourceFacts): unknown {
  const { content, action } = reconcile({ name: "debian", ...spec }, imageOf(image), { source });
  if (content === "same" || content === "unknown" || content === undefined) expect(action).toBe("none");
  return content;
}

/** The image as the library left it, made from this. */
function madeFrom(spec: Partial<ImageSpec>, image: Partial<Image> = {}): Partial<Image> {
  const record = sourceRecord({ name: "debian", ...spec });
  return { ...image, properties: record === undefined ? {} : { "imagewright.source": record } };
}

it("a spec without a source says nothing of data", () => {
  expect(contentOf({}, STORED)).toBeUndefined();
  expect(reconcile({ name: "debian" }, imageOf(STORED))).not.toHaveProperty("content");
  expect(reconcile({ name: "debian" }, imageOf({ status: "queued" })).action).toBe("none");
});

describe("by the declared checksum", () => {
  it.each([
    ["md5", `md5:${MD5}`, "same"],
    ["sha512", `sha512:${SHA512}`, "same"],
    ["in upper case", `SHA-512:${SHA512.toUpperCase()}`, "same"],
    ["another md5", `md5:${"00".repeat(16)}`, "changed"],
    ["another sha512", `sha512:${"00".repeat(64)}`, "changed"],
    ["an algorithm that the cloud doesn't report", `sha256:${"00".repeat(32)}`, "unknown"],
  ])("%s", (_case, checksum, expected) => {
    expect(contentOf({ source: { url: URL_TEXT, checksum } }, STORED)).toBe(expected);
    expect(contentOf({ source: { file: "a", checksum } }, STORED)).toBe(expected);
  });
  it("whatever the case of what the cloud reports", () => {
    const image = { hashAlgorithm: "SHA512", hashValue: SHA512.toUpperCase() };
    expect(contentOf({ source: { file: "a", checksum: `sha512:${SHA512}` } }, image)).toBe("same");
    const old = { checksum: MD5.toUpperCase() };
    expect(contentOf({ source: { file: "a", checksum: `md5:${MD5}` } }, old)).toBe("same");
  });
  it("but not by one that has to be fetched first", () => {
    const source = { url: URL_TEXT, checksum: { url: "https://example.org/SHA256SUMS" } };
    expect(contentOf({ source }, STORED)).toBe("unknown");
    expect(contentOf({ source }, madeFrom({ source }, STORED))).toBe("same");
  });
  it("also where it is said that the data is stored as it comes", () => {
    const as = { decompress: false, convert: false };
    expect(contentOf({ source: { url: URL_TEXT, checksum: `md5:${MD5}` }, ...as }, STORED)).toBe("same");
  });
  it("which outweighs the record", () => {
    const spec = { source: { url: URL_TEXT, checksum: `md5:${"00".repeat(16)}` } };
    expect(contentOf(spec, madeFrom(spec, STORED))).toBe("changed");
  });
  it("but not where the cloud reports none, or an empty one", () => {
    const spec = { source: { url: URL_TEXT, checksum: `md5:${MD5}` } };
    expect(contentOf(spec, {})).toBe("unknown");
    expect(contentOf(spec, { checksum: "", hashAlgorithm: "sha512", hashValue: "" })).toBe("unknown");
  });
  it.each([{ decompress: true }, { decompress: "gzip" }, { convert: true }] as const)(
    "but not where the data is stored in another form: %o",
    (how) => {
      const spec = { source: { url: URL_TEXT, checksum: `md5:${MD5}` }, ...how };
      expect(contentOf(spec, STORED)).toBe("unknown");
      expect(contentOf(spec, madeFrom(spec, STORED))).toBe("same");
    },
  );
});

describe("by what is known of the source", () => {
  const spec = { source: { file: "a" } };
  it("another size is another content", () => {
    expect(contentOf(spec, STORED, { sizeBytes: 99 })).toBe("changed");
    expect(contentOf(spec, madeFrom(spec, STORED), { sizeBytes: 99 })).toBe("changed");
  });
  it("the same size says nothing by itself", () => {
    expect(contentOf(spec, STORED, { sizeBytes: 100 })).toBe("unknown");
  });
  it("a size says nothing where the cloud reports none", () => {
    expect(contentOf(spec, {}, { sizeBytes: 100 })).toBe("unknown");
    expect(contentOf(spec, madeFrom(spec), { sizeBytes: 100 })).toBe("same");
  });
  it("nothing says nothing of an image whose size is known", () => {
    expect(contentOf(spec, madeFrom(spec, STORED), {})).toBe("same");
  });
  it("neither size nor digest tells of data that is stored in another form", () => {
    const converted = { ...spec, convert: true };
    const facts = { sizeBytes: 99, digests: { md5: "00".repeat(16) } };
    expect(contentOf(converted, madeFrom(converted, STORED), facts)).toBe("same");
  });
  it("a digest decides", () => {
    expect(contentOf(spec, STORED, { sizeBytes: 100, digests: { sha512: SHA512 } })).toBe("same");
    expect(contentOf(spec, STORED, { sizeBytes: 100, digests: { md5: "00".repeat(16) } })).toBe("changed");
    expect(contentOf(spec, STORED, { digests: { sha256: "00".repeat(32) } })).toBe("unknown");
  });
  it("what is not sent has no size in the plan", () => {
    const plan = reconcile({ name: "debian", ...spec }, imageOf({ ...madeFrom(spec), sizeBytes: 5 }), {
      source: { sizeBytes: 5 },
    });
    expect(plan).toMatchObject({ action: "none", content: "same" });
    expect(plan).not.toHaveProperty("sizeBytes");
  });
  it("a change names the size of what is to be sent", () => {
    expect(
      reconcile({ name: "debian", ...spec }, imageOf(STORED), { source: { sizeBytes: 99 } }),
    ).toMatchObject({
      action: "replace",
      replaces: ["source"],
      sizeBytes: 99,
    });
  });
});

describe("by the record of what the image was made from", () => {
  it.each<[string, Partial<ImageSpec>]>([
    ["a file", { source: { file: "a" } }],
    ["a URL", { source: { url: URL_TEXT } }],
    ["a web download", { source: { webDownload: URL_TEXT } }],
    ["a volume", { source: { volumeId: "v" } }],
    ["an object", { source: { object: "b:k" } }],
    ["an image", { source: { imageId: "i" } }],
    ["a compressed URL", { source: { url: URL_TEXT }, decompress: "xz" }],
    ["a converted URL", { source: { url: URL_TEXT }, convert: true }],
  ])("%s", (_kind, spec) => {
    expect(contentOf(spec, madeFrom(spec))).toBe("same");
    expect(contentOf(spec, madeFrom({ source: { url: "https://example.org/other" } }))).toBe("changed");
    expect(contentOf(spec, {})).toBe("unknown");
  });
  it("another decompression or conversion is another content", () => {
    const source = { url: URL_TEXT };
    expect(contentOf({ source, decompress: true }, madeFrom({ source }))).toBe("changed");
    expect(contentOf({ source, convert: true }, madeFrom({ source }))).toBe("changed");
    expect(contentOf({ source, decompress: false, convert: false }, madeFrom({ source }))).toBe("same");
  });
  it("a program's own data has none", () => {
    const source: Source = { open: async function* () {} };
    expect(sourceRecord({ name: "debian", source })).toBeUndefined();
    expect(contentOf({ source }, madeFrom({ source: { file: "a" } }))).toBe("unknown");
  });
  it("never holds or depends on a secret", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (one, other) => {
        const spec = (secret: string): ImageSpec => ({
          name: "debian",
          source: { url: URL_TEXT, username: "u", password: secret, headers: { Authorization: secret } },
        });
        expect(sourceRecord(spec(one))).toBe(sourceRecord(spec(other)));
        expect(sourceRecord(spec(one))).toMatch(/^sha256:[0-9a-f]{64}$/);
      }),
    );
  });
  it("does not depend on the order of keys", () => {
    const one: Source = { url: URL_TEXT, headers: { a: "1", b: "2" } };
    const other: Source = { headers: { b: "2", a: "1" }, url: URL_TEXT };
    expect(sourceRecord({ name: "a", source: one })).toBe(sourceRecord({ name: "b", source: other }));
  });
});

describe("an image that is queued", () => {
  it("has no data yet, whatever else is known, and is filled in place", () => {
    const spec = { source: { file: "a" } };
    expect(
      reconcile({ name: "debian", ...spec }, imageOf({ ...madeFrom(spec), status: "queued" }), {
        source: { sizeBytes: 5 },
      }),
    ).toMatchObject({ action: "update", content: "changed", replaces: [], operations: [], sizeBytes: 5 });
  });
});

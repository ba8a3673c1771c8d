import { truncate } from "node:fs/promises";
import { describe, expect, it, vi } from "vitest";
import { inspectImage } from "../../../src/transfer/index.ts";
import { inChunks } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { httpServer } from "../../support/loopback.ts";
import { temporaryFile } from "../../support/temporary.ts";
import { IMAGES, qcow2 } from "./images.ts";

const image = qcow2({ backingFile: "base.qcow2" });
const expected = {
  format: "qcow2",
  formats: ["qcow2"],
  virtualSizeBytes: 2 ** 30,
  sizeBytes: image.length,
  safe: false,
  problems: [{ check: "backing_file", message: 'it has a backing file ("base.qcow2")', fatal: true }],
  details: {
    version: 3,
    clusterSizeBytes: 65_536,
    encryption: "none",
    compression: "zlib",
    backingFile: "base.qcow2",
  },
};

describe("inspectImage says what the image is", () => {
  it("of a path", async () => {
    expect(await inspectImage(await temporaryFile(image))).toEqual(expected);
  });
  it("of a file", async () => {
    expect(await inspectImage({ file: await temporaryFile(image) })).toEqual(expected);
  });
  it("of a URL", async () => {
    const url = await httpServer((_request, response) => void response.end(image));
    expect(await inspectImage(url)).toEqual(expected);
    expect(await inspectImage({ url })).toEqual(expected);
  });
  it("of a program's data", async () => {
    expect(await inspectImage({ open: () => inChunks(image), size: image.length })).toEqual(expected);
  });
});

it("of a stream that doesn't say its size, no more is read than is needed, and no size is told", async () => {
  const letGo = vi.fn();
  const open = async function* () {
    try {
      yield image;
      for (;;) yield Buffer.alloc(100_000);
    } finally {
      letGo();
    }
  };
  expect(await inspectImage({ open })).toEqual({ ...expected, sizeBytes: undefined });
  expect(letGo).toHaveBeenCalledOnce();
});

it("of a stream without a format, the end is read", async () => {
  const raw = IMAGES["raw"] ?? Buffer.alloc(1);
  expect(await inspectImage({ open: () => inChunks(raw) })).toMatchObject({
    format: "raw",
    virtualSizeBytes: raw.length,
    sizeBytes: raw.length,
  });
});

it("of a disk of a tebibyte, only some is read", async () => {
  const path = await temporaryFile(Buffer.from("a disk"));
  await truncate(path, 2 ** 40);
  expect(await inspectImage(path)).toMatchObject({ format: "raw", virtualSizeBytes: 2 ** 40, safe: true });
});

describe("inspectImage rejects", () => {
  it("a source whose bytes go elsewhere", async () => {
    const source = JSON.parse('{ "imageId": "x" }');
    expect(await rejectionOf(inspectImage(source))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["source"], message: expect.stringContaining("file, url or open") }],
    });
  });
  it("what is no source", async () => {
    expect(await rejectionOf(inspectImage(""))).toMatchObject({ code: "ERR_SPEC_INVALID" });
  });
  it("a file that isn't there", async () => {
    expect(await rejectionOf(inspectImage("/nowhere/disk.img"))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["source", "file"] }],
    });
  });
  it("with the reason of an abort", async () => {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    expect(await rejectionOf(inspectImage({ open: () => inChunks(image) }, { signal }))).toBe(reason);
  });
  it("with the source's own error", async () => {
    const error = new Error("no more");
    const open = async function* () {
      yield image.subarray(0, 10);
      throw error;
    };
    expect(await rejectionOf(inspectImage({ open }))).toBe(error);
  });
});

import { describe, expect, it } from "vitest";
import { DECOMPRESSORS } from "../../../src/transfer/decompress/decompress.ts";
import {
  detectCodec,
  dispositionFileName,
  hintedCodec,
  type SourceHints,
} from "../../../src/transfer/decompress/detect.ts";

const HEADS = {
  gzip: Buffer.from("1f8b08000000", "hex"),
  bzip2: Buffer.from("BZh931"),
  xz: Buffer.from("fd377a585a00", "hex"),
  zstd: Buffer.from("28b52ffd0458", "hex"),
  qcow2: Buffer.from("514649fb0000", "hex"),
} as const;

describe("the first bytes", () => {
  it.each(["gzip", "bzip2", "xz", "zstd"] as const)("tell %s, whatever is said of it", (codec) => {
    const hints = { contentType: "application/x-xz", fileNames: ["disk.raw.gz"] };
    expect(detectCodec(true, HEADS[codec], hints, DECOMPRESSORS).codec).toBe(codec);
    expect(detectCodec(codec, HEADS[codec], hints, DECOMPRESSORS).codec).toBe(codec);
  });

  it("that are another codec's than the declared one are an error that names both", () => {
    expect(() => detectCodec("xz", HEADS.gzip, {}, DECOMPRESSORS)).toThrow(
      expect.objectContaining({
        code: "ERR_DECOMPRESS",
        declared: "xz",
        detected: "gzip",
        message: "The source is not xz, as decompress says: it is gzip",
      }),
    );
  });

  it.each<[what: string, hints: SourceHints, declared: string | undefined, message: string]>([
    [
      "its name",
      { fileNames: ["d/disk.raw.xz"] },
      "xz",
      "The source is not xz, as its name d/disk.raw.xz says",
    ],
    [
      "its content type",
      { contentType: "application/gzip", fileNames: ["disk.xz"] },
      "gzip",
      "The source is not gzip, as its content type application/gzip says",
    ],
    ["nothing", {}, undefined, "The source is not compressed by gzip, bzip2, xz or zstd"],
  ])("that are no codec's are an error, which says what %s says", (_what, hints, declared, message) => {
    expect(() => detectCodec(true, HEADS.qcow2, hints, DECOMPRESSORS)).toThrow(
      expect.objectContaining({
        code: "ERR_DECOMPRESS",
        declared,
        detected: undefined,
        message: expect.stringContaining(message),
      }),
    );
    expect(() => detectCodec(true, HEADS.qcow2, hints, DECOMPRESSORS)).toThrow(
      "begins with the bytes 51 46 49 fb 00 00",
    );
  });
});

describe("what is said of a source", () => {
  it.each([
    ["gzip", "gzip"],
    ["application/gzip", "gzip"],
    ["application/x-gzip; charset=binary", "gzip"],
    ["APPLICATION/X-XZ", "xz"],
    ["application/x-bzip2", "bzip2"],
    ["application/x-bzip", "bzip2"],
    ["application/zstd", "zstd"],
    ["application/octet-stream", undefined],
    ["binary/octet-stream", undefined],
    ["text/xz", undefined],
    ["constructor", undefined],
    ["", undefined],
  ])("the content type %s says %s", (contentType, codec) => {
    expect(hintedCodec({ contentType })?.codec).toBe(codec);
  });

  it.each([
    ["disk.raw.gz", "gzip"],
    ["disk.tgz", "gzip"],
    ["disk.raw.BZ2", "bzip2"],
    ["disk.tar.xz", "xz"],
    ["a/b.d/disk.zst", "zstd"],
    ["disk.xz.raw", undefined],
    ["gz", undefined],
    ["disk.constructor", undefined],
  ])("the name %s says %s", (name, codec) => {
    expect(hintedCodec({ fileNames: [name] })?.codec).toBe(codec);
  });

  it("the content type counts before Content-Disposition, and that before the name", () => {
    const all = {
      contentType: "application/gzip",
      contentDisposition: 'attachment; filename="disk.xz"',
      fileNames: ["x", "disk.zst"],
    };
    expect(hintedCodec(all)?.codec).toBe("gzip");
    expect(hintedCodec({ ...all, contentType: "application/octet-stream" })?.codec).toBe("xz");
    expect(hintedCodec({ fileNames: all.fileNames })?.codec).toBe("zstd");
  });

  it.each([
    ['attachment; filename="disk.raw.xz"', "disk.raw.xz"],
    ["attachment; filename=disk.xz", "disk.xz"],
    ["attachment; filename=disk.xz; size=3", "disk.xz"],
    ['attachment; filename="a \\"b\\".xz"', 'a "b".xz'],
    ["attachment; filename=\"x.gz\"; filename*=UTF-8''d%C3%AFsk.xz", "dïsk.xz"],
    ["attachment; filename*=utf-8'en'%E0%A4%A", "%E0%A4%A"],
    ["inline", undefined],
    [undefined, undefined],
  ])("the file name of %s is %s", (header, name) => {
    expect(dispositionFileName(header)).toBe(name);
  });
});

import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { decompress } from "../../../src/transfer/index.ts";
import { chunksOf, collect, inChunks } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { fixture, small, sparse } from "./samples.ts";

const FAILURE = { code: "ERR_DECOMPRESS", detected: "tar" };

const archive = (name: string) => gunzipSync(fixture(`${name}.tar.gz`));
const fileIn = (data: Uint8Array, chunkBytes?: number) =>
  collect(decompress(inChunks(data, chunkBytes), { codec: true }));

describe.each([
  ["ustar", "ustar", small],
  ["GNU's, with a long name, folders and a link", "gnu", small],
  ["pax, with a long name, folders and a link", "pax", small],
  ["GNU's, with a sparse file", "sparse-gnu", sparse],
  ["pax, with a sparse file (1.0)", "sparse-1.0", sparse],
  ["pax, with a sparse file (0.1)", "sparse-0.1", sparse],
])("a tar archive: %s", (_what, name, content) => {
  it("is its one file, compressed or not, whatever comes at a time", async () => {
    expect((await fileIn(fixture(`${name}.tar.gz`))).equals(content)).toBe(true);
    for (const chunkBytes of [1, 511, 65_536, 10_000_000])
      expect((await fileIn(archive(name), chunkBytes)).equals(content)).toBe(true);
  });

  it("that is cut off is refused, up to the end of the file", async () => {
    const whole = archive(name);
    const last = content.subarray(0, content.findLastIndex((byte) => byte !== 0) + 1).subarray(-7);
    const end = whole.lastIndexOf(last) + last.length;
    for (let length = 512; length < end; length += 97) {
      expect(await rejectionOf(fileIn(whole.subarray(0, length))), `cut off at ${length}`).toMatchObject(
        FAILURE,
      );
    }
  });

  it("whose headers are damaged is refused", async () => {
    const whole = archive(name);
    for (const at of [whole.indexOf("ustar", 600), 512].filter((offset) => offset > 512)) {
      const other = Buffer.from(whole);
      other[at] = 0x55;
      expect(await rejectionOf(fileIn(other))).toMatchObject(FAILURE);
    }
  });
});

describe("a tar archive is refused", () => {
  it.each([
    [
      "of two files, by their names",
      archive("two"),
      "The tar archive must have one file in it, the image, but it has several: small, large",
    ],
    ["of no file, by what there is", archive("none"), "but it has only folder/, folder/0000"],
    ["of nothing", Buffer.concat([volumeLabel(), Buffer.alloc(1_024)]), "but it has only the label"],
    ["with a sparse file of the oldest kind", archive("sparse-0.0"), "--sparse-version=1.0"],
    ["with something behind its end", Buffer.concat([archive("ustar"), Buffer.from("x")]), "behind the end"],
    [
      "with a file of a negative size",
      Buffer.concat([header("disk", "0", "-0000000001\0")]),
      "a header has no size",
    ],
    [
      "with an extended header of gigabytes",
      Buffer.concat([header("disk", "x", "77777777777\0")]),
      "an extended header claims",
    ],
    [
      "with an extended header that is none",
      Buffer.concat([header("disk", "x", "00000000004\0"), Buffer.from("12 a".padEnd(512, "\0"))]),
      "an extended header can't be read",
    ],
    ["of several volumes", Buffer.concat([header("disk", "M", "00000000000\0")]), "several volumes"],
  ])("%s", async (_what, data, message) => {
    expect(await rejectionOf(fileIn(data))).toMatchObject({
      ...FAILURE,
      message: expect.stringContaining(message),
    });
  });

  it("by its first 20 files at most", async () => {
    const folders = Array.from({ length: 30 }, (_, index) => header(`folder${index}`, "5", "00000000000\0"));
    const { message } = (await rejectionOf(
      fileIn(Buffer.concat([...folders, Buffer.alloc(1_024)])),
    )) as Error;
    expect(message).toContain("folder19 and 10 more");
  });
});

it("a size of more than eight gigabytes is read, as GNU tar writes it", async () => {
  const size = Buffer.alloc(12);
  size[0] = 0x80;
  size.writeBigUInt64BE(2n ** 40n, 4);
  const data = Buffer.concat([header("disk", "0", size.toString("latin1")), small]);
  expect(await rejectionOf(fileIn(data))).toMatchObject({ message: expect.stringContaining("cut off") });
});

it("a disk that has the magic of an archive at its place is no archive", async () => {
  const disk = Buffer.alloc(2_048);
  disk.write("ustar", 257);
  const { gzipSync } = await import("node:zlib");
  expect((await fileIn(gzipSync(disk))).equals(disk)).toBe(true);
});

it("an archive that is kept is not looked into", async () => {
  const kept = await collect(decompress(chunksOf(fixture("two.tar.gz")), { codec: true, keepTar: true }));
  expect(kept.equals(archive("two"))).toBe(true);
});

it("an archive that isn't compressed is no gzip data", async () => {
  expect(await rejectionOf(collect(decompress(chunksOf(archive("ustar")), { codec: "gzip" })))).toMatchObject(
    { code: "ERR_DECOMPRESS", declared: "gzip" },
  );
});

/** A header of the old kind, with a checksum. */
function header(name: string, type: string, size: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write(size, 124, "latin1");
  block.write("        ", 148);
  block.write(type, 156);
  block.write("ustar  \0", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function volumeLabel(): Buffer {
  return header("the label", "V", "00000000000\0");
}

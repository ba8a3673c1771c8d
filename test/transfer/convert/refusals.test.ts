import { readdir, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ImagewrightError } from "../../../src/index.ts";
import { convertToRaw } from "../../../src/transfer/index.ts";
import { collect, digestOf } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { anyDisk } from "./arbitraries.ts";
import { type Built, type Disk, guestBytes, makeQcow2 } from "./qcow2.ts";

const CLUSTER_BYTES = 65_536;

const DISK: Disk = {
  version: 3,
  clusterBits: 16,
  virtualBytes: 3 * CLUSTER_BYTES,
  clusters: [
    { kind: "stored", bytes: Buffer.alloc(CLUSTER_BYTES, "first") },
    { kind: "unallocated" },
    { kind: "compressed", bytes: Buffer.alloc(CLUSTER_BYTES, "third") },
  ],
};

describe("what is not converted is refused before a byte comes, with what to run instead:", () => {
  it.each<[what: string, change: (file: Buffer) => unknown, message: string]>([
    ["a backing file", (file) => file.writeBigUInt64BE(512n, 8), "has a backing file"],
    ["encryption of old", (file) => file.writeUInt32BE(1, 32), "is encrypted (AES)"],
    ["encryption", (file) => file.writeUInt32BE(2, 32), "is encrypted (LUKS)"],
    ["data in another file", (file) => file.writeBigUInt64BE(4n, 72), "keeps its data in another file"],
    [
      "an unknown feature",
      (file) => file.writeBigUInt64BE(1n << 40n, 72),
      "features that are not known here",
    ],
    ["an unknown compression", (file) => file.writeUInt8(2, 104), "is compressed by method 2"],
    ["version 1", (file) => file.writeUInt32BE(1, 4), "is a qcow of version 1"],
    ["a version to come", (file) => file.writeUInt32BE(4, 4), "is a qcow of version 4"],
    ["clusters that are too small", (file) => file.writeUInt32BE(8, 20), "clusters of 2^8 bytes"],
    ["clusters that are too large", (file) => file.writeUInt32BE(22, 20), "clusters of 2^22 bytes"],
    [
      "a disk that is too large",
      (file) => file.writeBigUInt64BE(2n ** 63n, 24),
      "a disk of 9223372036854775808",
    ],
    ["vmdk", (file) => file.write("KDMV"), "is a vmdk"],
    ["vhd", (file) => file.write("conectix"), "is a vhd"],
    ["vhdx", (file) => file.write("vhdxfile"), "is a vhdx"],
    ["vdi", (file) => file.fill(0, 0, 8) && file.write("7f10dabe", 64, "hex"), "is a vdi"],
  ])("%s", async (_what, change, message) => {
    const path = await written(DISK, ({ file }) => change(file));
    const before = await openFiles();
    expect(await rejectionOf(convertToRaw({ file: path }))).toMatchObject({
      code: "ERR_CONVERT_UNSUPPORTED",
      declared: "raw",
      message: expect.stringContaining(message),
    });
    expect(await rejectionOf(convertToRaw({ file: path }))).toMatchObject({
      message: expect.stringContaining(`run "qemu-img convert -O raw ${JSON.stringify(path)} image.raw"`),
    });
    expect(await openFiles()).toBe(before);
  });
});

describe("a file that is no whole qcow2 is refused, never read as zeros:", () => {
  const entry = (index: number, value: bigint) => (built: Built) =>
    built.file.writeBigUInt64BE(value, built.l2Offset + index * 8);
  it.each<[what: string, change: (built: Built) => unknown, message: string]>([
    ["a header that says it is short", ({ file }) => file.writeUInt32BE(72, 100), "that it has 72 bytes"],
    [
      "a header that says it is long",
      ({ file }) => file.writeUInt32BE(2 ** 20, 100),
      "that it has 1048576 bytes",
    ],
    ["a compression that is not announced", ({ file }) => file.writeUInt8(1, 104), "says otherwise"],
    ["a compression that is not there", ({ file }) => file.writeBigUInt64BE(8n, 72), "says otherwise"],
    ["an L1 table that is too small", ({ file }) => file.writeUInt32BE(0, 36), "L1 table is too small"],
    ["an L1 table at an odd place", ({ file }) => file.writeBigUInt64BE(65_544n, 40), "not at a cluster's"],
    ["an L1 table behind the end", ({ file }) => file.writeBigUInt64BE(2n ** 62n, 40), "not in the file"],
    [
      "an L2 table at an odd place",
      ({ file, l1Offset }) => file.writeBigUInt64BE(512n, l1Offset),
      "at the odd byte 512",
    ],
    [
      "an L2 table behind the end",
      ({ file, l1Offset }) => file.writeBigUInt64BE(2n ** 50n, l1Offset),
      "behind its end",
    ],
    ["a cluster at an odd place", entry(0, 512n), "at the odd byte 512"],
    ["a cluster behind the end", entry(0, 2n ** 40n), "behind its end"],
    ["a compressed cluster behind the end", entry(2, (1n << 62n) | (2n ** 40n)), "behind its end"],
    [
      "a zero cluster in version 2",
      (built) => {
        built.file.writeUInt32BE(2, 4);
        entry(1, 1n)(built);
      },
      "version 2 doesn't have",
    ],
  ])("%s", async (_what, change, message) => {
    const file = await written(DISK, change);
    const before = await openFiles();
    expect(await rejectionOf(converted(file))).toMatchObject({
      code: "ERR_FORMAT_MISMATCH",
      detected: "qcow2",
      message: expect.stringContaining(message),
    });
    expect(await openFiles()).toBe(before);
  });

  it.each([
    ["stored and zeros at once", { offset: true, bitmap: (1n << 32n) | 1n }],
    ["stored nowhere", { offset: false, bitmap: 1n }],
  ])("a subcluster that is %s", async (message, { offset, bitmap }) => {
    const file = await written({ ...DISK, extendedL2: true }, ({ file, l2Offset }) => {
      if (!offset) file.writeBigUInt64BE(0n, l2Offset);
      file.writeBigUInt64BE(bitmap, l2Offset + 8);
    });
    expect(await rejectionOf(converted(file))).toMatchObject({
      code: "ERR_FORMAT_MISMATCH",
      message: expect.stringContaining(message),
    });
  });

  it("subclusters of less than a sector", async () => {
    const file = await written(
      { version: 3, clusterBits: 12, virtualBytes: 4096, clusters: [] },
      ({ file }) => file.writeBigUInt64BE(16n, 72),
    );
    expect(await rejectionOf(converted(file))).toMatchObject({ code: "ERR_FORMAT_MISMATCH" });
  });

  it("cut anywhere", async () => {
    const { file: whole } = makeQcow2(DISK);
    const file = await written(DISK);
    // Only some bytes of the last cluster, which is compressed, may be missing.
    for (let length = whole.length - 512; length > 4; length = Math.floor(length * 0.8)) {
      await truncate(file, length);
      expect(await rejectionOf(converted(file)), `${length} bytes`).toMatchObject({
        code: expect.stringMatching(/^ERR_(FORMAT_MISMATCH|DECOMPRESS)$/),
      });
    }
  });
});

describe("a compressed cluster that doesn't come to a whole one is ERR_DECOMPRESS", () => {
  it.each(["zlib", "zstd"] as const)("%s", async (compression) => {
    for (const bytes of [Buffer.alloc(CLUSTER_BYTES / 2, "short"), Buffer.alloc(CLUSTER_BYTES * 2, "long")]) {
      const disk: Disk = { ...DISK, compression, clusters: [{ kind: "compressed", bytes }] };
      expect(await rejectionOf(converted(await written(disk)))).toMatchObject({ code: "ERR_DECOMPRESS" });
    }
    const bytes = Buffer.alloc(CLUSTER_BYTES, "overwritten");
    const disk: Disk = { ...DISK, compression, clusters: [{ kind: "compressed", bytes }] };
    const file = await written(disk, ({ file, l2Offset }) => file.fill(0xff, l2Offset + CLUSTER_BYTES));
    expect(await rejectionOf(converted(file))).toMatchObject({
      code: "ERR_DECOMPRESS",
      message: expect.stringContaining(`the compressed cluster at byte ${3 * CLUSTER_BYTES}`),
    });
  });
});

it("whatever is wrong with a file: bytes or a typed error, never anything else", {
  timeout: 120_000,
}, async () => {
  const file = join(await temporaryFolder(), "disk.qcow2");
  const change = fc.record({
    at: fc.oneof(fc.nat({ max: 112 }), fc.nat()),
    value: fc.oneof(fc.constantFrom(0, 1, 255), fc.integer({ min: 0, max: 255 })),
  });
  await fc.assert(
    fc.asyncProperty(anyDisk, fc.array(change, { minLength: 1, maxLength: 8 }), async (disk, changes) => {
      const { file: bytes, l2Offset, l1Offset } = makeQcow2(disk);
      const tablesEnd = l2Offset + 2 ** disk.clusterBits;
      for (const { at, value } of changes)
        bytes[at < 112 ? at : l1Offset + (at % (tablesEnd - l1Offset))] = value;
      // What still begins like a qcow2.
      bytes.write("QFI\xfb", 0, "latin1");
      await writeFile(file, bytes);
      const error = await rejectionOf(converted(file, 2 ** 23).then(() => Promise.reject("bytes")));
      if (error === "bytes") return;
      expect(ImagewrightError.is(error), String(error)).toBe(true);
      expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(CONVERT|FORMAT|DECOMPRESS)/) });
    }),
    { numRuns: 200 },
  );
});

describe("the checksum of the file", () => {
  it("is that of the file as it is, not of the disk in it", async () => {
    const file = await written(DISK);
    const checksum = `sha256:${digestOf("sha256", makeQcow2(DISK).file)}`;
    const { chunks } = await convertToRaw({ file, checksum });
    expect((await collect(chunks)).equals(guestBytes(DISK))).toBe(true);
  });

  it.each<[string, (built: Built) => unknown]>([
    ["a qcow2", () => {}],
    ["one that would not be converted", ({ file }) => file.writeBigUInt64BE(512n, 8)],
    ["a raw disk", ({ file }) => file.fill(0, 0, 8)],
  ])("is looked at before anything else: %s", async (_what, change) => {
    const file = await written(DISK, change);
    const before = await openFiles();
    const checksum = `sha256:${"ab".repeat(32)}`;
    expect(await rejectionOf(convertToRaw({ file, checksum }))).toMatchObject({
      code: "ERR_DIGEST_MISMATCH",
      expected: checksum,
    });
    expect(await openFiles()).toBe(before);
  });

  it("is no longer looked at when the signal is aborted, whose reason is thrown", async () => {
    const file = await written(DISK);
    const before = await openFiles();
    const source = { file, checksum: `sha256:${"ab".repeat(32)}` };
    expect(await rejectionOf(convertToRaw(source, { signal: AbortSignal.abort("enough") }))).toBe("enough");
    expect(await openFiles()).toBe(before);
  });
});

it("a file that is written to while it is read is ERR_SOURCE_CHANGED", async () => {
  const file = await written(DISK);
  const { chunks } = await convertToRaw({ file });
  await utimes(file, 1, 1);
  expect(await rejectionOf(collect(chunks))).toMatchObject({ code: "ERR_SOURCE_CHANGED" });
});

it("a missing file is ERR_SPEC_INVALID", async () => {
  expect(await rejectionOf(convertToRaw({ file: "/nowhere/disk.qcow2" }))).toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["source", "file"], message: expect.stringContaining("there is no file") }],
  });
});

describe("the file is closed", () => {
  it.each<[string, (chunks: AsyncIterable<Uint8Array>, close: () => Promise<void>) => Promise<unknown>]>([
    ["when all was read", (chunks) => collect(chunks)],
    ["when nothing was read", (_chunks, close) => close()],
    [
      "when one has had enough",
      async (chunks) => {
        for await (const _chunk of chunks) break;
      },
    ],
  ])("%s", async (_when, use) => {
    const file = await written(DISK);
    const before = await openFiles();
    const { chunks, close } = await convertToRaw({ file });
    await use(chunks, close);
    expect(await openFiles()).toBe(before);
    await close();
  });
});

/** Reads a disk, or as much of it as is asked for: one that is damaged may say that it has any size. */
async function converted(file: string, maxBytes = Number.POSITIVE_INFINITY): Promise<void> {
  const { chunks, release } = await convertToRaw({ file });
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    release?.(chunk);
    if (bytes >= maxBytes) return;
  }
}

async function written(disk: Disk, change: (built: Built) => unknown = () => {}): Promise<string> {
  const built = makeQcow2(disk);
  change(built);
  const file = join(await temporaryFolder(), "disk.qcow2");
  await writeFile(file, built.file);
  return file;
}

async function openFiles(): Promise<number> {
  return (await readdir("/proc/self/fd")).length;
}

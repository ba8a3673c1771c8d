import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convertToRaw } from "../../../src/transfer/index.ts";
import { collect, someBytes } from "../../support/bytes.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { anyDisk } from "./arbitraries.ts";
import { type Disk, guestBytes, makeQcow2 } from "./qcow2.ts";

it("whatever the format and the clusters, what comes is what the guest sees", {
  timeout: 120_000,
}, async () => {
  const file = join(await temporaryFolder(), "disk.qcow2");
  await fc.assert(
    fc.asyncProperty(anyDisk, async (disk) => {
      await writeFile(file, makeQcow2(disk).file);
      const { sizeBytes, chunks } = await convertToRaw({ file });
      expect(sizeBytes).toBe(disk.virtualBytes);
      expect((await collect(chunks)).equals(guestBytes(disk))).toBe(true);
    }),
    { numRuns: 100 },
  );
});

/** 20 MB: more than is read ahead. */
const LARGE: Disk = {
  version: 3,
  clusterBits: 16,
  virtualBytes: 320 * 65_536,
  clusters: Array.from({ length: 320 }, (_, index) => {
    if (index % 7 === 0) return { kind: "unallocated" };
    const bytes = Buffer.alloc(65_536, `cluster ${index}`);
    return index % 3 === 0 ? { kind: "compressed", bytes } : { kind: "stored", bytes };
  }),
};

describe("a disk of more blocks than are read ahead", () => {
  it.each([false, true])("comes in order, wherever its clusters are: backwards %s", async (backwards) => {
    const file = await written(makeQcow2({ ...LARGE, backwards }).file);
    const { chunks } = await convertToRaw({ file });
    expect((await collect(chunks)).equals(guestBytes(LARGE))).toBe(true);
  });

  it("comes whole when every chunk is given back at once", async () => {
    const file = await written(makeQcow2(LARGE).file);
    const { chunks, release } = await convertToRaw({ file });
    const copies: Buffer[] = [];
    for await (const chunk of chunks) {
      copies.push(Buffer.from(chunk));
      release?.(chunk);
    }
    expect(Buffer.concat(copies).equals(guestBytes(LARGE))).toBe(true);
  });

  it("comes in chunks of a useful size", async () => {
    const file = await written(makeQcow2(LARGE).file);
    const sizes = new Set<number>();
    for await (const chunk of (await convertToRaw({ file })).chunks) sizes.add(chunk.length);
    expect([...sizes]).toEqual([2 ** 20]);
  });
});

it("zeros are the same memory every time, and not read from anywhere", async () => {
  const virtualBytes = 2 ** 40;
  const file = await written(makeQcow2({ version: 3, clusterBits: 21, virtualBytes, clusters: [] }).file);
  const { sizeBytes, chunks, close } = await convertToRaw({ file });
  expect(sizeBytes).toBe(virtualBytes);
  const memory = new Set<ArrayBufferLike>();
  let count = 0;
  for await (const chunk of chunks) {
    memory.add(chunk.buffer);
    if (++count === 1_000) break;
  }
  await close();
  expect(memory.size).toBe(1);
});

it("a file that is in no other format is raw, and passes unchanged", async () => {
  const data = someBytes(1_500_000);
  const { sizeBytes, chunks } = await convertToRaw({ file: await written(data) });
  expect(sizeBytes).toBe(data.length);
  expect((await collect(chunks)).equals(data)).toBe(true);
});

it("a disk without a byte comes to nothing", async () => {
  const file = await written(makeQcow2({ version: 3, clusterBits: 16, virtualBytes: 0, clusters: [] }).file);
  const { sizeBytes, chunks } = await convertToRaw({ file });
  expect(sizeBytes).toBe(0);
  expect(await collect(chunks)).toHaveLength(0);
});

it("a disk that is not a whole number of sectors loses what is over, as with qemu-img", async () => {
  const bytes = Buffer.alloc(65_536, "data");
  const { file: disk } = makeQcow2({
    version: 3,
    clusterBits: 16,
    virtualBytes: 1_500,
    clusters: [{ kind: "stored", bytes }],
  });
  const { chunks } = await convertToRaw({ file: await written(disk) });
  expect((await collect(chunks)).equals(bytes.subarray(0, 1_024))).toBe(true);
});

it.each([
  ["dirty", 1n],
  ["corrupt", 2n],
])("the mark %s is about writing, and is read over, as by qemu-img", async (_name, bit) => {
  const { file: disk } = makeQcow2(LARGE);
  disk.writeBigUInt64BE(bit, 72);
  const { chunks } = await convertToRaw({ file: await written(disk) });
  expect((await collect(chunks)).equals(guestBytes(LARGE))).toBe(true);
});

async function written(bytes: Uint8Array): Promise<string> {
  const file = join(await temporaryFolder(), "disk");
  await writeFile(file, bytes);
  return file;
}

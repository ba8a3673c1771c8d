import type { FileHandle } from "node:fs/promises";
import type { BufferPool } from "../buffer-pool.ts";
import { decompressCluster } from "./decompress.ts";
import { type Extent, extentsOf } from "./extents.ts";
import type { Layout } from "./header.ts";
import { readWhole } from "./read.ts";
import { type CompressedRun, runsOf } from "./runs.ts";
import type { TableReader } from "./tables.ts";

/** Large enough that the cost of a read doesn't count. */
const BLOCK_BYTES = 2 ** 20;

/** How many blocks are worked on at the same time: enough to keep the four threads of Node's pool busy. */
const BLOCKS_AHEAD = 8;

/** How long a block is: whole clusters, so that none is decompressed twice. */
export function blockBytesOf({ clusterBytes }: Layout): number {
  return Math.max(BLOCK_BYTES, clusterBytes);
}

/** The disk in a qcow2 from its beginning to its end, block by block. Zeros are never read, and are the same bytes each time. */
export async function* readBlocks(
  handle: FileHandle,
  layout: Layout,
  tablesOf: TableReader,
  pool: BufferPool,
): AsyncGenerator<Buffer> {
  const { virtualBytes } = layout;
  const blockBytes = blockBytesOf(layout);
  const zeros = Buffer.alloc(Math.min(blockBytes, virtualBytes));
  const ahead: Promise<Buffer>[] = [];
  let start = 0;

  async function readBlock(at: number, lengthBytes: number): Promise<Buffer> {
    const extents = extentsOf(layout, await tablesOf(at, lengthBytes), at, lengthBytes);
    const isZero = extents.every(({ kind }) => kind === "zero");
    if (isZero) return zeros.subarray(0, lengthBytes);
    const block = pool.take().subarray(0, lengthBytes);
    await fill(handle, layout, pool, extents, block);
    return block;
  }

  try {
    for (;;) {
      while (ahead.length < BLOCKS_AHEAD && start < virtualBytes) {
        const block = readBlock(start, Math.min(blockBytes, virtualBytes - start));
        // It is looked at when its turn comes.
        block.catch(() => undefined);
        ahead.push(block);
        start += blockBytes;
      }
      const next = ahead.shift();
      if (next === undefined) return;
      yield await next;
    }
  } finally {
    await Promise.allSettled(ahead);
  }
}

/** One read after the other: there are as many blocks at work as pay. */
async function fill(
  handle: FileHandle,
  layout: Layout,
  pool: BufferPool,
  extents: readonly Extent[],
  block: Buffer,
): Promise<void> {
  let at = 0;
  const next = (lengthBytes: number) => {
    at += lengthBytes;
    return block.subarray(at - lengthBytes, at);
  };
  for (const extent of runsOf(extents, blockBytesOf(layout))) {
    if (extent.kind === "zero") next(extent.lengthBytes).fill(0);
    else if (extent.kind === "stored")
      await readWhole(handle, layout.file, next(extent.lengthBytes), extent.hostOffset);
    else await decompress(handle, layout, pool, extent, next);
  }
}

async function decompress(
  handle: FileHandle,
  layout: Layout,
  pool: BufferPool,
  run: CompressedRun,
  next: (lengthBytes: number) => Buffer,
): Promise<void> {
  // A single cluster may claim to be longer than a block.
  const room = run.lengthBytes <= blockBytesOf(layout) ? pool.take() : Buffer.allocUnsafe(run.lengthBytes);
  const compressed = await readWhole(handle, layout.file, room.subarray(0, run.lengthBytes), run.hostOffset);
  for (const { hostOffset, compressedBytes, lengthBytes } of run.clusters) {
    const start = hostOffset - run.hostOffset;
    const bytes = compressed.subarray(start, start + compressedBytes);
    await decompressCluster(layout, bytes, hostOffset, next(lengthBytes));
  }
  pool.give(room);
}

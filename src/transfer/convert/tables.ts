import type { FileHandle } from "node:fs/promises";
import { l2Offset } from "./cluster.ts";
import { damaged } from "./errors.ts";
import type { L2Tables } from "./extents.ts";
import type { Layout } from "./header.ts";
import { readWhole } from "./read.ts";

/** Reads the tables of the second level that a part of the disk needs. */
export type TableReader = (start: number, lengthBytes: number) => Promise<L2Tables>;

/**
 * Reads the first table of a qcow2. Those of the second level are kept as long as parts of the disk that follow one
 * another need them: the parts must be asked for in order.
 */
export async function readTables(handle: FileHandle, layout: Layout): Promise<TableReader> {
  const { file, fileBytes, virtualBytes, clusterBytes, l1Offset, l1Entries, l2Entries } = layout;
  const l1 = await readWhole(handle, file, Buffer.alloc(l1Entries * 8), l1Offset);
  const kept = new Map<number, Promise<Buffer | undefined>>();
  const coveredBytes = l2Entries * clusterBytes;
  const entryBytes = clusterBytes / l2Entries;

  async function readTable(index: number): Promise<Buffer | undefined> {
    const offset = l2Offset(layout, l1.readBigUInt64BE(index * 8));
    if (offset === undefined) return undefined;
    // Of the last table only the beginning may be there.
    const clusters = Math.ceil(Math.min(coveredBytes, virtualBytes - index * coveredBytes) / clusterBytes);
    const tableBytes = clusters * entryBytes;
    if (offset + tableBytes > fileBytes)
      throw damaged(file, `an L2 table at byte ${offset} is behind its end`);
    return readWhole(handle, file, Buffer.allocUnsafe(tableBytes), offset);
  }

  return async (start, lengthBytes) => {
    const first = Math.floor(start / coveredBytes);
    const end = Math.ceil((start + lengthBytes) / coveredBytes);
    for (const index of kept.keys()) if (index < first) kept.delete(index);
    for (let index = first; index < end; index++) if (!kept.has(index)) kept.set(index, readTable(index));
    const tables = await Promise.all([...kept.values()]);
    return (index) => tables[index - first];
  };
}

import { clusterExtents } from "./cluster.ts";
import { damaged } from "./errors.ts";
import type { Layout } from "./header.ts";

/** A part of the disk, and where its bytes are. */
export type Extent =
  | { readonly kind: "zero"; readonly lengthBytes: number }
  | { readonly kind: "stored"; readonly lengthBytes: number; readonly hostOffset: number }
  | {
      /** One cluster; of the last one of a disk only the beginning may count. */
      readonly kind: "compressed";
      readonly lengthBytes: number;
      readonly hostOffset: number;
      readonly compressedBytes: number;
    };

/** Tables of the second level, by their place in the first; `undefined` for one that isn't there: all zeros. */
export type L2Tables = (l1Index: number) => Buffer | undefined;

/**
 * What a part of the disk consists of, in order and as few pieces as can be.
 *
 * @param start Where it begins: at a cluster's beginning.
 * @throws FormatError `ERR_FORMAT_MISMATCH` for an entry that can't be, or that points out of the file.
 */
export function extentsOf(
  layout: Layout,
  tables: L2Tables,
  start: number,
  lengthBytes: number,
): readonly Extent[] {
  const { clusterBytes, l2Entries, hasSubclusters } = layout;
  const end = start + lengthBytes;
  const extents: Extent[] = [];
  for (let at = start; at < end; ) {
    const cluster = at / clusterBytes;
    const index = cluster % l2Entries;
    const table = tables(Math.floor(cluster / l2Entries));
    if (table === undefined) {
      const skipped = Math.min((l2Entries - index) * clusterBytes, end - at);
      append(layout, extents, { kind: "zero", lengthBytes: skipped });
      at += skipped;
      continue;
    }
    const entry = table.readBigUInt64BE(index * (hasSubclusters ? 16 : 8));
    const bitmap = hasSubclusters ? table.readBigUInt64BE(index * 16 + 8) : 0n;
    for (const extent of clusterExtents(layout, entry, bitmap)) {
      if (at >= end) break;
      append(layout, extents, { ...extent, lengthBytes: Math.min(extent.lengthBytes, end - at) });
      at += extent.lengthBytes;
    }
  }
  return extents;
}

function append({ file, fileBytes }: Layout, extents: Extent[], extent: Extent): void {
  if (extent.kind === "stored" && extent.hostOffset + extent.lengthBytes > fileBytes)
    throw damaged(file, `a cluster at byte ${extent.hostOffset} is behind its end`);
  const last = extents.at(-1);
  const joined = last === undefined ? undefined : join(last, extent);
  if (joined === undefined) extents.push(extent);
  else extents[extents.length - 1] = joined;
}

function join(first: Extent, second: Extent): Extent | undefined {
  const lengthBytes = first.lengthBytes + second.lengthBytes;
  if (first.kind === "zero" && second.kind === "zero") return { kind: "zero", lengthBytes };
  if (first.kind !== "stored" || second.kind !== "stored") return undefined;
  return first.hostOffset + first.lengthBytes === second.hostOffset ? { ...first, lengthBytes } : undefined;
}

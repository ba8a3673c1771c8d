import { damaged } from "./errors.ts";
import type { Extent } from "./extents.ts";
import type { Layout } from "./header.ts";

const COMPRESSED = 1n << 62n;
/** Bits 9 to 55. */
const OFFSET_MASK = 0x00ff_ffff_ffff_fe00n;
const ZERO = 1n;
const SUBCLUSTERS = 32;
const SECTOR_BYTES = 512;

/** Where the table of the second level is that an entry of the first points to; `undefined`: all of it is zeros. */
export function l2Offset(layout: Layout, entry: bigint): number | undefined {
  const offset = Number(entry & OFFSET_MASK);
  if (offset === 0) return undefined;
  if (offset % layout.clusterBytes !== 0)
    throw damaged(layout.file, `an L2 table is at the odd byte ${offset}`);
  return offset;
}

/**
 * What a cluster of the disk holds, by its entry in a table of the second level.
 *
 * @param bitmap The second half of an extended entry: 32 bits for what is stored, above them 32 for what is zeros.
 */
export function clusterExtents(layout: Layout, entry: bigint, bitmap: bigint): readonly Extent[] {
  if ((entry & COMPRESSED) !== 0n) return [compressedExtent(layout, entry)];
  const { clusterBytes, file } = layout;
  // Nine zero bits and 47 others: a number holds them exactly.
  const hostOffset = Number(entry & OFFSET_MASK);
  if (hostOffset % clusterBytes !== 0) throw damaged(file, `a cluster is at the odd byte ${hostOffset}`);
  if (layout.hasSubclusters) return subclusterExtents(layout, hostOffset, bitmap);
  const isZero = (entry & ZERO) !== 0n;
  if (isZero && !layout.hasZeroClusters) throw damaged(file, "a zero cluster, which version 2 doesn't have");
  return isZero || hostOffset === 0
    ? [{ kind: "zero", lengthBytes: clusterBytes }]
    : [{ kind: "stored", lengthBytes: clusterBytes, hostOffset }];
}

function subclusterExtents(
  { file, clusterBytes }: Layout,
  hostOffset: number,
  bitmap: bigint,
): readonly Extent[] {
  const stored = Number(bitmap & 0xffff_ffffn);
  const zero = Number(bitmap >> 32n);
  if ((stored & zero) !== 0) throw damaged(file, "a subcluster is stored and zeros at once");
  if (stored !== 0 && hostOffset === 0) throw damaged(file, "a subcluster is stored nowhere");
  const lengthBytes = clusterBytes / SUBCLUSTERS;
  return Array.from({ length: SUBCLUSTERS }, (_, index) =>
    (stored & (1 << index)) === 0
      ? { kind: "zero", lengthBytes }
      : { kind: "stored", lengthBytes, hostOffset: hostOffset + index * lengthBytes },
  );
}

/** The offset has no alignment; the length is counted in sectors that the data touches, and overstates it. */
function compressedExtent({ file, fileBytes, clusterBytes, clusterBits }: Layout, entry: bigint): Extent {
  const offsetBits = BigInt(62 - (clusterBits - 8));
  const offset = entry & ((1n << offsetBits) - 1n);
  if (offset >= fileBytes) throw damaged(file, `a compressed cluster is at byte ${offset}, behind its end`);
  const hostOffset = Number(offset);
  const sectors = Number((entry & (COMPRESSED - 1n)) >> offsetBits) + 1;
  const compressedBytes = Math.min(
    sectors * SECTOR_BYTES - (hostOffset % SECTOR_BYTES),
    fileBytes - hostOffset,
  );
  return { kind: "compressed", lengthBytes: clusterBytes, hostOffset, compressedBytes };
}

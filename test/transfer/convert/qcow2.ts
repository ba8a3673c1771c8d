import { constants, deflateRawSync, zstdCompressSync } from "node:zlib";

/** What is in a cluster of a disk, and how it is kept. Bytes are of a whole cluster. */
export type Cluster =
  | { readonly kind: "unallocated" }
  | { readonly kind: "zero"; readonly allocated: boolean }
  | { readonly kind: "stored"; readonly bytes: Buffer }
  | { readonly kind: "compressed"; readonly bytes: Buffer }
  | { readonly kind: "subclusters"; readonly parts: readonly Part[]; readonly bytes: Buffer };

/** One of the 32 parts of a cluster. */
export type Part = "unallocated" | "zero" | "stored";

export interface Disk {
  readonly version: 2 | 3;
  readonly clusterBits: number;
  readonly virtualBytes: number;
  readonly extendedL2?: boolean;
  readonly compression?: "zlib" | "zstd";
  /** Whether what comes first on the disk comes last in the file. */
  readonly backwards?: boolean;
  readonly clusters: readonly Cluster[];
}

/** Where the parts of a file are that tests put something else into. */
export interface Built {
  readonly file: Buffer;
  readonly l1Offset: number;
  readonly l2Offset: number;
}

const COPIED = 1n << 63n;
const COMPRESSED = 1n << 62n;

/** The bytes that the guest sees. */
export function guestBytes({ clusterBits, virtualBytes, clusters }: Disk): Buffer {
  const guest = Buffer.alloc(virtualBytes);
  for (const [index, cluster] of clusters.entries())
    guestCluster(cluster, 2 ** clusterBits).copy(guest, index * 2 ** clusterBits);
  return guest;
}

function guestCluster(cluster: Cluster, clusterBytes: number): Buffer {
  if (cluster.kind === "unallocated" || cluster.kind === "zero") return Buffer.alloc(clusterBytes);
  if (cluster.kind !== "subclusters") return cluster.bytes;
  const bytes = Buffer.from(cluster.bytes);
  const partBytes = clusterBytes / 32;
  for (const [index, part] of cluster.parts.entries())
    if (part !== "stored") bytes.fill(0, index * partBytes, (index + 1) * partBytes);
  return bytes;
}

/** Makes a qcow2 by hand: header, L1 table, L2 tables, clusters. What its clusters are counted in is left out. */
export function makeQcow2(disk: Disk): Built {
  const { version, clusterBits, virtualBytes, extendedL2 = false, compression = "zlib" } = disk;
  const clusterBytes = 2 ** clusterBits;
  const l2Entries = clusterBytes / (extendedL2 ? 16 : 8);
  const l1Entries = Math.ceil(virtualBytes / (l2Entries * clusterBytes));
  const parts: Buffer[] = [];
  let end = 0;
  const append = (bytes: Buffer, alignment: number): number => {
    const padding = (alignment - (end % alignment)) % alignment;
    parts.push(Buffer.alloc(padding), bytes);
    end += padding + bytes.length;
    return end - bytes.length;
  };

  const header = Buffer.alloc(version === 2 ? 72 : 112);
  append(header, 1);
  const l1 = Buffer.alloc(l1Entries * 8);
  const l1Offset = append(l1, clusterBytes);
  const l2 = Buffer.alloc(l1Entries * clusterBytes);
  const l2Offset = append(l2, clusterBytes);
  for (let index = 0; index < l1Entries; index++)
    l1.writeBigUInt64BE(BigInt(l2Offset + index * clusterBytes) | COPIED, index * 8);

  const entries = [...disk.clusters.entries()];
  for (const [index, cluster] of disk.backwards ? entries.reverse() : entries) {
    const [entry, bitmap] = entryOf(cluster);
    const at = index * (extendedL2 ? 16 : 8);
    l2.writeBigUInt64BE(entry, at);
    if (extendedL2) l2.writeBigUInt64BE(bitmap, at + 8);
  }

  function entryOf(cluster: Cluster): [entry: bigint, bitmap: bigint] {
    const stored = (bytes: Buffer) => BigInt(append(bytes, clusterBytes)) | COPIED;
    if (cluster.kind === "unallocated") return [0n, 0n];
    if (cluster.kind === "zero") {
      const offset = cluster.allocated ? stored(Buffer.alloc(clusterBytes, "not these")) : 0n;
      return extendedL2 ? [offset, 0xffff_ffffn << 32n] : [offset | 1n, 0n];
    }
    if (cluster.kind === "stored") return [stored(cluster.bytes), 0xffff_ffffn];
    if (cluster.kind === "compressed") return [compressedEntry(cluster.bytes), 0n];
    const bits = (part: Part) =>
      cluster.parts.reduce((sum, other, index) => (other === part ? sum | (1n << BigInt(index)) : sum), 0n);
    return [stored(cluster.bytes), bits("stored") | (bits("zero") << 32n)];
  }

  /** One behind the other, without alignment, as qemu-img packs them. */
  function compressedEntry(bytes: Buffer): bigint {
    const compressed =
      compression === "zstd"
        ? zstdCompressSync(bytes, frameOptions(end))
        : deflateRawSync(bytes, { windowBits: 12 });
    const offset = append(compressed, 1);
    const sectors = Math.ceil((end - (offset - (offset % 512))) / 512) - 1;
    return COMPRESSED | (BigInt(sectors) << BigInt(62 - (clusterBits - 8))) | BigInt(offset);
  }

  header.write("QFI\xfb", 0, "latin1");
  header.writeUInt32BE(version, 4);
  header.writeUInt32BE(clusterBits, 20);
  header.writeBigUInt64BE(BigInt(virtualBytes), 24);
  header.writeUInt32BE(l1Entries, 36);
  header.writeBigUInt64BE(BigInt(l1Offset), 40);
  if (version === 3) {
    const isZstd = compression === "zstd";
    header.writeBigUInt64BE((isZstd ? 8n : 0n) | (extendedL2 ? 16n : 0n), 72);
    header.writeUInt32BE(4, 96);
    header.writeUInt32BE(112, 100);
    header.writeUInt8(isZstd ? 1 : 0, 104);
  }
  return { file: Buffer.concat(parts), l1Offset, l2Offset };
}

/** Frames of more than one shape: with a checksum and without, with a content size and without. */
function frameOptions(seed: number): { params: Record<number, number> } {
  return {
    params: {
      [constants.ZSTD_c_checksumFlag]: seed % 2,
      [constants.ZSTD_c_contentSizeFlag]: (seed >> 1) % 2,
    },
  };
}

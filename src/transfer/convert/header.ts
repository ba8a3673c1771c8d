import { damaged, type FilePath, unsupported } from "./errors.ts";

/** How a qcow2 is laid out, as far as its active disk is concerned. */
export interface Layout {
  readonly file: FilePath;
  readonly fileBytes: number;
  /** The size of the disk inside. */
  readonly virtualBytes: number;
  /** A power of two: 512 to 2,097,152. */
  readonly clusterBytes: number;
  readonly clusterBits: number;
  /** Whether clusters may be marked as zeros: not before version 3. */
  readonly hasZeroClusters: boolean;
  /** Whether each cluster has 32 subclusters, with bits of their own. */
  readonly hasSubclusters: boolean;
  readonly compression: "zlib" | "zstd";
  readonly l1Offset: number;
  /** How many entries of the first table the disk takes; those behind it are about snapshots of memory. */
  readonly l1Entries: number;
  /** How many clusters a table of the second level is about. */
  readonly l2Entries: number;
}

/** How many bytes of a file {@link parseHeader} wants to see. */
export const HEADER_BYTES = 112;

const SECTOR_BYTES = 512;
const V2_HEADER_BYTES = 72;
const V3_HEADER_BYTES = 104;
/** The limit of qemu (`QCOW_MAX_L1_SIZE`). */
const MAX_L1_BYTES = 32 * 2 ** 20;
const ENCRYPTIONS = ["none", "AES", "LUKS"];

/** Incompatible features, by bit. The first two are about writing: "dirty" and "corrupt" are read as qemu-img does. */
const EXTERNAL_DATA_FILE = 1n << 2n;
const COMPRESSION_TYPE = 1n << 3n;
const EXTENDED_L2 = 1n << 4n;
const KNOWN_FEATURES = 0b11111n;

/**
 * Reads the header of a qcow2 (docs/interop/qcow2.txt of QEMU).
 *
 * @param head Its first {@link HEADER_BYTES}, or all of a file that is smaller.
 * @throws FormatError `ERR_CONVERT_UNSUPPORTED` for what is not converted here, `ERR_FORMAT_MISMATCH` for a header
 *   that contradicts itself or the size of the file.
 */
export function parseHeader(file: FilePath, fileBytes: number, head: Buffer): Layout {
  if (head.length < V2_HEADER_BYTES) throw damaged(file, "its header is not whole");
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw unsupported(file, `is a qcow of version ${version}`);
  if (head.readBigUInt64BE(8) !== 0n) throw unsupported(file, "has a backing file");
  const encryption = head.readUInt32BE(32);
  if (encryption !== 0) throw unsupported(file, `is encrypted (${ENCRYPTIONS[encryption] ?? encryption})`);
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) throw unsupported(file, `has clusters of 2^${clusterBits} bytes`);
  const clusterBytes = 2 ** clusterBits;
  const features = parseFeatures(file, version, head, clusterBytes);
  const l2Entries = clusterBytes / (features.hasSubclusters ? 16 : 8);

  const size = head.readBigUInt64BE(24);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw unsupported(file, `has a disk of ${size} bytes`);
  // qemu counts a disk in sectors, and leaves out what is no whole one.
  const virtualBytes = Number(size) - (Number(size) % SECTOR_BYTES);
  const l1Entries = Math.ceil(Number(size) / (l2Entries * clusterBytes));
  const l1Offset = head.readBigUInt64BE(40);
  if (head.readUInt32BE(36) < l1Entries) throw damaged(file, "its L1 table is too small for its disk");
  if (l1Entries * 8 > MAX_L1_BYTES) throw unsupported(file, `has an L1 table of ${l1Entries} entries`);
  if (l1Offset % BigInt(clusterBytes) !== 0n)
    throw damaged(file, "its L1 table is not at a cluster's beginning");
  if (l1Offset + BigInt(l1Entries * 8) > fileBytes) throw damaged(file, "its L1 table is not in the file");

  return {
    file,
    fileBytes,
    virtualBytes,
    clusterBytes,
    clusterBits,
    hasZeroClusters: version === 3,
    ...features,
    l1Offset: Number(l1Offset),
    l1Entries,
    l2Entries,
  };
}

function parseFeatures(
  file: FilePath,
  version: 2 | 3,
  head: Buffer,
  clusterBytes: number,
): Pick<Layout, "hasSubclusters" | "compression"> {
  if (version === 2) return { hasSubclusters: false, compression: "zlib" };
  if (head.length < V3_HEADER_BYTES) throw damaged(file, "its header is not whole");
  const headerBytes = head.readUInt32BE(100);
  if (headerBytes < V3_HEADER_BYTES || headerBytes > clusterBytes)
    throw damaged(file, `its header says that it has ${headerBytes} bytes`);

  const features = head.readBigUInt64BE(72);
  const unknown = features & ~KNOWN_FEATURES;
  if (unknown !== 0n)
    throw unsupported(file, `has features that are not known here (0x${unknown.toString(16)})`);
  if ((features & EXTERNAL_DATA_FILE) !== 0n) throw unsupported(file, "keeps its data in another file");

  const hasType = headerBytes > V3_HEADER_BYTES;
  if (hasType && head.length <= V3_HEADER_BYTES) throw damaged(file, "its header is not whole");
  const type = hasType ? head.readUInt8(V3_HEADER_BYTES) : 0;
  if (type > 1) throw unsupported(file, `is compressed by method ${type}`);
  if ((type !== 0) !== ((features & COMPRESSION_TYPE) !== 0n))
    throw damaged(file, "its header has a method of compression and says otherwise");

  const hasSubclusters = (features & EXTENDED_L2) !== 0n;
  if (hasSubclusters && clusterBytes / 32 < SECTOR_BYTES)
    throw damaged(file, `clusters of ${clusterBytes} bytes have no subclusters`);
  return { hasSubclusters, compression: type === 1 ? "zstd" : "zlib" };
}

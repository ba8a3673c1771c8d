import { writeFile } from "node:fs/promises";

export interface Qcow2Options {
  /** The size of the disk that a machine sees: a multiple of 512. */
  readonly virtualSizeBytes: number;
  /** How much of the disk, from its beginning, holds data. The rest takes no space and reads as zeros. */
  readonly dataBytes: number;
}

const clusterBits = 16;
const clusterBytes = 2 ** clusterBits;
const headerBytes = 104;
const entriesPerTable = clusterBytes / 8;
const refcountsPerBlock = clusterBytes / 2;

/** In the entry of a table: nothing else uses the cluster, so it may be written in place. */
const usedOnce = 1n << 63n;

/**
 * Writes a disk image in the format qcow2, version 3, that holds some data. The same options give the same bytes.
 *
 * @see https://www.qemu.org/docs/master/interop/qcow2.html
 */
export async function makeQcow2(path: string, options: Qcow2Options): Promise<void> {
  const { virtualSizeBytes, dataBytes } = options;
  if (virtualSizeBytes % 512 !== 0) throw new RangeError("virtualSizeBytes must be a multiple of 512");
  if (dataBytes > virtualSizeBytes) throw new RangeError("dataBytes must be at most virtualSizeBytes");
  await writeFile(path, contents(layOut(options)));
}

type Layout = ReturnType<typeof layOut>;

/** The clusters of the file, in their order: header, refcount table, refcount blocks, L1 table, L2 tables, data. */
function layOut({ virtualSizeBytes, dataBytes }: Qcow2Options) {
  const dataClusters = Math.ceil(dataBytes / clusterBytes);
  const l2Tables = Math.ceil(dataClusters / entriesPerTable);
  const l1Entries = Math.ceil(virtualSizeBytes / (entriesPerTable * clusterBytes));
  const l1Clusters = Math.ceil(l1Entries / entriesPerTable);
  // Each of the blocks counts itself, too.
  const refcountBlocks = Math.ceil((2 + l1Clusters + l2Tables + dataClusters) / (refcountsPerBlock - 1));

  const l1Start = 2 + refcountBlocks;
  const l2Start = l1Start + l1Clusters;
  const dataStart = l2Start + l2Tables;
  return { virtualSizeBytes, refcountBlocks, l1Entries, l1Start, l2Tables, l2Start, dataStart, dataClusters };
}

function* contents(layout: Layout): Generator<Buffer> {
  yield metadata(layout);
  for (let cluster = 0; cluster < layout.dataClusters; cluster += 1) {
    yield Buffer.alloc(clusterBytes, `This is cluster ${cluster} of the disk.\n`);
  }
}

function metadata(layout: Layout): Buffer {
  const { refcountBlocks, l1Start, l2Tables, l2Start, dataStart, dataClusters } = layout;
  const bytes = Buffer.alloc(dataStart * clusterBytes);
  writeHeader(bytes, layout);
  for (let block = 0; block < refcountBlocks; block += 1) {
    bytes.writeBigUInt64BE(offsetOf(2 + block), clusterBytes + block * 8);
  }
  for (let cluster = 0; cluster < dataStart + dataClusters; cluster += 1) {
    bytes.writeUInt16BE(1, 2 * clusterBytes + cluster * 2);
  }
  for (let table = 0; table < l2Tables; table += 1) {
    bytes.writeBigUInt64BE(offsetOf(l2Start + table) | usedOnce, l1Start * clusterBytes + table * 8);
  }
  for (let cluster = 0; cluster < dataClusters; cluster += 1) {
    bytes.writeBigUInt64BE(offsetOf(dataStart + cluster) | usedOnce, l2Start * clusterBytes + cluster * 8);
  }
  return bytes;
}

function writeHeader(bytes: Buffer, { virtualSizeBytes, l1Entries, l1Start }: Layout): void {
  bytes.write("QFI\xfb", 0, "latin1");
  bytes.writeUInt32BE(3, 4); // the version
  bytes.writeUInt32BE(clusterBits, 20);
  bytes.writeBigUInt64BE(BigInt(virtualSizeBytes), 24);
  bytes.writeUInt32BE(l1Entries, 36);
  bytes.writeBigUInt64BE(offsetOf(l1Start), 40);
  bytes.writeBigUInt64BE(offsetOf(1), 48); // the refcount table
  bytes.writeUInt32BE(1, 56); // its clusters
  bytes.writeUInt32BE(4, 96); // a refcount has 2⁴ bits
  bytes.writeUInt32BE(headerBytes, 100);
}

function offsetOf(cluster: number): bigint {
  return BigInt(cluster) * BigInt(clusterBytes);
}

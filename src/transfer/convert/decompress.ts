import { promisify } from "node:util";
import { constants, inflateRaw, zstdDecompress } from "node:zlib";
import { zstdFrameBytes } from "../decompress/zstd-frame.ts";
import { undecodable } from "./errors.ts";
import type { Layout } from "./header.ts";

const inflate = promisify(inflateRaw);
const unzstd = promisify(zstdDecompress);

/** As much as a decoder should be able to look back (RFC 8878, section 3.1.1.1.2): 8 MiB, not all that a frame asks for. */
const MAX_WINDOW = { [constants.ZSTD_d_windowLogMax]: 23 };

/**
 * Decompresses a cluster, on a thread of Node's pool.
 *
 * @param compressed Its bytes, and maybe others behind them.
 * @param target Where it goes, or as much of it as there is room for.
 * @throws FormatError `ERR_DECOMPRESS` when they don't come to a cluster.
 */
export async function decompressCluster(
  layout: Layout,
  compressed: Buffer,
  hostOffset: number,
  target: Buffer,
): Promise<void> {
  const { file, compression, clusterBytes } = layout;
  // Where there is room left, Node.js sees the end at once and makes no second buffer.
  const limits = { chunkSize: clusterBytes + 64, maxOutputLength: clusterBytes };
  const cluster = await (compression === "zlib"
    ? inflate(compressed, limits)
    : unzstd(compressed.subarray(0, zstdFrameBytes(compressed)), { ...limits, params: MAX_WINDOW })
  ).catch((error: unknown) => {
    throw undecodable(file, hostOffset, error);
  });
  if (cluster.length !== clusterBytes) throw undecodable(file, hostOffset);
  cluster.copy(target);
  free(cluster);
}

/** Frees memory at once. Left to the collector, 100 MB of it would pile up. */
function free({ buffer, byteLength }: Buffer): void {
  // Small buffers are parts of one that Node.js shares among many.
  const isShared = byteLength < Buffer.poolSize;
  if (buffer instanceof ArrayBuffer && !isShared) buffer.transfer(0);
}

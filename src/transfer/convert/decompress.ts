import { promisify } from "node:util";
import { constants, inflateRaw, zstdDecompress } from "node:zlib";
import { undecodable } from "./errors.ts";
import type { Layout } from "./header.ts";
import { zstdFrameBytes } from "./zstd-frame.ts";

const inflate = promisify(inflateRaw);
const unzstd = promisify(zstdDecompress);

/** As much as a decoder should be able to look back (RFC 8878, section 3.1.1.1.2): 8 MiB, not all that a frame asks for. */
const MAX_WINDOW = { [constants.ZSTD_d_windowLogMax]: 23 };

/**
 * Decompresses a cluster, on a thread of Node's pool.
 *
 * @param compressed Its bytes, and maybe others behind them.
 * @throws FormatError `ERR_DECOMPRESS` when they don't come to a cluster.
 */
export async function decompressCluster(
  layout: Layout,
  compressed: Buffer,
  hostOffset: number,
): Promise<Buffer> {
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
  return cluster;
}

import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

/** How much output there is at a time: large enough that a turn of Node's thread pool doesn't count. */
export const OUTPUT_BYTES: number = 256 * 1024;

/**
 * Sends bytes through one of Node's own decompressors, which work on Node's thread pool. The bytes may still be waited
 * for when this ends.
 */
export async function* throughZlib(
  compressed: AsyncIterable<Uint8Array>,
  zlib: Transform,
): AsyncGenerator<Uint8Array> {
  // The output fails with the same error.
  pipeline(Readable.from(compressed, { objectMode: false }), zlib).catch(() => undefined);
  try {
    for await (const chunk of zlib as AsyncIterable<Buffer>) yield chunk;
  } finally {
    zlib.destroy();
  }
}

/** The code of an error that zlib made: `Z_DATA_ERROR`, `ZSTD_error_checksum_wrong`, … */
export function zlibCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^Z(STD)?_/.test(code) ? code : undefined;
}

import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Done } from "./decompressor.ts";

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

/** What is fed to a decompressor. */
export interface Fed {
  readonly chunks: AsyncGenerator<Uint8Array>;
  /** What was handed on and not made use of: the streams in between read ahead. */
  untouched(): readonly Uint8Array[];
}

/** Hands chunks on to one of Node's own decompressors. */
export function feed(
  compressed: AsyncIterable<Uint8Array>,
  zlib: { readonly bytesWritten: number },
  done: Done = () => undefined,
): Fed {
  let fedBytes = 0;
  let recent: readonly { readonly chunk: Uint8Array; readonly end: number }[] = [];
  return {
    chunks: (async function* () {
      for await (const chunk of compressed) {
        fedBytes += chunk.length;
        const { bytesWritten } = zlib;
        for (const { chunk, end } of recent) if (end <= bytesWritten) done(chunk);
        recent = [...recent.filter(({ end }) => end > bytesWritten), { chunk, end: fedBytes }];
        yield chunk;
      }
    })(),
    untouched: () =>
      recent.map(({ chunk, end }) => chunk.subarray(Math.max(0, chunk.length - (end - zlib.bytesWritten)))),
  };
}

/** The code of an error that zlib made: `Z_DATA_ERROR`, `ZSTD_error_checksum_wrong`, … */
export function zlibCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^Z(STD)?_/.test(code) ? code : undefined;
}

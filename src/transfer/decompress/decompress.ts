import type { Codec } from "../../model/spec.ts";
import { byteReader } from "./byte-reader.ts";
import { bzip2 } from "./bzip2.ts";
import { type Decompressor, MAGIC_BYTES } from "./decompressor.ts";
import { detectCodec, type SourceHints } from "./detect.ts";
import { gzip } from "./gzip.ts";
import { type DecompressLimits, withinLimits } from "./limits.ts";
import { onThread } from "./on-thread.ts";
import { onlyFile } from "./tar.ts";
import { BLOCK_BYTES, isTar } from "./tar-header.ts";
import { xz } from "./xz.ts";
import { zstd } from "./zstd.ts";

/** How a source is decompressed. */
export interface DecompressOptions extends DecompressLimits {
  /** How the source is compressed: `true` finds out by its first bytes. Another codec than this is an error. */
  readonly codec: Codec | true;
  /** Whether a tar archive is handed on as it is. Default: `false`, the one file in it is. */
  readonly keepTar?: boolean | undefined;
  /** What is said of the source by others, for error messages. */
  readonly hints?: SourceHints | undefined;
}

/** Each behind the same contract; those that would keep this thread busy, on one of their own. */
export const DECOMPRESSORS: readonly Decompressor[] = [gzip, onThread(bzip2), onThread(xz), zstd];

/**
 * Decompresses bytes on their way, in memory that doesn't grow with them: gzip, bzip2, xz and zstd, of several members,
 * frames or streams, one behind the other. Of a tar archive with one file in it, compressed or not, the file comes out.
 * The source is read to its end before the iteration ends, so an error may come behind the last byte.
 *
 * The iteration throws FormatError `ERR_DECOMPRESS` for data that is cut off, damaged, of another codec than it should
 * be, not compressed, or followed by something else; for an archive of none or several files; and for more bytes than
 * the limits allow.
 */
export async function* decompress(
  compressed: AsyncIterable<Uint8Array>,
  options: DecompressOptions,
): AsyncGenerator<Uint8Array> {
  let sourceBytes = 0;
  const counted = (async function* () {
    for await (const chunk of compressed) {
      sourceBytes += chunk.length;
      yield chunk;
    }
  })();
  const plain = options.keepTar === true ? decoded(counted, options) : untarred(decoded(counted, options));
  yield* withinLimits(plain, () => sourceBytes, options);
}

async function* decoded(
  compressed: AsyncIterable<Uint8Array>,
  { codec, hints = {} }: DecompressOptions,
): AsyncGenerator<Uint8Array> {
  const reader = byteReader(compressed);
  try {
    const head = await reader.peek(BLOCK_BYTES);
    if (codec === true && isTar(head)) yield* reader.rest();
    else
      yield* detectCodec(codec, head.subarray(0, MAGIC_BYTES), hints, DECOMPRESSORS).decompress(
        reader.rest(),
      );
  } finally {
    await reader.close();
  }
}

async function* untarred(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = byteReader(chunks);
  try {
    yield* isTar(await reader.peek(BLOCK_BYTES)) ? onlyFile(reader) : reader.rest();
  } finally {
    await reader.close();
  }
}

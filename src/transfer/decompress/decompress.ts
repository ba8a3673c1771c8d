import type { Codec } from "../../model/spec.ts";
import { freeByParts } from "../free-memory.ts";
import { byteReader } from "./byte-reader.ts";
import { bzip2 } from "./bzip2.ts";
import { type Decompressor, type Done, MAGIC_BYTES } from "./decompressor.ts";
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
export function decompress(
  compressed: AsyncIterable<Uint8Array>,
  options: DecompressOptions,
): AsyncGenerator<Uint8Array> {
  return decompressing(compressed, options).chunks;
}

/** What comes out of a decompression. */
export interface Decompressing {
  readonly chunks: AsyncGenerator<Uint8Array>;
  /** Takes a chunk that nobody looks at any more, to free its memory. */
  release(chunk: Uint8Array): void;
}

/** As {@link decompress} does, for who tells which chunks he is done with. And so is he told, of those of the source. */
export function decompressing(
  compressed: AsyncIterable<Uint8Array>,
  options: DecompressOptions,
  done?: Done,
): Decompressing {
  let sourceBytes = 0;
  // Files of an archive are parts of chunks, and what isn't compressed is the source's.
  let isOwn = false;
  const free = freeByParts();
  const counted = (async function* () {
    for await (const chunk of compressed) {
      sourceBytes += chunk.length;
      yield chunk;
    }
  })();

  async function* decoded({ codec, hints = {} }: DecompressOptions): AsyncGenerator<Uint8Array> {
    const reader = byteReader(counted);
    try {
      const head = await reader.peek(BLOCK_BYTES);
      isOwn = !(codec === true && isTar(head));
      if (!isOwn) yield* reader.rest();
      else {
        const decompressor = detectCodec(codec, head.subarray(0, MAGIC_BYTES), hints, DECOMPRESSORS);
        yield* decompressor.decompress(reader.rest(), done);
      }
    } finally {
      await reader.close();
    }
  }

  async function* untarred(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const reader = byteReader(chunks);
    try {
      const isArchive = isTar(await reader.peek(BLOCK_BYTES));
      isOwn &&= !isArchive;
      yield* isArchive ? onlyFile(reader) : reader.rest();
    } finally {
      await reader.close();
    }
  }

  const plain = options.keepTar === true ? decoded(options) : untarred(decoded(options));
  return {
    chunks: withinLimits(plain, () => sourceBytes, options),
    release: (chunk) => {
      if (isOwn) free(chunk);
    },
  };
}

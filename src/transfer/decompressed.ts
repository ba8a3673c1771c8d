import { type Codec, untilAborted } from "../model/index.ts";
import { checkBytes, type Passed } from "./check.ts";
import { expectedChecksum } from "./declared-checksum.ts";
import { decompressing } from "./decompress/decompress.ts";
import type { DecompressLimits } from "./decompress/limits.ts";
import { kept } from "./kept.ts";
import type { OpenedSource } from "./opened.ts";
import { type OnProgress, reportProgress } from "./progress.ts";
import type { LocalSource } from "./source.ts";

/** What a kept download is known by later, where nothing is declared: processors compute it in hardware. */
const KEPT_DIGEST = "sha256";

/** How an open source is decompressed. */
export interface DecompressedOptions {
  readonly decompress: true | Codec;
  readonly keepTar?: boolean | undefined;
  readonly decompressLimits?: DecompressLimits | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of bytes read from the source. */
  readonly onRead?: OnProgress | undefined;
}

/** What comes out of a source, and what is known of what went in. */
export interface DecompressedBytes {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Takes a chunk that nobody looks at any more. */
  release(chunk: Uint8Array): void;
  /** What came from the source, once all was read. */
  received(): Passed | undefined;
}

/**
 * Decompresses a source on its way. What comes from it is held against what is declared, and is found right before the
 * iteration ends.
 *
 * @throws What `expectedChecksum` throws. The iteration throws what `checkBytes` and `decompress` throw.
 */
export async function decompressSource(
  source: LocalSource,
  opened: OpenedSource,
  { decompress: codec, keepTar, decompressLimits, signal, onRead }: DecompressedOptions,
): Promise<DecompressedBytes> {
  const { sizeBytes, hints } = opened;
  const checksum = await expectedChecksum(source, opened, { signal });
  const read = untilAborted(opened.chunks, signal);
  const reported = onRead === undefined ? read : reportProgress(read, onRead);
  const isKept = opened.keep !== undefined;
  const received = checkBytes(reported, { sizeBytes, checksum }, isKept && !checksum ? [KEPT_DIGEST] : []);
  const options = { ...decompressLimits, codec, keepTar, hints };
  const { chunks, release } = decompressing(kept(received, opened), options, opened.release);
  return {
    chunks: untilAborted(chunks, signal),
    release,
    received: received.passed,
  };
}

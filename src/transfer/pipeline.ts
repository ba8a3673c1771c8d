import { type Codec, untilAborted } from "../model/index.ts";
import { checkBytes, type Passed } from "./check.ts";
import { openConverted } from "./convert/open-converted.ts";
import { expectedChecksum, knownChecksum } from "./declared-checksum.ts";
import type { DecompressLimits } from "./decompress/limits.ts";
import { decompressSource } from "./decompressed.ts";
import type { DeclaredData } from "./inspect/refusal.ts";
import { type InspectedBytes, inspectBytes } from "./inspect/stage.ts";
import { kept } from "./kept.ts";
import type { OpenedSource } from "./opened.ts";
import { type OnProgress, reportProgress } from "./progress.ts";
import { type LocalSource, type OpenOptions, openSource } from "./source.ts";

/** What a transfer is told. */
export interface TransferOptions extends Pick<OpenOptions, "cache" | "onCacheHit" | "connections"> {
  /** The digests to compute on the way: names of `node:crypto`. */
  readonly algorithms: readonly string[];
  /** How the source is compressed, `true` finds out; what is sent is what comes out of it. Default: `false`. */
  readonly decompress?: boolean | Codec | undefined;
  /** With `decompress`: whether a tar archive is sent as it is. Default: `false`, the one file in it is sent. */
  readonly keepTar?: boolean | undefined;
  /** How much may come out of a compressed source. */
  readonly decompressLimits?: DecompressLimits | undefined;
  /** Whether the source is converted to raw on its way. Default: `false`. */
  readonly convert?: boolean | undefined;
  /** What the data that is sent has to be. Default: it isn't looked into. */
  readonly inspect?: DeclaredData | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes the source has, where it says so, before any of them is read; not for a file that is only converted. */
  readonly onSize?: ((sizeBytes: number | undefined) => void) | undefined;
  /** Told of bytes read from the source. */
  readonly onRead?: OnProgress | undefined;
  /** Told of bytes that the receiver took. */
  readonly onTaken?: OnProgress | undefined;
}

/** A source on its way to a receiver: one pass, never more of it in memory than a few chunks. */
export interface Transfer {
  /** How many bytes will be sent, where that is known. */
  readonly sizeBytes: number | undefined;
  /** How many bytes the source has, where it says so. */
  readonly sourceSizeBytes: number | undefined;
  /** To be iterated once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Whether the receiver has asked for the bytes. */
  isBegun(): boolean;
  /** Takes the memory of a chunk back, for another one. Only for chunks that nobody looks at any more. */
  release(chunk: Uint8Array): void;
  /** What went through, once all was taken. */
  passed(): Passed | undefined;
  /** What came from the source, once all was read. */
  received(): Passed | undefined;
  /** Lets go of the source. */
  close(): Promise<void>;
}

/** The bytes that are sent, and what is known of them and of those that came. */
interface Stages {
  readonly chunks: AsyncIterable<Uint8Array>;
  release(chunk: Uint8Array): void;
  passed(): Passed | undefined;
  received(): Passed | undefined;
  close(): Promise<void>;
}

/**
 * Opens a source and lays the pipeline: source → check against what is declared → decompress → inspect → digest →
 * receiver. Without `inspect` nothing is read before the receiver asks for the first chunk; with it, a head of a few
 * kibibytes is. With `convert` it is: check of the whole source, and with `decompress` all that comes out of it in a file
 * that is gone afterwards → convert → inspect → digest → receiver.
 *
 * @throws What {@link openSource} throws, for the source and for the URL of a checksum file; SpecError
 *   `ERR_SPEC_INVALID` for a checksum that can't be compared, or is not in its file.
 * @throws FormatError `ERR_FORMAT_MISMATCH`, `ERR_FORMAT_UNSAFE` for data that isn't as declared, and SpecError
 *   `ERR_SPEC_INVALID` for a `minDiskGb` that it doesn't fit on. Where that takes the end of a stream, the iteration
 *   throws it, before the last chunk. It throws what `checkBytes` and `decompress` do as well.
 */
export async function openTransfer(source: LocalSource, options: TransferOptions): Promise<Transfer> {
  const { signal, cache, connections, onCacheHit, onSize, onTaken } = options;
  const { decompress = false, convert = false } = options;
  const checksum = knownChecksum(source);
  const opened = convert
    ? await openConverted(source, options)
    : await openSource(source, { signal, cache, connections, checksum, onCacheHit });
  if (!convert) onSize?.(opened.sizeBytes);
  // What comes out of a decompressor has no known size.
  const isInflated = decompress !== false && !convert;
  const stages = await layStages(source, opened, options).catch(async (error: unknown) => {
    await opened.close();
    throw error;
  });
  const chunks = onTaken === undefined ? stages.chunks : reportProgress(stages.chunks, onTaken);
  let begun = false;
  return {
    sizeBytes: isInflated ? undefined : opened.sizeBytes,
    sourceSizeBytes: opened.sourceSizeBytes ?? opened.sizeBytes,
    chunks: {
      [Symbol.asyncIterator]() {
        begun = true;
        return chunks[Symbol.asyncIterator]();
      },
    },
    isBegun: () => begun,
    release: stages.release,
    passed: stages.passed,
    received: stages.received,
    async close() {
      await stages.close();
      await opened.close();
    },
  };
}

async function layStages(
  source: LocalSource,
  opened: OpenedSource,
  options: TransferOptions,
): Promise<Stages> {
  const { signal, algorithms, inspect, decompress = false, convert = false } = options;
  if (decompress !== false && !convert) {
    const { chunks, release, received } = await decompressSource(source, opened, { ...options, decompress });
    const inspected = await inspectChunks({ sizeBytes: undefined, chunks, close: opened.close }, inspect);
    const sent = checkBytes(inspected.chunks, {}, algorithms);
    return { ...sent, release, received, close: inspected.close };
  }
  const { sizeBytes } = opened;
  // A source that is converted was held against its checksum as a whole.
  const checksum = convert ? undefined : await expectedChecksum(source, opened, { signal });
  const read = untilAborted(opened.chunks, signal);
  // The last chunk is held back behind both, until both have found it right.
  const inspected = await inspectChunks({ ...opened, chunks: read }, inspect);
  const wasRead = convert && ("url" in source || decompress !== false);
  const onRead = wasRead ? undefined : options.onRead;
  const reported = onRead === undefined ? inspected.chunks : reportProgress(inspected.chunks, onRead);
  // What comes over a network goes out over one at the same time.
  const busyProcessors = "url" in source ? 2 : 1;
  const checked = checkBytes(reported, { sizeBytes, checksum }, algorithms, { busyProcessors });
  const { passed } = checked;
  const release = (chunk: Uint8Array): void => opened.release?.(chunk);
  return { chunks: kept(checked, opened), release, passed, received: passed, close: inspected.close };
}

async function inspectChunks(
  opened: OpenedSource,
  declared: DeclaredData | undefined,
): Promise<InspectedBytes> {
  if (declared === undefined) return { chunks: opened.chunks, close: async () => undefined };
  return inspectBytes(opened, declared);
}

import { type Codec, UnsupportedError, untilAborted } from "../model/index.ts";
import { type CheckedBytes, checkBytes, type Passed } from "./check.ts";
import { openConverted } from "./convert/open-converted.ts";
import { knownChecksum, resolveChecksum } from "./declared-checksum.ts";
import { decompress as decompressBytes } from "./decompress/decompress.ts";
import { dispositionFileName, type SourceHints } from "./decompress/detect.ts";
import type { DecompressLimits } from "./decompress/limits.ts";
import type { DeclaredData } from "./inspect/refusal.ts";
import { type InspectedBytes, inspectBytes } from "./inspect/stage.ts";
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
  passed(): Passed | undefined;
  received(): Passed | undefined;
  close(): Promise<void>;
}

/**
 * Opens a source and lays the pipeline: source → check against what is declared → decompress → inspect → digest →
 * receiver. Without `inspect` nothing is read before the receiver asks for the first chunk; with it, a head of a few
 * kibibytes is. With `convert` it is: check of the whole source → convert → inspect → digest → receiver.
 *
 * @throws What {@link openSource} throws, for the source and for the URL of a checksum file; SpecError
 *   `ERR_SPEC_INVALID` for a checksum that can't be compared, or is not in its file.
 * @throws FormatError `ERR_FORMAT_MISMATCH`, `ERR_FORMAT_UNSAFE` for data that isn't as declared, and SpecError
 *   `ERR_SPEC_INVALID` for a `minDiskGb` that it doesn't fit on. Where that takes the end of a stream, the iteration
 *   throws it, before the last chunk. It throws what `checkBytes` and `decompress` do as well.
 */
export async function openTransfer(source: LocalSource, options: TransferOptions): Promise<Transfer> {
  const { signal, cache, connections, onCacheHit, onRead, onTaken } = options;
  const { decompress = false, convert = false } = options;
  const checksum = knownChecksum(source);
  if (convert && decompress !== false) throw notTogether();
  const opened = convert
    ? await openConverted(source, { signal, cache, connections, onCacheHit, onRead })
    : await openSource(source, { signal, cache, connections, checksum, onCacheHit });
  const stages = await layStages(source, opened, options).catch(async (error: unknown) => {
    await opened.close();
    throw error;
  });
  const chunks = onTaken === undefined ? stages.chunks : reportProgress(stages.chunks, onTaken);
  let begun = false;
  return {
    sizeBytes: decompress === false ? opened.sizeBytes : undefined,
    sourceSizeBytes: opened.sourceSizeBytes ?? opened.sizeBytes,
    chunks: {
      [Symbol.asyncIterator]() {
        begun = true;
        return chunks[Symbol.asyncIterator]();
      },
    },
    isBegun: () => begun,
    release: (chunk) => {
      // What comes out of a decompressor may be a part of a chunk that it isn't done with.
      if (decompress === false) opened.release?.(chunk);
    },
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
  const { sizeBytes, hints = {} } = opened;
  // A source that is converted was held against its checksum as a whole.
  const checksum = convert
    ? undefined
    : ((await resolveChecksum(source, namesOf(hints), { signal })) ?? opened.checksum);
  const onRead = convert && "url" in source ? undefined : options.onRead;
  const report = (chunks: AsyncIterable<Uint8Array>) =>
    onRead === undefined ? chunks : reportProgress(chunks, onRead);
  const read = untilAborted(opened.chunks, signal);
  if (decompress === false) {
    // The last chunk is held back behind both, until both have found it right.
    const inspected = await inspectChunks({ ...opened, chunks: read }, inspect);
    const checked = checkBytes(report(inspected.chunks), { sizeBytes, checksum }, algorithms);
    const { passed } = checked;
    return { chunks: kept(checked, opened), passed, received: passed, close: inspected.close };
  }
  const received = checkBytes(report(read), { sizeBytes, checksum }, []);
  const { decompressLimits, keepTar } = options;
  const inflated = decompressBytes(kept(received, opened), {
    ...decompressLimits,
    codec: decompress,
    keepTar,
    hints,
  });
  const chunks = untilAborted(inflated, signal);
  const inspected = await inspectChunks({ sizeBytes: undefined, chunks, close: opened.close }, inspect);
  const sent = checkBytes(inspected.chunks, {}, algorithms);
  return { ...sent, received: received.passed, close: inspected.close };
}

function notTogether(): UnsupportedError {
  const alternative = "decompress the source, save it as a file, and give it as source.file";
  return new UnsupportedError({ backend: "transfer", capability: "convert", alternative });
}

/** The bytes; when all of them were read, and are right, the source may keep them. */
async function* kept({ chunks, passed }: CheckedBytes, { keep }: OpenedSource): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    // Before the last chunk: a receiver that refuses it all in the end has nothing to say about the source.
    const digests = passed()?.digests;
    if (digests !== undefined) await keep?.(digests);
    yield chunk;
  }
}

async function inspectChunks(
  opened: OpenedSource,
  declared: DeclaredData | undefined,
): Promise<InspectedBytes> {
  if (declared === undefined) return { chunks: opened.chunks, close: async () => undefined };
  return inspectBytes(opened, declared);
}

/** What a source goes by in a checksum file. */
function namesOf({ fileNames = [], contentDisposition }: SourceHints): readonly string[] {
  const named = dispositionFileName(contentDisposition);
  return named === undefined ? fileNames : [...fileNames, named];
}

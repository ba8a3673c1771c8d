import { type Checksum, parseChecksum, SpecError, UnsupportedError, untilAborted } from "../model/index.ts";
import { type CheckedBytes, checkBytes, type Passed } from "./check.ts";
import { isComputable } from "./digest.ts";
import type { DeclaredData } from "./inspect/refusal.ts";
import { type InspectedBytes, inspectBytes } from "./inspect/stage.ts";
import type { OpenedSource } from "./opened.ts";
import { type OnProgress, reportProgress } from "./progress.ts";
import { type LocalSource, type OpenOptions, openSource } from "./source.ts";

/** What a transfer is told. */
export interface TransferOptions extends Pick<OpenOptions, "cache" | "onCacheHit"> {
  /** The digests to compute on the way: names of `node:crypto`. */
  readonly algorithms: readonly string[];
  readonly signal?: AbortSignal | undefined;
  /** What the data is declared to be: what isn't, or is unsafe, is refused. Absent: nobody looks. */
  readonly inspect?: DeclaredData | undefined;
  /** Told of bytes read from the source. */
  readonly onRead?: OnProgress | undefined;
  /** Told of bytes that the receiver took. */
  readonly onTaken?: OnProgress | undefined;
}

/** A source on its way to a receiver: one pass, never more of it in memory than a few chunks. */
export interface Transfer {
  /** How many bytes there will be, where the source says so. */
  readonly sizeBytes: number | undefined;
  /** To be iterated once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Takes the memory of a chunk back, for another one. Only for chunks that nobody looks at any more. */
  release(chunk: Uint8Array): void;
  /** Whether the receiver has begun to take the data. */
  isBegun(): boolean;
  /** What went through, once all was taken. */
  passed(): Passed | undefined;
  /** Lets go of the source. */
  close(): Promise<void>;
}

/**
 * Opens a source and lays the pipeline: source → inspect → digest and check → receiver. Without `inspect` nothing is
 * read before the receiver asks for the first chunk; with it, a head of a few kibibytes is.
 *
 * @throws What {@link openSource} throws; SpecError `ERR_SPEC_INVALID` for a checksum that can't be compared.
 * @throws FormatError `ERR_FORMAT_MISMATCH`, `ERR_FORMAT_UNSAFE` for data that isn't as declared, and SpecError
 *   `ERR_SPEC_INVALID` for a `minDiskGb` that it doesn't fit on. Where that takes the end of a stream, the iteration
 *   throws it, before the last chunk. It throws what `checkBytes` does as well.
 */
export async function openTransfer(source: LocalSource, options: TransferOptions): Promise<Transfer> {
  const { algorithms, signal, cache, inspect, onCacheHit, onRead, onTaken } = options;
  const checksum = checksumOf(source);
  const opened = await openSource(source, { signal, cache, checksum, onCacheHit });
  const abortable = { ...opened, chunks: untilAborted(opened.chunks, signal) };
  const inspected = await inspectOpened(abortable, inspect);
  const read = onRead === undefined ? inspected.chunks : reportProgress(inspected.chunks, onRead);
  const checked = checkBytes(read, { sizeBytes: opened.sizeBytes, checksum }, algorithms);
  const right = kept(checked, opened);
  const chunks = onTaken === undefined ? right : reportProgress(right, onTaken);
  let begun = false;
  return {
    sizeBytes: opened.sizeBytes,
    chunks: {
      [Symbol.asyncIterator]() {
        begun = true;
        return chunks[Symbol.asyncIterator]();
      },
    },
    isBegun: () => begun,
    release: (chunk) => opened.release?.(chunk),
    passed: checked.passed,
    async close() {
      await inspected.close();
      await opened.close();
    },
  };
}

/** The bytes; when all of them were taken, and are right, the source may keep them. */
async function* kept({ chunks, passed }: CheckedBytes, { keep }: OpenedSource): AsyncGenerator<Uint8Array> {
  yield* chunks;
  const digests = passed()?.digests;
  if (digests !== undefined) await keep?.(digests);
}

async function inspectOpened(
  opened: OpenedSource,
  declared: DeclaredData | undefined,
): Promise<InspectedBytes> {
  if (declared === undefined) return { chunks: opened.chunks, close: async () => undefined };
  try {
    return await inspectBytes(opened, declared);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function checksumOf(source: LocalSource): Checksum | undefined {
  const declared = "checksum" in source ? source.checksum : undefined;
  if (declared === undefined) return undefined;
  if (typeof declared === "object") {
    throw new UnsupportedError({
      backend: "transfer",
      capability: "source.checksum.url",
      alternative: 'give the checksum itself, as "<algorithm>:<hex>"',
    });
  }
  const checksum = parseChecksum(declared);
  if (checksum !== undefined && isComputable(checksum.algorithm)) return checksum;
  const message =
    checksum === undefined
      ? 'must be "<algorithm>:<hex>"'
      : `this Node.js can't compute ${checksum.algorithm}`;
  throw new SpecError([{ path: ["source", "checksum"], message }]);
}

import { UnsupportedError, untilAborted } from "../model/index.ts";
import { checkBytes, type Passed } from "./check.ts";
import { convertToRaw } from "./convert/convert.ts";
import { declaredChecksum } from "./declared-checksum.ts";
import type { OpenedSource } from "./opened.ts";
import { type OnProgress, reportProgress } from "./progress.ts";
import { empty, type LocalSource, openSource } from "./source.ts";

/** What a transfer is told. */
export interface TransferOptions {
  /** The digests to compute on the way: names of `node:crypto`. */
  readonly algorithms: readonly string[];
  /** Whether the source is converted to raw on its way; it must be a file then. Default: `false`. */
  readonly convert?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of bytes read from the source. */
  readonly onRead?: OnProgress | undefined;
  /** Told of bytes that the receiver took. */
  readonly onTaken?: OnProgress | undefined;
}

/** A source on its way to a receiver: one pass, never more of it in memory than a few chunks. */
export interface Transfer {
  /** How many bytes there will be, where that is known. */
  readonly sizeBytes: number | undefined;
  /** To be iterated once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Takes the memory of a chunk back, for another one. Only for chunks that nobody looks at any more. */
  release(chunk: Uint8Array): void;
  /** What went through, once all was taken. */
  passed(): Passed | undefined;
  /** Lets go of the source. */
  close(): Promise<void>;
}

/**
 * Opens a source and lays the pipeline: source → digest and check → receiver. Nothing is read before the receiver
 * asks for the first chunk. With `convert` it is: check of the source → conversion → digest → receiver, and the source
 * was read once before it is open, where it has a checksum.
 *
 * @throws What {@link openSource} and {@link convertToRaw} throw; UnsupportedError `ERR_UNSUPPORTED` for what can't be
 *   converted on its way; SpecError `ERR_SPEC_INVALID` for a checksum that can't be compared. The
 *   iteration throws what `checkBytes` does.
 */
export async function openTransfer(source: LocalSource, options: TransferOptions): Promise<Transfer> {
  const { algorithms, convert = false, signal, onRead, onTaken } = options;
  const checksum = declaredChecksum(source);
  const opened = convert ? await openConverted(source, signal) : await openSource(source, { signal });
  const abortable = untilAborted(opened.chunks, signal);
  const read = onRead === undefined ? abortable : reportProgress(abortable, onRead);
  const checked = checkBytes(
    read,
    { sizeBytes: opened.sizeBytes, checksum: convert ? undefined : checksum },
    algorithms,
  );
  return {
    sizeBytes: opened.sizeBytes,
    chunks: onTaken === undefined ? checked.chunks : reportProgress(checked.chunks, onTaken),
    release: (chunk) => opened.release?.(chunk),
    passed: checked.passed,
    close: opened.close,
  };
}

/** A conversion reads here and there: it needs a local file that holds the source. */
async function openConverted(source: LocalSource, signal: AbortSignal | undefined): Promise<OpenedSource> {
  if (!("file" in source)) {
    throw new UnsupportedError({
      backend: "transfer",
      capability: "convert",
      alternative: "save the source as a file, and give it as source.file",
    });
  }
  const opened = await convertToRaw(source, { signal });
  if (opened.sizeBytes !== 0) return opened;
  await opened.close();
  throw empty();
}

import { type Codec, untilAborted } from "../model/index.ts";
import { checkBytes, type Passed } from "./check.ts";
import { checkDeclared, resolveChecksum } from "./declared-checksum.ts";
import { decompress as decompressBytes } from "./decompress/decompress.ts";
import { dispositionFileName, type SourceHints } from "./decompress/detect.ts";
import type { DecompressLimits } from "./decompress/limits.ts";
import { type OnProgress, reportProgress } from "./progress.ts";
import { type LocalSource, openSource } from "./source.ts";

/** What a transfer is told. */
export interface TransferOptions {
  /** The digests to compute on the way: names of `node:crypto`. */
  readonly algorithms: readonly string[];
  /** How the source is compressed, `true` finds out; what is sent is what comes out of it. Default: `false`. */
  readonly decompress?: boolean | Codec | undefined;
  /** With `decompress`: whether a tar archive is sent as it is. Default: `false`, the one file in it is sent. */
  readonly keepTar?: boolean | undefined;
  /** How much may come out of a compressed source. */
  readonly decompressLimits?: DecompressLimits | undefined;
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
  /** Takes the memory of a chunk back, for another one. Only for chunks that nobody looks at any more. */
  release(chunk: Uint8Array): void;
  /** What went through, once all was taken. */
  passed(): Passed | undefined;
  /** What came from the source, once all was read. */
  received(): Passed | undefined;
  /** Lets go of the source. */
  close(): Promise<void>;
}

/**
 * Opens a source and lays the pipeline: source → check against what is declared → decompress → digest → receiver.
 * Nothing is read before the receiver asks for the first chunk.
 *
 * @throws What {@link openSource} throws, for the source and for the URL of a checksum file; SpecError
 *   `ERR_SPEC_INVALID` for a checksum that can't be compared, or is not in its file. The iteration throws what
 *   `checkBytes` and `decompress` do.
 */
export async function openTransfer(source: LocalSource, options: TransferOptions): Promise<Transfer> {
  const {
    algorithms,
    signal,
    onRead,
    onTaken,
    decompress = false,
    keepTar,
    decompressLimits: limits,
  } = options;
  checkDeclared(source);
  const opened = await openSource(source, { signal });
  const { sizeBytes, hints = {}, close } = opened;
  const checksum = await resolveChecksum(source, namesOf(hints), { signal }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const abortable = untilAborted(opened.chunks, signal);
  const read = onRead === undefined ? abortable : reportProgress(abortable, onRead);
  const received = checkBytes(read, { sizeBytes, checksum }, decompress === false ? algorithms : []);
  const sent =
    decompress === false
      ? received
      : checkBytes(
          untilAborted(
            decompressBytes(received.chunks, { ...limits, codec: decompress, keepTar, hints }),
            signal,
          ),
          {},
          algorithms,
        );
  return {
    sizeBytes: decompress === false ? sizeBytes : undefined,
    sourceSizeBytes: sizeBytes,
    chunks: onTaken === undefined ? sent.chunks : reportProgress(sent.chunks, onTaken),
    release: (chunk) => {
      // What comes out of a decompressor may be a part of a chunk that it isn't done with.
      if (decompress === false) opened.release?.(chunk);
    },
    passed: sent.passed,
    received: received.passed,
    close,
  };
}

/** What a source goes by in a checksum file. */
function namesOf({ fileNames = [], contentDisposition }: SourceHints): readonly string[] {
  const named = dispositionFileName(contentDisposition);
  return named === undefined ? fileNames : [...fileNames, named];
}

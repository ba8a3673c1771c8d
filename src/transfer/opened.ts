import type { Checksum } from "../model/index.ts";
import type { SourceHints } from "./decompress/detect.ts";
import type { Digests } from "./digest.ts";

/** Reads bytes from an offset on; fewer than were asked for only at the end. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** A source that is open: its bytes are there to be read, once. */
export interface OpenedSource {
  /** How many bytes there are, where the source says so. */
  readonly sizeBytes: number | undefined;
  /** How many there were before they were converted. Absent: as many. */
  readonly sourceSizeBytes?: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Reads any part, where the source can do that; `chunks` is not disturbed by it. */
  readonly readAt?: ReadAt;
  /** What is said of the bytes, by whoever hands them out. */
  readonly hints?: SourceHints | undefined;
  /** What the bytes must be where nothing is declared: what a cache found when it kept them. */
  readonly checksum?: Checksum | undefined;
  /** Takes the memory of a chunk back, for another one. Only for chunks that nobody looks at any more. */
  release?(chunk: Uint8Array): void;
  /** Told when all bytes were read and found to be right, with what was found: a cache keeps them then. Never throws. */
  keep?(digests: Digests): Promise<void>;
  /** Lets go of the file or connection; harmless when the bytes were read. */
  close(): Promise<void>;
}

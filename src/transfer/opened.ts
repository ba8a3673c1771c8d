import type { SourceHints } from "./decompress/detect.ts";

/** A source that is open: its bytes are there to be read, once. */
export interface OpenedSource {
  /** How many bytes there are, where the source says so. */
  readonly sizeBytes: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** What is said of the bytes, by whoever hands them out. */
  readonly hints?: SourceHints | undefined;
  /** Takes the memory of a chunk back, for another one. Only for chunks that nobody looks at any more. */
  release?(chunk: Uint8Array): void;
  /** Lets go of the file or connection; harmless when the bytes were read. */
  close(): Promise<void>;
}

import type { Codec } from "../../model/spec.ts";

/**
 * What every codec is behind: bytes in, bytes out, in one pass and with a few chunks in memory.
 *
 * - Several members, frames or streams, one behind the other, are one output; so are empty ones.
 * - Data that is cut off, damaged, of another format, or followed by something else ends in FormatError
 *   `ERR_DECOMPRESS`. What the format allows behind its end is read and left out.
 * - The input is read to its end before the output ends.
 * - An error of the input comes through as it is. When the reader leaves, the input's `return` is called.
 */
export interface Decompressor<Name extends Codec = Codec> {
  readonly codec: Name;
  /** Whether these first bytes are of this codec. */
  matches(head: Uint8Array): boolean;
  /** @param done Told of chunks of the input, as they came, that are not looked at any more; not of all. */
  decompress(compressed: AsyncIterable<Uint8Array>, done?: Done): AsyncGenerator<Uint8Array>;
}

/** Told of a chunk that is not looked at any more: its memory is free for something else. */
export type Done = (chunk: Uint8Array) => void;

/** As many bytes as every `matches` needs. */
export const MAGIC_BYTES = 6;

/** Whether bytes begin with these. */
export function startsWith(bytes: Uint8Array, ...prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

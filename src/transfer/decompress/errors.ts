import { FormatError } from "../../model/errors/index.ts";
import type { Codec } from "../../model/spec.ts";
import type { Decompressor } from "./decompressor.ts";

/** The data ends before its end. */
export function truncated(format: Codec | "tar", cause?: unknown): FormatError {
  return failure(format, `The ${format} data is cut off`, cause);
}

/** The data isn't what its format allows. */
export function corrupt(format: Codec | "tar", why: string, cause?: unknown): FormatError {
  return failure(format, `The ${format} data is damaged: ${why}`, cause);
}

/** There is something behind the end that isn't of the format. */
export function trailing(format: Codec | "tar"): FormatError {
  return failure(format, `There is something else behind the end of the ${format} data`);
}

/** Holds the first bytes against a codec; it takes this many of them to tell. */
export function checkBeginning({ codec, matches }: Decompressor, head: Uint8Array, bytes: number): void {
  if (head.length < bytes) throw truncated(codec);
  if (!matches(head)) throw corrupt(codec, `it doesn't begin as ${codec} data does`);
}

/** The data is of a kind that is sound and can't be read here. */
export function unreadable(format: Codec | "tar", why: string, cause?: unknown): FormatError {
  return failure(format, `The ${format} data can't be read: ${why}`, cause);
}

function failure(detected: Codec | "tar", message: string, cause?: unknown): FormatError {
  return new FormatError(message, { code: "ERR_DECOMPRESS", detected, cause });
}

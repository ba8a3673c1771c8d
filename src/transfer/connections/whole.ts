import type { UrlAnswer } from "../url.ts";
import { contentRange, restOf, type Validators, validatorsOf } from "../validators.ts";

/** What an answer says of the whole that it is of, where parts of that can be asked for. */
export interface Whole {
  readonly totalBytes: number;
  readonly validators: Validators;
}

/** A part of a whole. */
export interface Range {
  readonly startByte: number;
  /** The first byte after it. */
  readonly endByte: number;
}

/**
 * The whole that an answer is of, or the rest of; `undefined` where the server doesn't say that it knows of ranges,
 * how many bytes there are, or by what one can tell whether they are still the same.
 */
export function wholeOf({
  status,
  headers,
  sizeBytes,
}: Pick<UrlAnswer, "status" | "headers" | "sizeBytes">): Whole | undefined {
  const { "accept-ranges": units = "", "content-encoding": encoding = "identity" } = headers;
  const totalBytes = status === 206 ? contentRange(headers)?.totalBytes : sizeBytes;
  const hasRanges = status === 206 || /\bbytes\b/i.test(units);
  const validators = validatorsOf(headers);
  if (!hasRanges || encoding !== "identity" || totalBytes === undefined) return undefined;
  return restOf(validators, 0) === undefined ? undefined : { totalBytes, validators };
}

/** Whether an answer is this part of the whole, and of the same state of it. */
export function isPartOf(
  { totalBytes, validators }: Whole,
  range: Range,
  { status, headers }: Pick<UrlAnswer, "status" | "headers">,
): boolean {
  const { "content-encoding": encoding = "identity" } = headers;
  const part = contentRange(headers);
  return (
    status === 206 &&
    encoding === "identity" &&
    part?.startByte === range.startByte &&
    part.endByte === range.endByte &&
    part.totalBytes === totalBytes &&
    isSameState(validatorsOf(headers), validators)
  );
}

/** A part doesn't have to repeat them (RFC 9110, section 15.3.7). */
function isSameState(part: Validators, whole: Validators): boolean {
  if (part.etag !== undefined && whole.etag !== undefined) return part.etag === whole.etag;
  const { lastModified = whole.lastModified } = part;
  return whole.lastModified === undefined || lastModified === whole.lastModified;
}

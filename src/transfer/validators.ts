import type { IncomingHttpHeaders } from "node:http";

/** What tells one state of a URL from another (RFC 9110, section 8.8). */
export interface Validators {
  /** `ETag`, as it came. */
  readonly etag?: string | undefined;
  /** `Last-Modified`, as it came. */
  readonly lastModified?: string | undefined;
}

/** What an answer says of the state that it is of. */
export function validatorsOf({ etag, "last-modified": lastModified }: IncomingHttpHeaders): Validators {
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  };
}

/** The headers that ask whether a state is still the one (RFC 9110, sections 13.1.2 and 13.1.3). */
export function unlessChanged({ etag, lastModified }: Validators): Record<string, string> | undefined {
  if (etag !== undefined) return { "if-none-match": etag };
  return lastModified === undefined ? undefined : { "if-modified-since": lastModified };
}

/**
 * The headers that ask for the rest of a state, or for a part that ends before a byte, or else for all of another one
 * (RFC 9110, section 13.1.5): only a strong entity tag tells states apart to the byte, and a date only where there is
 * no tag at all.
 */
export function restOf(
  { etag, lastModified }: Validators,
  startByte: number,
  endByte?: number,
): Record<string, string> | undefined {
  const validator = etag === undefined ? lastModified : etag.startsWith("W/") ? undefined : etag;
  if (validator === undefined) return undefined;
  const last = endByte === undefined ? "" : endByte - 1;
  return { range: `bytes=${startByte}-${last}`, "if-range": validator };
}

/** Where the bytes of a partial answer begin and end, and how many there are in all (RFC 9110, section 14.4). */
export function contentRange(
  headers: IncomingHttpHeaders,
): { startByte: number; endByte: number; totalBytes?: number } | undefined {
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers["content-range"] ?? "");
  if (match === null) return undefined;
  const [, start, last, total] = match;
  const range = { startByte: Number(start), endByte: Number(last) + 1 };
  return total === "*" ? range : { ...range, totalBytes: Number(total) };
}

import { createHash } from "node:crypto";
import type { SentRequest } from "../http/client.ts";

/** A request in the one form that signer and server both make of it. */
export interface CanonicalRequest {
  readonly text: string;
  /** The names of the headers that are in it, as `Authorization` lists them. */
  readonly signedHeaders: string;
}

/**
 * The canonical form of a request, with all of `headers` in it (API Gateway, "Request signing": SDK-HMAC-SHA256).
 *
 * @param headers - Those that are signed, by name in lower case.
 */
export function canonicalRequest(
  { method, url, body = "" }: Omit<SentRequest, "headers">,
  headers: Readonly<Record<string, string>>,
): CanonicalRequest {
  const { pathname, searchParams } = new URL(url);
  const sorted = Object.entries(headers).sort(([one], [other]) => order(one, other));
  const signedHeaders = sorted.map(([name]) => name).join(";");
  const lines = [
    method,
    canonicalPath(pathname),
    canonicalQuery(searchParams),
    sorted.map(([name, value]) => `${name}:${value.trim()}\n`).join(""),
    signedHeaders,
    sha256(body),
  ];
  return { text: lines.join("\n"), signedHeaders };
}

/** The digest of a text, in hexadecimal digits. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Each part of what the path means, escaped anew; with a slash at its end, whether it is sent with one or not. */
function canonicalPath(pathname: string): string {
  const path = pathname.split("/").map(meaningOf).map(escapeStrictly).join("/");
  return path.endsWith("/") ? path : `${path}/`;
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .sort(([name, value], [otherName, otherValue]) => order(name, otherName) || order(value, otherValue))
    .map(([name, value]) => `${escapeStrictly(name)}=${escapeStrictly(value)}`)
    .join("&");
}

/** Escapes all but unreserved characters (RFC 3986, section 2.3); `encodeURIComponent` leaves some more. */
function escapeStrictly(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function meaningOf(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** By code units, as the vendor's own signers have it: not as a language sorts. */
function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

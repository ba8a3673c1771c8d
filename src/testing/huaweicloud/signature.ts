import { createHash, createHmac } from "node:crypto";

/** What `Authorization` says of a request that is signed. */
export interface Authorization {
  readonly accessKey: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** What is signed. */
export interface SignedParts {
  readonly method: string;
  /** The path in its canonical form. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The signed headers by name, in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The digest of the body, or what `X-Sdk-Content-Sha256` says instead. */
  readonly payload: string;
  /** `X-Sdk-Date`. */
  readonly date: string;
}

const ALGORITHM = "SDK-HMAC-SHA256";

/** `undefined` where it is not a signature of this algorithm. */
export function authorizationOf(header: string): Authorization | undefined {
  const match = /^SDK-HMAC-SHA256 +Access=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([0-9a-f]{64})$/.exec(
    header,
  );
  const [, accessKey, names, signature] = match ?? [];
  if (accessKey === undefined || names === undefined || signature === undefined) return undefined;
  return { accessKey, signedHeaders: names.split(";"), signature };
}

export function signatureOf(secretKey: string, parts: SignedParts): string {
  const { method, path, query, headers, payload, date } = parts;
  const sorted = [...headers].sort(([one], [other]) => order(one, other));
  const request = [
    method,
    path,
    canonicalQuery(query),
    sorted.map(([name, value]) => `${name}:${value.trim()}\n`).join(""),
    sorted.map(([name]) => name).join(";"),
    payload,
  ].join("\n");
  const toSign = [ALGORITHM, date, sha256(request)].join("\n");
  return createHmac("sha256", secretKey).update(toSign).digest("hex");
}

/**
 * The canonical forms of a path. Signers differ in what they take for it where it has escapes: some escape it again as it
 * is sent, some what it means.
 */
export function canonicalPaths(path: string): readonly string[] {
  const parts = path.replace(/\/?$/, "/").split("/");
  return [parts.map((part) => escaped(meaning(part))).join("/"), parts.map(escaped).join("/")];
}

export function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .sort(([name, value], [otherName, otherValue]) => order(name, otherName) || order(value, otherValue))
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .join("&");
}

export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function meaning(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function order(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

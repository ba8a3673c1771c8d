import {
  type Checksum,
  type DeclaredChecksum,
  parseChecksum,
  SpecError,
  type UrlSource,
} from "../model/index.ts";
import { chooseChecksum, readChecksums } from "./checksum-file.ts";
import { dispositionFileName } from "./decompress/detect.ts";
import { isComputable } from "./digest.ts";
import { openUrl } from "./download.ts";
import type { OpenedSource } from "./opened.ts";
import type { LocalSource } from "./source.ts";
import type { UrlOptions } from "./url.ts";

/** Far more than the checksum files of the largest mirrors have. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

/**
 * The checksum that a source declares by itself; `undefined` where it declares none, or where its file is.
 *
 * @throws SpecError `ERR_SPEC_INVALID` for one that is none, or of an algorithm that this Node.js doesn't have.
 */
export function knownChecksum(source: LocalSource): Checksum | undefined {
  const declared = declaredChecksum(source);
  return typeof declared === "string" ? parseDeclared(declared) : undefined;
}

/**
 * The checksum that the bytes of a source must have, fetched where only the URL of a checksum file is declared. The
 * source's credentials are sent there only when it is of the same origin.
 *
 * @param names - what the source goes by, the best first.
 * @throws SpecError `ERR_SPEC_INVALID` for a checksum that can't be compared, or a file without it.
 * @throws What `openSource` throws for URLs.
 */
export async function resolveChecksum(
  source: LocalSource,
  names: readonly string[],
  options: UrlOptions = {},
): Promise<Checksum | undefined> {
  const declared = declaredChecksum(source);
  if (declared === undefined || typeof declared === "string")
    return declared === undefined ? undefined : parseDeclared(declared);
  const text = await fetchText(withCredentials(declared.url, source), options);
  return chooseChecksum(readChecksums(text), { names, fileName: lastPart(declared.url), isComputable });
}

/**
 * The checksum that the bytes of an open source must have: the declared one, or that of what a cache kept.
 *
 * @throws What {@link resolveChecksum} throws.
 */
export async function expectedChecksum(
  source: LocalSource,
  { hints = {}, checksum }: OpenedSource,
  options: UrlOptions,
): Promise<Checksum | undefined> {
  const { fileNames = [], contentDisposition } = hints;
  const named = dispositionFileName(contentDisposition);
  const names = named === undefined ? fileNames : [...fileNames, named];
  return (await resolveChecksum(source, names, options)) ?? checksum;
}

function declaredChecksum(source: LocalSource): DeclaredChecksum | undefined {
  return "checksum" in source ? source.checksum : undefined;
}

function parseDeclared(declared: string): Checksum {
  const checksum = parseChecksum(declared);
  if (checksum !== undefined && isComputable(checksum.algorithm)) return checksum;
  const message =
    checksum === undefined
      ? 'must be "<algorithm>:<hex>"'
      : `this Node.js can't compute ${checksum.algorithm}`;
  throw new SpecError([{ path: ["source", "checksum"], message }]);
}

function withCredentials(url: string, source: LocalSource): UrlSource {
  if (!("url" in source) || new URL(source.url).origin !== new URL(url).origin) return { url };
  const { username, password, headers } = source;
  return { url, username, password, headers };
}

async function fetchText(source: UrlSource, options: UrlOptions): Promise<string> {
  const { chunks, close } = await openUrl(source, options);
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > MAX_FILE_BYTES) {
        const message = `is no checksum file: it has more than ${MAX_FILE_BYTES} bytes`;
        throw new SpecError([{ path: ["source", "checksum", "url"], message }]);
      }
      parts.push(chunk);
    }
  } finally {
    await close();
  }
  return Buffer.concat(parts).toString("utf8");
}

function lastPart(url: string): string {
  return new URL(url).pathname.split("/").at(-1) ?? "";
}

import { FormatError } from "../../model/errors/index.ts";
import type { Codec } from "../../model/spec.ts";
import type { Decompressor } from "./decompressor.ts";

/** What is said of a source's bytes, by whoever hands them out. */
export interface SourceHints {
  /** `Content-Type`, as it came. */
  readonly contentType?: string | undefined;
  /** `Content-Disposition`, as it came. */
  readonly contentDisposition?: string | undefined;
  /** The names or paths that it goes by, the best first: of the file; of the URL that was asked for, of the last one. */
  readonly fileNames?: readonly string[] | undefined;
}

const CONTENT_TYPES: Readonly<Record<string, Codec>> = {
  gzip: "gzip",
  bzip: "bzip2",
  bzip2: "bzip2",
  xz: "xz",
  zstd: "zstd",
};

const SUFFIXES: Readonly<Record<string, Codec>> = {
  gz: "gzip",
  gzip: "gzip",
  tgz: "gzip",
  bz2: "bzip2",
  bzip2: "bzip2",
  tbz: "bzip2",
  tbz2: "bzip2",
  xz: "xz",
  txz: "xz",
  zst: "zstd",
  zstd: "zstd",
  tzst: "zstd",
};

/**
 * How a source is compressed: by its first bytes, which are always right. What is said of it only tells what is wrong
 * when they are none of a codec's.
 *
 * @param wanted - the codec that it has to be, or `true` for any.
 * @throws FormatError `ERR_DECOMPRESS` when it is another one, or not compressed.
 */
export function detectCodec(
  wanted: Codec | true,
  head: Uint8Array,
  hints: SourceHints,
  decompressors: readonly Decompressor[],
): Decompressor {
  const found = decompressors.find(({ matches }) => matches(head));
  if (found !== undefined && (wanted === true || wanted === found.codec)) return found;
  const hint = hintedCodec(hints);
  const declared = wanted === true ? hint?.codec : wanted;
  throw new FormatError(mismatch(wanted, found?.codec, hint, head), {
    code: "ERR_DECOMPRESS",
    detected: found?.codec,
    declared,
  });
}

/** A codec, and who says so. */
export interface HintedCodec {
  readonly codec: Codec;
  readonly by: string;
}

/** The codec that a source is said to have: by content type, then by `Content-Disposition`, then by its name. */
export function hintedCodec({
  contentType,
  contentDisposition,
  fileNames = [],
}: SourceHints): HintedCodec | undefined {
  const type = /^\s*(?:application\/)?(?:x-)?([\w-]+)\s*(?:;|$)/i.exec(contentType ?? "")?.[1]?.toLowerCase();
  const byType = own(CONTENT_TYPES, type);
  if (byType !== undefined) return { codec: byType, by: `its content type ${contentType}` };
  const names = [dispositionFileName(contentDisposition), ...fileNames];
  for (const name of names) {
    const codec = own(SUFFIXES, /\.(\w+)$/.exec(name ?? "")?.[1]?.toLowerCase());
    if (codec !== undefined) return { codec, by: `its name ${name}` };
  }
  return undefined;
}

/** The file name in a `Content-Disposition` (RFC 6266): the extended form where there are both. */
export function dispositionFileName(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const extended = /;\s*filename\*\s*=\s*(?:utf-8|iso-8859-1)'[^']*'([^;\s]+)/i.exec(header)?.[1];
  if (extended !== undefined) return decoded(extended);
  const [, quoted, token] = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(header) ?? [];
  return quoted?.replace(/\\(.)/g, "$1") ?? token;
}

function mismatch(
  wanted: Codec | true,
  found: Codec | undefined,
  hint: HintedCodec | undefined,
  head: Uint8Array,
): string {
  const seen = found === undefined ? `begins with ${shown(head)}` : `is ${found}`;
  if (wanted !== true) return `The source is not ${wanted}, as decompress says: it ${seen}`;
  if (hint !== undefined) return `The source is not ${hint.codec}, as ${hint.by} says: it ${seen}`;
  return `The source is not compressed by gzip, bzip2, xz or zstd: it ${seen}. Leave decompress out`;
}

function shown(head: Uint8Array): string {
  if (head.length === 0) return "nothing";
  const hex = Array.from(head.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0"));
  return `the bytes ${hex.join(" ")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function own(table: Readonly<Record<string, Codec>>, key: string | undefined): Codec | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

import { type Checksum, parseChecksum, SpecError } from "../model/index.ts";

/** A line of a checksum file. */
export interface ChecksumEntry {
  /** The file that it is about, as it is written; absent where there is only a digest. */
  readonly name: string | undefined;
  readonly hex: string;
  /** The algorithm that the line names, as `node:crypto` does. */
  readonly algorithm: string | undefined;
}

/** What is looked for in a checksum file. */
export interface ChecksumQuery {
  /** The names that the source goes by, the best first: names of files or paths. */
  readonly names: readonly string[];
  /** The name of the checksum file: `SHA512SUMS` tells the algorithm. */
  readonly fileName: string;
  /** Whether an algorithm can be computed. */
  readonly isComputable: (algorithm: string) => boolean;
}

/** By the length of the digest, where nothing else tells. */
const BY_HEX_LENGTH: Readonly<Record<number, string>> = {
  32: "md5",
  40: "sha1",
  56: "sha224",
  64: "sha256",
  96: "sha384",
  128: "sha512",
};

/** Names of algorithms in the names of checksum files, the longer ones first. */
const BY_FILE_NAME: readonly (readonly [RegExp, string])[] = [
  [/sha3[-_]?(224|256|384|512)/i, "sha3-$1"],
  [/sha512[-_/](224|256)/i, "sha512-$1"],
  [/b2sum|blake2b/i, "blake2b512"],
  [/sha[-_]?(1|224|256|384|512)(?!\d)/i, "sha$1"],
  [/md5/i, "md5"],
];

/** Longer than any path and its digest. */
const MAX_LINE_LENGTH = 8_192;

/** How many names an error lists. */
const LISTED_NAMES = 20;

/**
 * Reads a checksum file: lines as GNU's `sha256sum` writes them (`hex  name`, `hex *name`, escaped names), as BSD's
 * (`SHA256 (name) = hex`) and OpenSSL's, `algorithm:hex name`, or a digest alone; clear-signed or not. Whatever else
 * there is, such as comments, is passed over. **No signature is verified.**
 */
export function readChecksums(text: string): readonly ChecksumEntry[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  return signedPart(lines).flatMap((line) => (line.length > MAX_LINE_LENGTH ? [] : (readLine(line) ?? [])));
}

/**
 * The checksum of one file in a checksum file: the entry of its name, where there are several of that name the one
 * whose folders are the source's too, and of several digests of it the longest. A digest alone is anybody's.
 *
 * @throws SpecError `ERR_SPEC_INVALID`, on `source.checksum.url`, that says what there is instead.
 */
export function chooseChecksum(entries: readonly ChecksumEntry[], query: ChecksumQuery): Checksum {
  const found = named(entries, query.names);
  const candidates = found.length > 0 ? found : anonymous(entries);
  const [wanted = "the source"] = partsOf(query.names[0] ?? "");
  if (candidates.length === 0) throw invalid(`the file has no checksum of ${wanted}: ${listed(entries)}`);
  const known = candidates.flatMap((entry) => checksumOf(entry, query) ?? []);
  if (known.length === 0)
    throw invalid(
      `the file has no checksum of ${wanted} that this Node.js can compute: ${listed(candidates)}`,
    );
  const [best, ...others] = known.sort((a, b) => b.hex.length - a.hex.length);
  const rival = others.find(({ algorithm, hex }) => algorithm === best?.algorithm && hex !== best.hex);
  if (best === undefined || rival !== undefined)
    throw invalid(`the file has different checksums of ${wanted}: ${listed(candidates)}`);
  return best;
}

/** The lines of a clear-signed message (RFC 9580, 7), or all of them. */
function signedPart(lines: readonly string[]): readonly string[] {
  const begin = lines.findIndex((line) => line.trimEnd() === "-----BEGIN PGP SIGNED MESSAGE-----");
  if (begin < 0) return lines;
  const first = lines.findIndex((line, index) => index > begin && line.trim() === "") + 1;
  const end = lines.findIndex((line, index) => index >= first && line.startsWith("-----BEGIN PGP SIGNATURE"));
  // A line that begins with a dash has one more in front.
  return lines.slice(first, end < 0 ? lines.length : end).map((line) => line.replace(/^- /, ""));
}

function readLine(line: string): ChecksumEntry | undefined {
  const [, label, labelled, labelledHex] = /^\s*([\w/-]+) ?\((.+)\) ?= ?([0-9a-f]+)\s*$/i.exec(line) ?? [];
  if (label !== undefined && labelled !== undefined && isDigest(labelledHex))
    return { name: labelled, hex: labelledHex.toLowerCase(), algorithm: algorithmName(label) };
  const [, backslash, prefix, hex, name] =
    /^\s*(\\?)(?:([\w/-]+):)?([0-9a-f]+)(?:[ \t]+\*?(\S.*?))?\s*$/i.exec(line) ?? [];
  if (!isDigest(hex)) return undefined;
  return {
    name: backslash === "\\" ? unescaped(name) : name,
    hex: hex.toLowerCase(),
    algorithm: prefix === undefined ? undefined : algorithmName(prefix),
  };
}

function isDigest(hex: string | undefined): hex is string {
  return hex !== undefined && hex.length >= 32 && hex.length % 2 === 0;
}

/** `SHA2-256`, `SHA-256` and `SHA256` are the same, and `SHA512/256` is `sha512-256`. */
function algorithmName(label: string): string {
  const name = label
    .toLowerCase()
    .replace("/", "-")
    .replace(/^sha(?:2-|-)(?=\d)/, "sha");
  return name === "blake2b" ? "blake2b512" : name;
}

/** GNU's way with a line feed or a backslash in a name. */
function unescaped(name: string | undefined): string | undefined {
  return name?.replace(/\\([nr\\])/g, (_all, letter) => ({ n: "\n", r: "\r" })[letter as "n" | "r"] ?? "\\");
}

/** The entries of the first of the names that there are any of. */
function named(entries: readonly ChecksumEntry[], names: readonly string[]): readonly ChecksumEntry[] {
  for (const wanted of names) {
    const same = entries.filter(({ name }) => name !== undefined && commonEnd(name, wanted) > 0);
    const most = Math.max(...same.map(({ name = "" }) => commonEnd(name, wanted)));
    if (same.length > 0) return same.filter(({ name = "" }) => commonEnd(name, wanted) === most);
  }
  return [];
}

/** How many parts of two paths are the same, from the end on. */
function commonEnd(one: string, other: string): number {
  const parts = partsOf(other);
  const different = partsOf(one).findIndex((part, index) => part !== parts[index]);
  return different < 0 ? partsOf(one).length : different;
}

function partsOf(path: string): readonly string[] {
  return path
    .split(/[\\/]/)
    .filter((part) => part !== "" && part !== ".")
    .reverse();
}

/** A file that has nothing but one digest is about one file. */
function anonymous(entries: readonly ChecksumEntry[]): readonly ChecksumEntry[] {
  return entries.every(({ name }) => name === undefined) ? entries : [];
}

function checksumOf(
  { hex, algorithm }: ChecksumEntry,
  { fileName, isComputable }: ChecksumQuery,
): Checksum | undefined {
  const names = [
    algorithm ?? algorithmOf(fileName),
    algorithm === undefined ? BY_HEX_LENGTH[hex.length] : undefined,
  ];
  for (const name of names) {
    const checksum = name === undefined ? undefined : parseChecksum(`${name}:${hex}`);
    if (checksum !== undefined && isComputable(checksum.algorithm)) return checksum;
  }
  return undefined;
}

function algorithmOf(fileName: string): string | undefined {
  for (const [pattern, name] of BY_FILE_NAME) {
    const match = pattern.exec(fileName);
    if (match !== null) return name.replace("$1", match[1] ?? "");
  }
  return undefined;
}

function listed(entries: readonly ChecksumEntry[]): string {
  if (entries.length === 0) return "it lists no checksums at all";
  const names = entries.map(({ name, algorithm }) =>
    [algorithm, name ?? "a digest without a name"].filter(Boolean).join(" "),
  );
  const more = names.length > LISTED_NAMES ? ` and ${names.length - LISTED_NAMES} more` : "";
  return `it lists ${[...new Set(names)].slice(0, LISTED_NAMES).join(", ")}${more}`;
}

function invalid(message: string): SpecError {
  return new SpecError([{ path: ["source", "checksum", "url"], message }]);
}

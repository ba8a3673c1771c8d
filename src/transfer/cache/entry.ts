import type { Stats } from "node:fs";
import { lstat, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { ifMissing, syncFolder } from "../../files/disk.ts";
import type { Checksum } from "../../model/index.ts";
import { type Digests, digestFile, isComputable } from "../digest.ts";
import type { Validators } from "../validators.ts";
import { type EntryFacts, readEntryFacts, writeFacts } from "./facts.ts";
import type { EntryPaths } from "./layout.ts";

/** A whole file in the cache. */
export interface Entry {
  readonly facts: EntryFacts;
  /** Whether it has the digest that is declared; absent where none is. */
  readonly isDeclared: boolean | undefined;
}

/**
 * The file of a URL that can be taken for the URL's bytes: one that was kept here as a whole, or any that has the
 * declared digest. Terraform writes straight to the same place, so that a file alone may be the half of one.
 */
export async function readEntry(
  paths: EntryPaths,
  url: string,
  checksum: Checksum | undefined,
  signal: AbortSignal | undefined,
): Promise<Entry | undefined> {
  const stats = await stat(paths.data).catch(ifMissing);
  if (stats === undefined || !stats.isFile() || stats.size === 0) return undefined;
  const { size: sizeBytes, mtimeMs } = stats;
  const written = await readEntryFacts(paths.facts);
  const own = written !== undefined && isOf(written, stats) ? written : undefined;
  if (checksum === undefined) return own === undefined ? undefined : { facts: own, isDeclared: undefined };
  const known = own ?? { url, sizeBytes, mtimeMs, digests: {} };
  const { algorithm, hex } = checksum;
  const digest = known.digests[algorithm] ?? (await digestFile({ file: paths.data }, algorithm, signal));
  const facts = { ...known, digests: { ...known.digests, [algorithm]: digest } };
  const isDeclared = digest === hex;
  if (own === undefined && !isDeclared) return undefined;
  if (known.digests[algorithm] === undefined) await writeFacts(paths.facts, facts);
  return { facts, isDeclared };
}

/** Whether facts are of a file as it is now, and nobody has written to it since. */
export function isOf(facts: EntryFacts, { size, mtimeMs }: Stats): boolean {
  return facts.sizeBytes === size && facts.mtimeMs === mtimeMs;
}

/** A digest that a file had when it was kept; `undefined` where none was computed that can be again. */
export function knownDigest({ digests }: EntryFacts): Checksum | undefined {
  const known = Object.entries(digests).find(([algorithm]) => isComputable(algorithm));
  return known && { algorithm: known[0], hex: known[1] };
}

/** Takes a file for nobody's any more: its bytes are not those that were kept. */
export async function forgetEntry(paths: EntryPaths): Promise<void> {
  await rm(paths.facts, { force: true });
}

/** Marks a file as used just now: those that were not used for the longest make room first. */
export async function touchEntry(paths: EntryPaths, now: Date): Promise<void> {
  await utimes(paths.facts, now, now).catch(ifMissing);
}

/** A file that is on the disk as a whole. */
export interface WholeFile {
  readonly sizeBytes: number;
  readonly inode: number;
}

/**
 * Makes a file that is on the disk as a whole the file of its URL.
 *
 * @returns Whether it is: who lost the lock may find another's file at the place of his own.
 */
export async function keepEntry(
  paths: EntryPaths,
  { sizeBytes, inode }: WholeFile,
  { url, validators, digests }: { url: string; validators: Validators; digests: Digests },
): Promise<boolean> {
  const isIt = ({ ino, size }: Stats): boolean => ino === inode && size === sizeBytes;
  if (!isIt(await lstat(paths.partial))) return false;
  await rename(paths.partial, paths.data);
  const stats = await lstat(paths.data);
  if (!isIt(stats)) return false;
  const { mtimeMs } = stats;
  // In between, the file is one whose facts are of another: nobody takes it for anything.
  await writeFacts(paths.facts, { url, ...validators, sizeBytes, mtimeMs, digests });
  await rm(paths.partialFacts, { force: true });
  await syncFolder(dirname(paths.data));
  return true;
}

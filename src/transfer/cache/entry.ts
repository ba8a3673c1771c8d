import { rename, rm, stat, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { ifMissing, syncFolder } from "../../files/disk.ts";
import type { Checksum } from "../../model/index.ts";
import { type Digests, digestFile } from "../digest.ts";
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
  const own = written?.sizeBytes === sizeBytes && written.mtimeMs === mtimeMs ? written : undefined;
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

/** Marks a file as used just now: those that were not used for the longest make room first. */
export async function touchEntry(paths: EntryPaths, now: Date): Promise<void> {
  await utimes(paths.facts, now, now).catch(ifMissing);
}

/** Makes a file that is on the disk as a whole the file of its URL. */
export async function keepEntry(
  paths: EntryPaths,
  url: string,
  validators: Validators,
  digests: Digests,
): Promise<void> {
  await rename(paths.partial, paths.data);
  const { size: sizeBytes, mtimeMs } = await stat(paths.data);
  // In between, the file is one whose facts are of another: nobody takes it for anything.
  await writeFacts(paths.facts, { url, ...validators, sizeBytes, mtimeMs, digests });
  await rm(paths.partialFacts, { force: true });
  await syncFolder(dirname(paths.data));
}

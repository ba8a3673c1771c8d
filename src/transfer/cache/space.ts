import { readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { exists, ifMissing } from "../../files/disk.ts";
import { readEntryFacts } from "./facts.ts";
import { type EntryPaths, entryOfData } from "./layout.ts";

/** How much of a disk is left to others, in bytes. */
const SPARE_BYTES = 64 * 1024 * 1024;

/** How old what is left of a download may become, in milliseconds. */
const PARTIAL_AGE_MS = 7 * 24 * 60 * 60_000;

/** How much the files of a cache may be. */
export interface Room {
  /** All of them together, in bytes. */
  readonly maxBytes: number;
  /** How much is about to come, in bytes. */
  readonly neededBytes: number;
}

interface KeptFile {
  readonly paths: EntryPaths;
  readonly sizeBytes: number;
  readonly usedAtMs: number;
}

/** Whether a folder's disk has room for so many bytes. */
export async function hasRoom(directory: string, neededBytes: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize >= neededBytes + SPARE_BYTES;
}

/**
 * Makes room: deletes the files that were not used for the longest, until what is left and what is needed is within
 * the limit. Files that others put there are left alone, and so is what somebody uses right now.
 */
export async function makeRoom(directory: string, { maxBytes, neededBytes }: Room): Promise<void> {
  const files = await keptFiles(directory);
  let totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, neededBytes);
  for (const { paths, sizeBytes } of files) {
    if (totalBytes <= maxBytes) return;
    if (await exists(paths.lock)) continue;
    await rm(paths.facts, { force: true });
    await rm(paths.data, { force: true });
    totalBytes -= sizeBytes;
  }
}

/** Deletes what downloads left that nobody went on with for a week. */
export async function removeOldPartials(directory: string, nowMs: number): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!/^[0-9a-f]{32}\.part(\.json)?$/.test(name)) continue;
    const path = join(directory, name);
    const stats = await stat(path).catch(ifMissing);
    if (stats !== undefined && stats.mtimeMs < nowMs - PARTIAL_AGE_MS) await rm(path, { force: true });
  }
}

/** The files that were kept here, those first that were not used for the longest. */
async function keptFiles(directory: string): Promise<readonly KeptFile[]> {
  const files: KeptFile[] = [];
  for (const name of await readdir(directory)) {
    const paths = entryOfData(directory, name);
    const facts = paths === undefined ? undefined : await readEntryFacts(paths.facts);
    if (paths === undefined || facts === undefined) continue;
    const used = await stat(paths.facts).catch(ifMissing);
    files.push({ paths, sizeBytes: facts.sizeBytes, usedAtMs: used?.mtimeMs ?? 0 });
  }
  return files.sort((a, b) => a.usedAtMs - b.usedAtMs);
}

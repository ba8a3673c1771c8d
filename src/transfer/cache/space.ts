import { readdir, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, ifMissing } from "../../files/disk.ts";
import { tryLock } from "../../files/lock.ts";
import { isOf } from "./entry.ts";
import { readEntryFacts } from "./facts.ts";
import { type EntryPaths, entryOfData, entryOfRemains } from "./layout.ts";

/** How much of a disk is left to others, in bytes. */
const SPARE_BYTES = 64 * 1024 * 1024;

/** How old what is left of a download may become, in milliseconds. */
const REMAINS_AGE_MS = 7 * 24 * 60 * 60_000;

/** How much the files of a cache may be. */
export interface Room {
  /** All of them together, in bytes. */
  readonly maxBytes: number;
  /** How much is about to come, in bytes. */
  readonly neededBytes: number;
}

/** A file that was kept. */
export interface KeptFile {
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
 *
 * @returns The files that it deleted.
 */
export async function makeRoom(
  directory: string,
  { maxBytes, neededBytes }: Room,
): Promise<readonly KeptFile[]> {
  const files = await keptFiles(directory);
  const removed: KeptFile[] = [];
  let totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, neededBytes);
  for (const file of files) {
    if (totalBytes <= maxBytes) break;
    if (!(await removeKept(file))) continue;
    removed.push(file);
    totalBytes -= file.sizeBytes;
  }
  return removed;
}

/** Deletes a file that was kept; `false` where somebody uses it right now. */
export function removeKept({ paths }: KeptFile): Promise<boolean> {
  return whileUnused(paths, async () => {
    await rm(paths.facts, { force: true });
    await rm(paths.data, { force: true });
  });
}

/** Deletes what downloads left that nobody went on with for a while. Default: a week. */
export async function removeRemains(
  directory: string,
  nowMs: number,
  ageMs: number = REMAINS_AGE_MS,
): Promise<void> {
  for (const name of await readdir(directory)) {
    const paths = entryOfRemains(directory, name);
    if (paths === undefined || !(await isOlder(join(directory, name), nowMs - ageMs))) continue;
    await whileUnused(paths, async () => {
      // Somebody may have gone on with it in between.
      if (await isOlder(join(directory, name), nowMs - ageMs))
        await rm(join(directory, name), { force: true });
    });
  }
}

/** The files that were kept here, those first that were not used for the longest. */
export async function keptFiles(directory: string): Promise<readonly KeptFile[]> {
  const files: KeptFile[] = [];
  for (const name of await readdir(directory)) {
    const paths = entryOfData(directory, name);
    const facts = paths === undefined ? undefined : await readEntryFacts(paths.facts);
    if (paths === undefined || facts === undefined) continue;
    const [data, used] = await Promise.all([stat(paths.data), stat(paths.facts)].map(orMissing));
    if (data === undefined || used === undefined || !isOf(facts, data)) continue;
    files.push({ paths, sizeBytes: facts.sizeBytes, usedAtMs: used.mtimeMs });
  }
  return files.sort((a, b) => a.usedAtMs - b.usedAtMs);
}

function orMissing<Value>(value: Promise<Value>): Promise<Value | undefined> {
  return value.catch(ifMissing);
}

async function isOlder(path: string, thanMs: number): Promise<boolean> {
  const stats = await stat(path).catch(ifMissing);
  return stats !== undefined && stats.mtimeMs < thanMs;
}

/** Deletes something of a URL that nobody works on; `false` where somebody does, or the platform says that one reads it. */
async function whileUnused({ lock: path }: EntryPaths, remove: () => Promise<void>): Promise<boolean> {
  const lock = await tryLock(path);
  if (lock === undefined) return false;
  try {
    await remove();
    return true;
  } catch (error) {
    if (hasCode(error, "EACCES", "EBUSY", "EPERM")) return false;
    throw error;
  } finally {
    await lock.release();
  }
}

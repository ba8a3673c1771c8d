import { ifMissing } from "../../files/disk.ts";
import { platformCacheDirectory } from "./directory.ts";
import { keptFiles, makeRoom, removeKept, removeRemains } from "./space.ts";

/** What {@link pruneCache} is told. */
export interface PruneOptions {
  /** The folder: a source's `cachePath`, or that of the manager. Default: the platform's folder for caches. */
  readonly directory?: string | undefined;
  /** How much the kept downloads may be together, in bytes: those that were not used for the longest go. Default: no limit. */
  readonly maxBytes?: number | undefined;
  /**
   * How long a download may have been unused, in milliseconds. Default: no limit; what is left of one that was cut
   * goes after a week at the latest.
   */
  readonly maxAgeMs?: number | undefined;
}

/** What {@link pruneCache} removed. */
export interface PruneResult {
  readonly removedFiles: number;
  readonly removedBytes: number;
}

/**
 * Removes kept downloads that are too old or too much, and what is left of those that were cut. What another process
 * uses right now stays, and so does every file of others that was never used from here, such as Terraform's. A folder that
 * doesn't exist is an empty one.
 *
 * @throws RangeError for a limit that is negative or no number; an error of the operating system for a folder that
 *   can't be read.
 */
export async function pruneCache(options: PruneOptions = {}): Promise<PruneResult> {
  const { maxBytes = Number.POSITIVE_INFINITY, maxAgeMs } = options;
  checkLimit("maxBytes", maxBytes);
  checkLimit("maxAgeMs", maxAgeMs ?? 0);
  const directory = options.directory ?? (await platformCacheDirectory());
  const files = await keptFiles(directory).catch(ifMissing);
  if (files === undefined) return { removedFiles: 0, removedBytes: 0 };
  const nowMs = Date.now();
  await removeRemains(directory, nowMs, maxAgeMs);
  const removed = [];
  for (const file of files) {
    const isTooOld = maxAgeMs !== undefined && file.usedAtMs < nowMs - maxAgeMs;
    if (isTooOld && (await removeKept(file))) removed.push(file);
  }
  removed.push(...(await makeRoom(directory, { maxBytes, neededBytes: 0 })));
  return {
    removedFiles: removed.length,
    removedBytes: removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

function checkLimit(name: string, value: number): void {
  if (!(value >= 0)) throw new RangeError(`${name} is ${value}: it may be 0 or more`);
}

import { mkdir, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpError, httpErrorCode } from "../model/index.ts";
import { exists, hasCode } from "./disk.ts";

/** After this long without a sign of life, a lock's holder counts as killed. */
const STALE_MS = 5_000;
const SIGN_OF_LIFE_MS = 1_000;
const NEVER_MS = 2 ** 40;
const DEADLINE_MS = 15_000;
const LONGEST_WAIT_MS = 25;

/** A lock that is held. */
export interface Lock {
  /** Whether another may have taken it: its holder had given no sign of life for seconds. */
  isLost(): boolean;
  /** Gives it back; never throws. */
  release(): Promise<void>;
}

/**
 * Does work while no other call, in this process or another, does work under the same lock. A holder that stops
 * for seconds can lose its lock: the work must bear that.
 *
 * @throws HttpError 503, retryable, when the lock is not free within 15 s; the signal's reason.
 */
export async function withLock<Result>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const lock = await acquireLock(path, { signal, deadlineMs: DEADLINE_MS });
  try {
    signal?.throwIfAborted();
    return await work();
  } finally {
    await lock.release();
  }
}

/**
 * Waits until no other call, in this process or another, holds the lock. The lock of a killed process is free after
 * a few seconds.
 *
 * @param options.deadlineMs How long to wait at most. Default: as long as it takes.
 * @throws HttpError 503, retryable, after the deadline; the signal's reason.
 */
export async function acquireLock(
  path: string,
  { signal, deadlineMs = Number.POSITIVE_INFINITY }: { signal: AbortSignal | undefined; deadlineMs?: number },
): Promise<Lock> {
  // proper-lockfile registers handlers for the exit of the process when it is loaded.
  const { lock } = await import("proper-lockfile");
  const deadline = performance.now() + deadlineMs;
  let lost = false;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const release = await lock(path, {
        lockfilePath: path,
        realpath: false,
        // Two that wait for a stale lock would remove each other's new one: that is seen to below.
        stale: NEVER_MS,
        update: SIGN_OF_LIFE_MS,
        // Its default throws out of a timer.
        onCompromised: () => {
          lost = true;
        },
      });
      return { isLost: () => lost, release: () => release().catch(ignore) };
    } catch (cause) {
      if (!hasCode(cause, "ELOCKED", "ENOENT")) throw cause;
      // A folder that is gone never comes back by waiting.
      if (hasCode(cause, "ENOENT") && !(await exists(dirname(path)))) throw cause;
      if (performance.now() > deadline) throw locked(path, deadlineMs, cause);
    }
    await removeIfStale(path);
    await sleep(Math.random() * LONGEST_WAIT_MS, undefined, { signal }).catch(ignore);
  }
}

/** Takes a lock that is free, or whose holder was killed; `undefined` where another holds it. */
export async function tryLock(path: string): Promise<Lock | undefined> {
  await removeIfStale(path);
  try {
    return await acquireLock(path, { signal: undefined, deadlineMs: 0 });
  } catch (error) {
    if (error instanceof HttpError) return undefined;
    throw error;
  }
}

/** Removes a lock whose holder was killed. */
export async function removeIfStale(path: string): Promise<void> {
  if (await isStale(path)) await removeStale(path);
}

/** Removes a stale lock. Only one at a time may, and it looks again: the lock may be somebody's new one by now. */
async function removeStale(path: string): Promise<void> {
  const guard = `${path}.stale`;
  try {
    await mkdir(guard);
  } catch {
    if (await isStale(guard)) await rmdir(guard).catch(ignore);
    return;
  }
  try {
    if (await isStale(path)) await rmdir(path).catch(ignore);
  } finally {
    await rmdir(guard).catch(ignore);
  }
}

async function isStale(path: string): Promise<boolean> {
  const stats = await stat(path).catch(ignore);
  return stats !== undefined && stats.mtimeMs < Date.now() - STALE_MS;
}

function locked(path: string, deadlineMs: number, cause: unknown): HttpError {
  const seconds = deadlineMs / 1_000;
  return new HttpError(`Another process has held the lock ${path} for ${seconds} s`, {
    code: httpErrorCode(503),
    status: 503,
    retryable: true,
    cause,
  });
}

function ignore(): void {}

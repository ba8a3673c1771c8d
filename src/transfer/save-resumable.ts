import { constants } from "node:fs";
import { open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { readHead, writeAt } from "../files/at-offset.ts";
import { ifMissing, syncFolder } from "../files/disk.ts";
import { acquireLock, type Lock } from "../files/lock.ts";
import { type Checksum, ImagewrightError } from "../model/index.ts";
import { checkBytes } from "./check.ts";
import { saveBytes } from "./save.ts";

/** Less than this is fetched again sooner than anybody clears it away, in bytes. */
const KEPT_FROM_BYTES = 1024 * 1024;

/** How long to wait for another download to the same path: the lock of one that was killed is free before that. */
const LOCK_DEADLINE_MS = 7_000;

/** Bytes that are to be saved. */
export interface Saving {
  /** Tells the bytes from others, for whoever goes on with what an earlier call has left. */
  readonly identity: Readonly<Record<string, string | number | undefined>>;
  readonly sizeBytes: number | undefined;
  /** Where there is none, what an earlier call has left is not gone on with: nobody could tell whether it is right. */
  readonly checksum: Checksum | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The bytes from there on. */
  open(startByte: number): Promise<AsyncIterable<Uint8Array>>;
}

/**
 * Writes bytes to a path: nothing is there before all are, they are right, and they would survive a loss of power. What
 * a call that failed, was aborted or killed has got stays beside it, as `….part`, and the next one for the same bytes
 * goes on there.
 *
 * @throws What `checkBytes` and `open` throw, and what the disk says.
 */
export async function saveResumably(path: string, saving: Saving): Promise<void> {
  await checkPath(path);
  const lock = saving.checksum === undefined ? undefined : await lockPartial(path, saving.signal);
  if (lock === undefined) {
    const { sizeBytes, checksum } = saving;
    return saveBytes(checkBytes(await saving.open(0), { sizeBytes, checksum }, []).chunks, path);
  }
  const partial = { data: `${path}.part`, record: `${path}.part.json` };
  try {
    await fillFromWhereItWas(partial, saving);
    await rename(partial.data, path);
    await syncFolder(dirname(path));
    await rm(partial.record, { force: true });
  } catch (error) {
    if (isWrong(error) || (await sizeOf(partial.data)) < KEPT_FROM_BYTES) await removePartial(partial);
    throw error;
  } finally {
    await lock.release();
  }
}

/** What the disk would say only in the end. */
async function checkPath(path: string): Promise<void> {
  await stat(dirname(path));
  const there = await stat(path).catch(ifMissing);
  if (there?.isDirectory() === true)
    throw Object.assign(new Error(`EISDIR: ${path} is a folder: name a file in it`), {
      code: "EISDIR",
      path,
    });
}

interface Partial {
  readonly data: string;
  readonly record: string;
}

/** `undefined` while another download to the path goes on: this one doesn't wait for it. */
async function lockPartial(path: string, signal: AbortSignal | undefined): Promise<Lock | undefined> {
  try {
    return await acquireLock(`${path}.part.lock`, { signal, deadlineMs: LOCK_DEADLINE_MS });
  } catch (error) {
    if (ImagewrightError.is(error) && error.name === "HttpError") return undefined;
    throw error;
  }
}

/** What an earlier call has left may be wrong, as after a loss of power: then all is fetched anew. */
async function fillFromWhereItWas(partial: Partial, saving: Saving): Promise<void> {
  const startByte = await startByteOf(partial, saving);
  try {
    await fill(partial, saving, startByte);
  } catch (error) {
    if (startByte === 0 || !isWrong(error)) throw error;
    await fill(partial, saving, 0);
  }
}

async function fill(partial: Partial, saving: Saving, startByte: number): Promise<void> {
  const { sizeBytes, checksum } = saving;
  const file = await open(partial.data, constants.O_RDWR | constants.O_CREAT);
  try {
    await file.truncate(startByte);
    await writeFile(partial.record, recordOf(saving));
    const rest = await saving.open(startByte);
    const all = joined(readHead(file, startByte), rest);
    let offset = 0;
    for await (const chunk of checkBytes(all, { sizeBytes, checksum }, []).chunks) {
      if (offset >= startByte) await writeAt(file, chunk, offset);
      offset += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** How much of it an earlier call has left. */
async function startByteOf({ data, record }: Partial, saving: Saving): Promise<number> {
  if ((await readFile(record, "utf8").catch(ifMissing)) !== recordOf(saving)) return 0;
  const bytes = await sizeOf(data);
  return bytes > (saving.sizeBytes ?? Number.POSITIVE_INFINITY) ? 0 : bytes;
}

function recordOf({ identity, sizeBytes, checksum }: Saving): string {
  return `${JSON.stringify({ ...identity, sizeBytes, checksum }, null, 2)}\n`;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(ifMissing))?.size ?? 0;
}

async function removePartial({ data, record }: Partial): Promise<void> {
  await rm(record, { force: true });
  await rm(data, { force: true });
}

function isWrong(error: unknown): boolean {
  if (!ImagewrightError.is(error)) return false;
  return error.code === "ERR_DIGEST_MISMATCH" || error.code === "ERR_SIZE_MISMATCH";
}

async function* joined(
  head: AsyncIterable<Uint8Array>,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* head;
  yield* rest;
}

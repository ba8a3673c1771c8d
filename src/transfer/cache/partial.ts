import { constants } from "node:fs";
import { open, rm } from "node:fs/promises";
import { readHead, writeAt } from "../../files/at-offset.ts";
import type { Validators } from "../validators.ts";
import { type PartialFacts, readPartialFacts, writeFacts } from "./facts.ts";
import type { EntryPaths } from "./layout.ts";

/** After how many bytes it is made sure that they would survive a loss of power. */
const SYNC_BYTES = 64 * 1024 * 1024;

/** The file of a download that isn't whole. */
export interface PartialFile {
  /** Whether the disk took everything so far. When it is full, what was asked for must come all the same. */
  readonly isGood: boolean;
  readonly sizeBytes: number;
  /** The bytes of an earlier download. */
  head(): AsyncGenerator<Uint8Array>;
  /** Writes what comes next. The chunk must stay as it is until the next call. Never throws. */
  append(chunk: Uint8Array): Promise<void>;
  /** Ends the writing: everything is on the disk, and how much that is. Never throws. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** What an earlier download of the same URL left; `undefined` where there is nothing to go on with. */
export async function readPartial(paths: EntryPaths): Promise<PartialFacts | undefined> {
  const facts = await readPartialFacts(paths.partialFacts);
  if (facts === undefined || facts.syncedBytes === 0) return undefined;
  // One that was whole was not kept: it was wrong, or nobody knew.
  return facts.syncedBytes === facts.totalBytes ? undefined : facts;
}

/** Opens the file of a download, from which on `startByte` everything is written anew. */
export async function openPartial(
  paths: EntryPaths,
  facts: Validators & { readonly url: string; readonly totalBytes: number | undefined },
  startByte: number,
): Promise<PartialFile> {
  const record = (syncedBytes: number) => writeFacts(paths.partialFacts, { ...facts, syncedBytes });
  const file = await open(paths.partial, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    await file.truncate(startByte);
    await record(startByte);
  } catch (error) {
    await file.close();
    throw error;
  }
  let isGood = true;
  let offset = startByte;
  let syncedAt = startByte;
  let pending: Promise<void> = Promise.resolve();
  let syncing: Promise<void> = Promise.resolve();
  const fail = (): void => {
    isGood = false;
  };
  const sync = async (bytes: number): Promise<void> => {
    await file.datasync();
    await record(bytes);
  };

  return {
    get isGood() {
      return isGood;
    },
    get sizeBytes() {
      return offset;
    },
    head: () => readHead(file, startByte),
    async append(chunk) {
      await pending;
      if (!isGood) return;
      pending = writeAt(file, chunk, offset).catch(fail);
      offset += chunk.length;
      if (offset - syncedAt < SYNC_BYTES) return;
      const bytes = offset;
      syncedAt = bytes;
      const written = pending;
      syncing = Promise.all([syncing, written])
        .then(() => (isGood ? sync(bytes) : undefined))
        .catch(fail);
    },
    async end() {
      await pending;
      await syncing;
      if (isGood) await sync(offset).catch(fail);
    },
    async close() {
      await pending;
      await syncing;
      await file.close();
    },
  };
}

/** Takes away what is left of a download. */
export async function removePartial(paths: EntryPaths): Promise<void> {
  await rm(paths.partialFacts, { force: true });
  await rm(paths.partial, { force: true });
}

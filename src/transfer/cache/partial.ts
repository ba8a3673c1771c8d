import { constants } from "node:fs";
import { lstat, open, rm } from "node:fs/promises";
import { readHead } from "../../files/at-offset.ts";
import { type BlockWriter, type BlockWriting, openBlockWriter } from "../../files/block-writer.ts";
import { ifMissing } from "../../files/disk.ts";
import type { Validators } from "../validators.ts";
import { type PartialFacts, readPartialFacts, writeFacts } from "./facts.ts";
import type { EntryPaths } from "./layout.ts";

/** After how many bytes it is made sure that they would survive a loss of power. */
const SYNC_BYTES = 64 * 1024 * 1024;

/** And after which time, in milliseconds: over a slow line, 64 MiB are minutes. */
const SYNC_MS = 1_000;

/** The file of a download that isn't whole. */
export interface PartialFile {
  /** Whether the disk took everything so far. When it is full, what was asked for must come all the same. */
  readonly isGood: boolean;
  readonly sizeBytes: number;
  /** Which file it is. */
  readonly inode: number;
  /** The bytes of an earlier download. */
  head(): AsyncGenerator<Uint8Array>;
  /** Takes what comes next. The chunk's memory is the caller's again then. Never throws. */
  append(chunk: Uint8Array): Promise<void>;
  /** Ends the writing: everything is on the disk, and how much that is. Never throws. */
  end(): Promise<void>;
  close(): Promise<void>;
}

/** What an earlier download of the same URL left; `undefined` where there is nothing to go on with. */
export async function readPartial(paths: EntryPaths): Promise<PartialFacts | undefined> {
  const facts = await readPartialFacts(paths.partialFacts);
  if (facts === undefined || facts.syncedBytes === 0) return undefined;
  const stats = await lstat(paths.partial).catch(ifMissing);
  const isWhole = stats?.isFile() === true && stats.ino === facts.inode && stats.size >= facts.syncedBytes;
  if (!isWhole) return undefined;
  // One that was whole was not kept: it was wrong, or nobody knew.
  return facts.syncedBytes === facts.totalBytes ? undefined : facts;
}

/** Opens the file of a download, from which on `startByte` everything is written anew. */
export async function openPartial(
  paths: EntryPaths,
  facts: Validators & { readonly url: string; readonly totalBytes: number | undefined },
  { startByte, isReadSoon }: BlockWriting,
): Promise<PartialFile> {
  // A new download has a new file: whoever lost the lock and doesn't know it yet still writes to the old one.
  if (startByte === 0) await removePartial(paths);
  const how = startByte === 0 ? constants.O_CREAT | constants.O_EXCL : 0;
  const file = await open(paths.partial, constants.O_RDWR | how, 0o600);
  let inode: number;
  let writer: BlockWriter;
  const record = (syncedBytes: number) => writeFacts(paths.partialFacts, { ...facts, syncedBytes, inode });
  try {
    inode = (await file.stat()).ino;
    await file.truncate(startByte);
    await record(startByte);
    writer = await openBlockWriter(file, { startByte, isReadSoon });
  } catch (error) {
    await file.close();
    throw error;
  }
  let isGood = true;
  let syncedAt = startByte;
  let syncedAtMs = performance.now();
  let syncing: Promise<void> = Promise.resolve();
  const fail = async (): Promise<void> => {
    isGood = false;
    await writer.close();
    // What can't become whole gives back its room.
    await file.truncate(0).catch(() => undefined);
  };
  const sync = async (written: Promise<void>, bytes: number): Promise<void> => {
    if (!isGood) return;
    await written;
    await file.datasync();
    await record(bytes);
  };
  const syncLater = (): void => {
    const bytes = writer.endByte;
    syncedAt = bytes;
    syncedAtMs = performance.now();
    writer.flush();
    const written = writer.written();
    syncing = Promise.allSettled([syncing, written])
      .then(() => sync(written, bytes))
      .catch(fail);
  };

  return {
    get isGood() {
      return isGood;
    },
    get sizeBytes() {
      return writer.endByte;
    },
    inode,
    head: () => readHead(file, startByte),
    async append(chunk) {
      if (!isGood) return;
      try {
        await writer.append(chunk);
      } catch {
        return fail();
      }
      if (writer.endByte - syncedAt >= SYNC_BYTES || performance.now() - syncedAtMs >= SYNC_MS) syncLater();
    },
    async end() {
      if (isGood) syncLater();
      await syncing;
    },
    async close() {
      await syncing;
      await writer.close();
      await file.close();
    },
  };
}

/** Takes away what is left of a download. */
export async function removePartial(paths: EntryPaths): Promise<void> {
  await rm(paths.partialFacts, { force: true });
  await rm(paths.partial, { force: true });
}

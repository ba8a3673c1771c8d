import { mkdir } from "node:fs/promises";
import { acquireLock, type Lock } from "../../files/lock.ts";
import { type Checksum, NetworkError, redactUrl, type UrlSource } from "../../model/index.ts";
import { continued, openUrl } from "../download.ts";
import { openFile } from "../file.ts";
import type { OpenedSource } from "../opened.ts";
import { askUrl, type UrlAnswer, type UrlOptions, type UrlQuestion } from "../url.ts";
import { contentRange, restOf, unlessChanged, type Validators, validatorsOf } from "../validators.ts";
import { type Entry, forgetEntry, keepEntry, knownDigest, readEntry, touchEntry } from "./entry.ts";
import { type EntryPaths, entryPaths } from "./layout.ts";
import { openPartial, readPartial, removePartial } from "./partial.ts";
import { hasRoom, makeRoom, removeRemains } from "./space.ts";

/** A folder in which downloads are kept. */
export interface Cache {
  readonly directory: string;
  /**
   * How much they may be together, in bytes: those that were not used for the longest make room. A larger download is
   * not kept. Default: no limit.
   */
  readonly maxBytes?: number | undefined;
}

/** What {@link openCached} is told. */
export interface CachedUrlOptions extends UrlOptions {
  /** The declared digest of the bytes. */
  readonly checksum?: Checksum | undefined;
  /** Told when the bytes are there already. */
  readonly onCacheHit?: ((path: string) => void) | undefined;
  /** Whether the file is read when it is there. Default: nobody knows when. */
  readonly isReadSoon?: boolean | undefined;
}

/** From how many bytes on a download isn't kept in the operating system's memory, where others have theirs. */
const LARGE_BYTES = 64 * 1024 * 1024;

/** A URL of which a file in the cache is kept, and the lock that goes with it. */
interface Slot {
  readonly source: UrlSource;
  readonly cache: Cache;
  readonly options: CachedUrlOptions;
  readonly paths: EntryPaths;
  readonly lock: Lock;
}

/**
 * Opens the bytes behind a URL: from the cache, where the server says that they are still the same; or from the
 * server, and on their way they are kept. One process at a time downloads a URL, the others wait for its file. What
 * was kept of a download that was cut is not asked for again.
 *
 * The server is always asked, so that nobody gets what the server would refuse him; but when it doesn't answer, a file
 * with the declared digest will do.
 *
 * @throws What `askUrl` throws; an error of the operating system when the folder can't be used.
 */
export async function openCached(
  source: UrlSource,
  cache: Cache,
  options: CachedUrlOptions = {},
): Promise<OpenedSource> {
  await mkdir(cache.directory, { recursive: true, mode: 0o700 });
  const paths = entryPaths(cache.directory, source.url);
  const lock = await acquireLock(paths.lock, { signal: options.signal });
  try {
    return await openSlot({ source, cache, options, paths, lock });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openSlot(slot: Slot): Promise<OpenedSource> {
  const { source, options, paths } = slot;
  const entry = await readEntry(paths, redactUrl(source.url), options.checksum, options.signal);
  const usable = entry?.isDeclared === false ? undefined : entry;
  const partial = usable === undefined ? await readPartial(paths) : undefined;
  const headers = usable === undefined ? partial && restOf(partial, partial.syncedBytes) : questionOf(usable);
  const answer = await askOrTrust(slot, usable, { headers, startByte: headers && partial?.syncedBytes });
  if (usable !== undefined && (answer === undefined || answer.status === 304 || usable.isDeclared === true)) {
    answer?.close();
    return openHit(slot, usable);
  }
  if (answer === undefined || answer.status === 200)
    return openDownload(slot, answer ?? (await ask(slot)), 0);
  const range = answer.status === 206 ? contentRange(answer.headers) : undefined;
  const goesOn = range !== undefined && range.startByte === partial?.syncedBytes;
  if (goesOn) return openDownload(slot, answer, range.startByte);
  answer.close();
  return openDownload(slot, await ask(slot), 0);
}

/** Whether it has changed; where the bytes are the declared ones anyway, no more than whether one may have them. */
function questionOf({ facts, isDeclared }: Entry): Readonly<Record<string, string>> | undefined {
  return unlessChanged(facts) ?? (isDeclared === true ? { range: "bytes=0-0" } : undefined);
}

/** The answer; `undefined` where there is none, but the declared bytes are there. */
async function askOrTrust(
  slot: Slot,
  entry: Entry | undefined,
  question: UrlQuestion,
): Promise<UrlAnswer | undefined> {
  try {
    return await ask(slot, question);
  } catch (error) {
    if (entry?.isDeclared === true && error instanceof NetworkError) return undefined;
    throw error;
  }
}

function ask({ source, options }: Slot, question?: UrlQuestion): Promise<UrlAnswer> {
  return askUrl(source, options, question);
}

async function openHit({ source, paths, options, lock }: Slot, { facts }: Entry): Promise<OpenedSource> {
  const opened = await openFile({ file: paths.data });
  await touchEntry(paths, new Date());
  await lock.release();
  options.onCacheHit?.(paths.data);
  // The file is named by a digest, which tells nobody what it is.
  const hints = { fileNames: [new URL(source.url).pathname] };
  return { ...opened, ...suspect(opened, () => forgetEntry(paths)), hints, checksum: knownDigest(facts) };
}

/** The bytes of a file that was kept; when all of them were read, and nobody said that they are right, it is forgotten. */
function suspect(
  opened: OpenedSource,
  forget: () => Promise<void>,
): Pick<OpenedSource, "chunks" | "keep" | "close"> {
  let state: "reading" | "whole" | "right" = "reading";
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* opened.chunks;
    state = "whole";
  }
  return {
    chunks: chunks(),
    async keep() {
      state = "right";
    },
    async close() {
      await opened.close();
      if (state === "whole") await forget();
    },
  };
}

async function openDownload(slot: Slot, answer: UrlAnswer, startByte: number): Promise<OpenedSource> {
  try {
    return await openAnswer(slot, answer, startByte);
  } catch (error) {
    answer.close();
    throw error;
  }
}

async function openAnswer(slot: Slot, answer: UrlAnswer, startByte: number): Promise<OpenedSource> {
  const { source, options, paths, lock } = slot;
  const validators = validatorsOf(answer.headers);
  const totalBytes = answer.sizeBytes === undefined ? undefined : startByte + answer.sizeBytes;
  if (!(await isRoomFor(slot, totalBytes, startByte))) {
    await removePartial(paths);
    await lock.release();
    if (startByte > 0) {
      answer.close();
      return openUrl(source, options);
    }
    const { chunks, release, close } = continued(source, answer, options);
    return { sizeBytes: totalBytes, hints: answer.hints, chunks, release, close: async () => close() };
  }
  return keepOnTheWay(slot, answer, { startByte, totalBytes, validators });
}

/** Whether the disk, and the limit of the cache, have room for the rest of a download. */
async function isRoomFor(
  { cache: { directory, maxBytes = Number.POSITIVE_INFINITY } }: Slot,
  totalBytes = 0,
  startByte: number,
): Promise<boolean> {
  if (totalBytes > maxBytes) return false;
  await removeRemains(directory, Date.now());
  await makeRoom(directory, { maxBytes, neededBytes: totalBytes });
  return hasRoom(directory, totalBytes - startByte);
}

async function keepOnTheWay(
  { source, cache, options, paths, lock }: Slot,
  answer: UrlAnswer,
  {
    startByte,
    totalBytes,
    validators,
  }: { startByte: number; totalBytes: number | undefined; validators: Validators },
): Promise<OpenedSource> {
  const url = redactUrl(source.url);
  const isReadSoon = options.isReadSoon === true || (totalBytes !== undefined && totalBytes < LARGE_BYTES);
  const partial = await openPartial(paths, { url, totalBytes, ...validators }, { startByte, isReadSoon });
  const download = continued(source, answer, options, startByte);
  const { directory, maxBytes = Number.POSITIVE_INFINITY } = cache;
  let state: "reading" | "whole" | "kept" | "closed" = "reading";

  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* partial.head();
    for await (const chunk of download.chunks) {
      await partial.append(chunk);
      yield chunk;
    }
    state = "whole";
  }
  return {
    sizeBytes: totalBytes,
    hints: answer.hints,
    chunks: chunks(),
    release: download.release,
    async keep(digests) {
      await partial.end();
      if (state !== "whole" || !partial.isGood || lock.isLost()) return;
      if (partial.sizeBytes > maxBytes) return;
      // A cache that can't keep a file has still handed it on.
      try {
        // The server didn't say how much it would be.
        if (totalBytes === undefined) await makeRoom(directory, { maxBytes, neededBytes: partial.sizeBytes });
        if (await keepEntry(paths, partial, { url, validators, digests })) state = "kept";
      } catch {}
    },
    async close() {
      const ended = state;
      state = "closed";
      if (ended === "closed") return;
      download.close();
      if (ended === "reading") await partial.end();
      await partial.close();
      // Whole and not kept: it was found to be wrong.
      const isOfUse = ended === "reading" && partial.isGood && partial.sizeBytes > 0;
      if (ended !== "kept" && !isOfUse && !lock.isLost()) await removePartial(paths);
      await lock.release();
    },
  };
}

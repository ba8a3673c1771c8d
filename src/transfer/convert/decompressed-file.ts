import type { FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { writeAt } from "../../files/at-offset.ts";
import { hasCode } from "../../files/disk.ts";
import { UnsupportedError } from "../../model/index.ts";
import { openNamelessFile } from "../cache/nameless-file.ts";
import { hasRoom } from "../cache/space.ts";
import { knownChecksum } from "../declared-checksum.ts";
import { type DecompressedOptions, decompressSource } from "../decompressed.ts";
import type { LocalFile } from "../file.ts";
import { cacheOf, isSystemError, type LocalSource, type OpenOptions, openSource } from "../source.ts";

/** How a source is decompressed to a file. */
export interface DecompressedFileOptions
  extends DecompressedOptions,
    Pick<OpenOptions, "cache" | "connections" | "onCacheHit"> {
  /** Told how many bytes the source has, where it says so, before any of them is read. */
  readonly onSize?: ((sizeBytes: number | undefined) => void) | undefined;
}

/** A file without a name, in which is what came out of a source. It is gone when it is closed. */
export interface DecompressedFile extends LocalFile {
  /** How many bytes the source had. */
  readonly sourceSizeBytes: number;
}

/** A folder, and a file in it that no name leads to. */
interface Place {
  readonly directory: string;
  readonly handle: FileHandle;
}

/**
 * Decompresses a source to a file, for who has to read here and there: beside the downloads where the source has a
 * cache, else in the platform's folder for temporary files. The source was found to be what is declared when it returns.
 *
 * @throws UnsupportedError `ERR_UNSUPPORTED` when there is no room for it, or no such folder; what `openSource` and
 *   `decompressSource` throw.
 */
export async function decompressToFile(
  source: LocalSource,
  options: DecompressedFileOptions,
): Promise<DecompressedFile> {
  const { signal, cache, connections, onCacheHit, onSize } = options;
  const checksum = knownChecksum(source);
  const cacheDirectory = "url" in source ? cacheOf(source, options)?.directory : undefined;
  let isThere = false;
  const onHit = (path: string): void => {
    isThere = true;
    onCacheHit?.(path);
  };
  const opened = await openSource(source, { signal, cache, connections, onCacheHit: onHit, checksum });
  try {
    const { sizeBytes } = opened;
    onSize?.(sizeBytes);
    const place = await findPlace(cacheDirectory);
    try {
      const isKeptBeside = opened.keep !== undefined && !isThere && place.directory === cacheDirectory;
      // Seldom less comes out than went in: what is in a disk is compressed, or isn't compressible.
      const neededBytes = (sizeBytes ?? 0) * (isKeptBeside ? 2 : 1);
      if (!(await hasRoom(place.directory, neededBytes))) throw noRoom(place.directory);
      const { chunks, release, received } = await decompressSource(source, opened, options);
      await fillFile(place, chunks, release);
      const stats = await place.handle.stat();
      return { handle: place.handle, stats, sourceSizeBytes: received()?.sizeBytes ?? 0 };
    } catch (error) {
      await place.handle.close();
      throw error;
    }
  } finally {
    await opened.close();
  }
}

/** In the folder of a cache, unless that can't be used: what nobody asked for by name must not stand in the way. */
async function findPlace(cacheDirectory: string | undefined): Promise<Place> {
  if (cacheDirectory !== undefined) {
    const handle = await openNamelessFile(cacheDirectory).catch(ifUnusable);
    if (handle !== undefined) return { directory: cacheDirectory, handle };
  }
  const directory = tmpdir();
  const handle = await openNamelessFile(directory).catch((cause: unknown) => {
    throw unsupported(`have a folder ${directory} that can be written to, or name one by TMPDIR`, cause);
  });
  return { directory, handle };
}

function ifUnusable(error: unknown): undefined {
  if (!isSystemError(error)) throw error;
}

/**
 * Writes chunks to an empty file.
 *
 * @param release Told of chunks that were written.
 * @throws UnsupportedError `ERR_UNSUPPORTED` when the disk has no room for them.
 */
export async function fillFile(
  { directory, handle }: Place,
  chunks: AsyncIterable<Uint8Array>,
  release?: (chunk: Uint8Array) => void,
): Promise<void> {
  let offset = 0;
  for await (const chunk of chunks) {
    await writeAt(handle, chunk, offset).catch((error: unknown) => {
      throw hasCode(error, "ENOSPC", "EDQUOT", "EFBIG") ? noRoom(directory, error) : error;
    });
    offset += chunk.length;
    release?.(chunk);
  }
}

function noRoom(directory: string, cause?: unknown): UnsupportedError {
  return unsupported(
    `make room in ${directory} for what is in the source, or name another folder by source.cachePath (of a URL) or TMPDIR`,
    cause,
  );
}

function unsupported(what: string, cause: unknown): UnsupportedError {
  const alternative = `${what}; or decompress the source, save it as a file, and give it as source.file`;
  return new UnsupportedError({ backend: "transfer", capability: "convert", alternative, cause });
}

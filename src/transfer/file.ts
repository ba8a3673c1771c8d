import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { type FileSource, SpecError, TransferError } from "../model/index.ts";
import { type BufferPool, bufferPool } from "./buffer-pool.ts";
import type { OpenedSource } from "./opened.ts";

/** Large enough that the cost of a read doesn't count. */
const READ_BYTES = 256 * 1024;

/**
 * Opens a local file.
 *
 * @throws SpecError `ERR_SPEC_INVALID` when there is no such file, or it is none, or is empty.
 */
export async function openFile({ file }: FileSource): Promise<OpenedSource> {
  // Without O_NONBLOCK, opening a named pipe waits for a writer.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const stats = await handle.stat();
    checkFile(file, stats);
    const pool = bufferPool(READ_BYTES);
    return {
      sizeBytes: stats.size,
      chunks: readFile(handle, pool, file, stats),
      readAt: (offset, length) => readPart(handle, offset, length),
      hints: { fileNames: [file] },
      release: pool.give,
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readPart(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

/** What tells one state of a file from another. */
export interface FileFacts {
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/**
 * The size of a local file and when it was written to.
 *
 * @throws SpecError `ERR_SPEC_INVALID` as {@link openFile} does.
 */
export async function fileFacts({ file }: FileSource): Promise<FileFacts> {
  const stats = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  checkFile(file, stats);
  return { sizeBytes: stats.size, mtimeMs: stats.mtimeMs };
}

/** Reads one chunk ahead, so that the disk works while a chunk is made use of. */
async function* readFile(
  handle: FileHandle,
  pool: BufferPool,
  file: string,
  before: Stats,
): AsyncGenerator<Uint8Array> {
  const read = () => handle.read(pool.take(), 0, READ_BYTES, null);
  let ahead = read();
  try {
    for (;;) {
      const { bytesRead, buffer } = await ahead;
      if (bytesRead === 0) break;
      ahead = read();
      yield buffer.subarray(0, bytesRead);
    }
    const after = await handle.stat();
    if (after.size === before.size && after.mtimeMs !== before.mtimeMs) {
      throw new TransferError(`The file ${file} was written to while it was read`, {
        code: "ERR_SOURCE_CHANGED",
      });
    }
  } finally {
    await ahead.catch(() => undefined);
    await handle.close();
  }
}

function checkFile(file: string, stats: Stats): void {
  if (stats.isDirectory()) throw invalid(`${file} is a directory, not a file`);
  if (!stats.isFile()) throw invalid(`${file} is not a regular file`);
  if (stats.size === 0) throw invalid(`${file} is empty`);
}

function unreadable(file: string, error: unknown): SpecError {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return invalid(`there is no file ${file}`, error);
  return invalid(`${file} can't be read${typeof code === "string" ? `: ${code}` : ""}`, error);
}

function invalid(message: string, cause?: unknown): SpecError {
  return new SpecError([{ path: ["source", "file"], message }], { cause });
}

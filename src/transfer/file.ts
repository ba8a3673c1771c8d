import { constants, type Stats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { type FileSource, SpecError, TransferError } from "../model/index.ts";
import { bufferPool } from "./buffer-pool.ts";
import type { OpenedSource } from "./opened.ts";

/** Large enough that the cost of a read doesn't count. */
const READ_BYTES = 256 * 1024;

/** A local file that is open. */
export interface LocalFile {
  readonly handle: FileHandle;
  /** What it was when it was opened. */
  readonly stats: Stats;
}

/** Bytes of a local file, and who takes back the memory of its chunks. */
export type FileBytes = Required<Pick<OpenedSource, "chunks" | "release">>;

/**
 * Opens a local file.
 *
 * @throws SpecError `ERR_SPEC_INVALID` when there is no such file, or it is none, or is empty.
 */
export async function openFile(source: FileSource): Promise<OpenedSource> {
  const { handle, stats } = await openLocalFile(source);
  return {
    sizeBytes: stats.size,
    ...readFile({ handle, stats }, source.file),
    readAt: (offset, length) => readPart(handle, offset, length),
    hints: { fileNames: [source.file] },
    close: () => handle.close(),
  };
}

/**
 * Opens a local file for those who read here and there.
 *
 * @throws SpecError `ERR_SPEC_INVALID` as {@link openFile} does.
 */
export async function openLocalFile({ file }: FileSource): Promise<LocalFile> {
  // Without O_NONBLOCK, opening a named pipe waits for a writer.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  try {
    const stats = await handle.stat();
    checkFile(file, stats);
    return { handle, stats };
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

/** The bytes of a file, to its end, where it is closed. */
export function readFile({ handle, stats }: LocalFile, file: string): FileBytes {
  const { chunks, release } = readChunks(handle);
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
      const after = await handle.stat();
      if (after.size === stats.size && after.mtimeMs !== stats.mtimeMs) throw changed(file);
    } finally {
      await handle.close();
    }
  }
  return { chunks: read(), release };
}

/** The bytes of a file, which stays open. One chunk is read ahead, so that the disk works while a chunk is made use of. */
export function readChunks(handle: FileHandle): FileBytes {
  const pool = bufferPool(READ_BYTES);
  async function* read(): AsyncGenerator<Uint8Array> {
    let position = 0;
    const readAt = () => handle.read(pool.take(), 0, READ_BYTES, position);
    let ahead = readAt();
    try {
      for (;;) {
        const { bytesRead, buffer } = await ahead;
        if (bytesRead === 0) break;
        position += bytesRead;
        ahead = readAt();
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await ahead.catch(() => undefined);
    }
  }
  return { chunks: read(), release: pool.give };
}

/** A file that did not hold still while it was read. */
export function changed(file: string): TransferError {
  return new TransferError(`The file ${file} was written to while it was read`, {
    code: "ERR_SOURCE_CHANGED",
  });
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

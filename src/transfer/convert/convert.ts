import type { Stats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { type Checksum, type FileSource, untilAborted } from "../../model/index.ts";
import { type BufferPool, bufferPool } from "../buffer-pool.ts";
import { checkBytes } from "../check.ts";
import { resolveChecksum } from "../declared-checksum.ts";
import { changed, type LocalFile, openLocalFile, readChunks, readFile } from "../file.ts";
import type { OpenedSource } from "../opened.ts";
import { blockBytesOf, readBlocks } from "./blocks.ts";
import { DETECTED_BYTES, detectFormat } from "./detect.ts";
import { type FilePath, nameOf, unsupported } from "./errors.ts";
import { HEADER_BYTES, type Layout, parseHeader } from "./header.ts";
import { readSome } from "./read.ts";
import { readTables, type TableReader } from "./tables.ts";

/** Options of {@link convertToRaw}. */
export interface ConvertOptions {
  /** Ends the look at the file's checksum early; the iteration of the bytes is the caller's to end. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Converts a local image to raw while it is read: exactly the bytes that `qemu-img convert -O raw` writes, a few
 * megabytes of them in memory, none of them on disk. `sizeBytes` is the size of the disk inside. The file is read in
 * no order of its own, so it must be a local one.
 *
 * Converted is qcow2 of version 2 and 3: clusters compressed with zlib or zstd, zero clusters, subclusters (extended
 * L2), what is not allocated. Snapshots and bitmaps are left out: it is the active disk. A file that is in no format
 * known to be another is raw, and passes unchanged.
 *
 * A `checksum` is that of the file as it is, and is looked at before anything is converted. The chunks are to be read,
 * not written to: all zeros are the same memory.
 *
 * @throws SpecError `ERR_SPEC_INVALID` when there is no such file, it can't be read, or its checksum can't be compared.
 * @throws TransferError `ERR_DIGEST_MISMATCH` when it is not what its checksum says. The iteration throws
 *   `ERR_SOURCE_CHANGED` when the file is written to meanwhile.
 * @throws FormatError `ERR_CONVERT_UNSUPPORTED`, with the command to run instead, for a qcow2 with a backing file, an
 *   external data file, encryption or features that are not known, and for other formats. It and the iteration throw
 *   `ERR_FORMAT_MISMATCH` for a qcow2 that is cut short or contradicts itself, and `ERR_DECOMPRESS` for a cluster that
 *   can't be decompressed.
 */
export async function convertToRaw(
  source: FileSource,
  { signal }: ConvertOptions = {},
): Promise<OpenedSource> {
  const checksum = await resolveChecksum(source, [source.file], { signal });
  const local = await openLocalFile(source);
  try {
    if (checksum !== undefined) await checkFile(local.handle, checksum, signal);
    return await openRaw(local, source.file);
  } catch (error) {
    await local.handle.close();
    throw error;
  }
}

/**
 * Opens an open file as raw, see {@link convertToRaw}.
 *
 * @throws FormatError as {@link convertToRaw} does; the file stays open then.
 */
export async function openRaw({ handle, stats }: LocalFile, file: FilePath): Promise<OpenedSource> {
  const close = () => handle.close();
  const head = await readSome(handle, Buffer.alloc(Math.max(DETECTED_BYTES, HEADER_BYTES)), 0);
  const format = detectFormat(head);
  if (format === "raw") {
    const { chunks, release } = readFile({ handle, stats }, nameOf(file));
    return { sizeBytes: stats.size, chunks, release, close };
  }
  if (format !== "qcow2") throw unsupported(file, `is a ${format}`, format);
  const layout = parseHeader(file, stats.size, head);
  const pool = bufferPool(blockBytesOf(layout));
  const chunks = readDisk(handle, layout, await readTables(handle, layout), pool, stats);
  const { virtualBytes: sizeBytes } = layout;
  return { sizeBytes, sourceSizeBytes: stats.size, chunks, release: pool.give, close };
}

/** Before anything is converted: what is written in a wrong file is nobody's business. */
async function checkFile(
  handle: FileHandle,
  checksum: Checksum,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { chunks, release } = readChunks(handle);
  const checked = checkBytes(untilAborted(chunks, signal), { checksum }, []);
  for await (const chunk of checked.chunks) release(chunk);
}

async function* readDisk(
  handle: FileHandle,
  layout: Layout,
  tablesOf: TableReader,
  pool: BufferPool,
  before: Stats,
): AsyncGenerator<Uint8Array> {
  try {
    yield* readBlocks(handle, layout, tablesOf, pool);
    const after = await handle.stat();
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) throw changed(nameOf(layout.file));
  } finally {
    await handle.close();
  }
}

import type { FileHandle } from "node:fs/promises";
import { damaged, type FilePath } from "./errors.ts";

/** Fills a buffer from a file; what the file doesn't have is an error. */
export async function readWhole(
  handle: FileHandle,
  file: FilePath,
  buffer: Buffer,
  position: number,
): Promise<Buffer> {
  const read = await readSome(handle, buffer, position);
  if (read.length < buffer.length) throw damaged(file, `it ends at byte ${position + read.length}`);
  return read;
}

/** Reads from a file as much as a buffer holds, or as there is. */
export async function readSome(handle: FileHandle, buffer: Buffer, position: number): Promise<Buffer> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

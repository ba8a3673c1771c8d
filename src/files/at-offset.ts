import type { FileHandle } from "node:fs/promises";

const READ_BYTES = 256 * 1024;

/** The first bytes of an open file. */
export async function* readHead(file: FileHandle, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < sizeBytes; ) {
    const length = Math.min(READ_BYTES, sizeBytes - offset);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, offset);
    if (bytesRead === 0) throw new Error("The file of the download is shorter than it was");
    offset += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Writes all of a chunk, whatever one write takes. */
export async function writeAt(file: FileHandle, chunk: Uint8Array, offset: number): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, offset + written);
    written += bytesWritten;
  }
}

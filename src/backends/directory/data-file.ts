import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { ifMissing } from "../../files/disk.ts";
import type { StoredData } from "../record.ts";
import { onDisk } from "./disk.ts";

const CHUNK_BYTES = 1024 * 1024;

/**
 * Writes chunks to a new file, each before the next is asked for, and tells what they were.
 *
 * @throws HttpError when the disk refuses, beginning with `action`; an error of the chunks as it is.
 */
export async function writeData(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  action: string,
): Promise<StoredData> {
  const md5 = createHash("md5");
  const sha512 = createHash("sha512");
  let sizeBytes = 0;
  const file = await onDisk(action, undefined, () => open(path, "wx"));
  try {
    for await (const chunk of chunks) {
      const digest = async () => {
        md5.update(chunk);
        sha512.update(chunk);
      };
      await Promise.all([onDisk(action, undefined, () => file.writeFile(chunk)), digest()]);
      sizeBytes += chunk.length;
    }
    await onDisk(action, undefined, () => file.sync());
  } finally {
    await file.close();
  }
  return { sizeBytes, md5: md5.digest("hex"), sha512: sha512.digest("hex") };
}

/** The size of the file; `undefined` when there is none. */
export async function dataSize(path: string): Promise<number | undefined> {
  return (await stat(path).catch(ifMissing))?.size;
}

/**
 * The bytes of the file from `startByte` on; it is opened when they are first asked for.
 *
 * @throws HttpError when the disk refuses, beginning with `action`; the signal's reason.
 */
export async function* readData(
  path: string,
  startByte: number,
  action: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const file = await onDisk(action, signal, () => open(path));
  let offset = startByte;
  const read = () => file.read(Buffer.allocUnsafeSlow(CHUNK_BYTES), 0, CHUNK_BYTES, offset);
  try {
    for (;;) {
      const { buffer, bytesRead } = await onDisk(action, signal, read);
      if (bytesRead === 0) return;
      offset += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

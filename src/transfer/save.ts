import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/** Writes bytes to a path: nothing is there before all are. */
export async function saveBytes(chunks: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const partial = `${path}.${randomBytes(6).toString("hex")}.part`;
  const handle = await open(partial, "wx");
  try {
    try {
      for await (const chunk of chunks) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

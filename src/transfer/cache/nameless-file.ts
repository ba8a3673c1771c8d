import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { entryPaths } from "./layout.ts";

/**
 * Opens a file that no name leads to: it is gone when it is closed, or its process killed. In the moment in which it
 * has a name, that is one of what is left of a download, which a cache clears away.
 *
 * @throws An error of the operating system when the folder can't be used.
 */
export async function openNamelessFile(directory: string): Promise<FileHandle> {
  const { partial } = entryPaths(directory, randomUUID());
  const handle = await open(partial, "wx+", 0o600);
  try {
    await unlink(partial);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

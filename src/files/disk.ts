import { type FileHandle, lstat, open } from "node:fs/promises";

/** What `fsync` of a folder answers where the platform has none (Windows, some network file systems). */
const NO_FOLDER_SYNC = ["EACCES", "EINVAL", "EISDIR", "ENOSYS", "ENOTSUP", "EPERM"];

/** Whether the operating system answered with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.some((code) => code === error.code);
}

/** For `catch`: `undefined` where there is nothing at a path. */
export function ifMissing(error: unknown): undefined {
  if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
}

/** Whether there is anything at a path. */
export async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(ifMissing)) !== undefined;
}

/** Opens a file, does work with it, and closes it. */
async function withFile<Result>(
  path: string,
  flags: "r" | "w" | "wx",
  work: (file: FileHandle) => Promise<Result>,
): Promise<Result> {
  const file = await open(path, flags);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** Writes a file that survives a loss of power. */
export async function writeDurably(path: string, text: string): Promise<void> {
  await withFile(path, "w", async (file) => {
    await file.writeFile(text);
    await file.sync();
  });
}

/** Makes what was renamed in a folder survive a loss of power, where the platform can. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await withFile(path, "r", (folder) => folder.sync());
  } catch (error) {
    if (!hasCode(error, ...NO_FOLDER_SYNC)) throw error;
  }
}

import { constants } from "node:fs";
import { open, readdir, readFile, readlink } from "node:fs/promises";

/** How the file at a path is open in this process: flags of open(2). Only on Linux. */
export async function openFlags(path: string): Promise<readonly number[]> {
  const flags: number[] = [];
  for (const fd of await readdir("/proc/self/fd")) {
    if ((await readlink(`/proc/self/fd/${fd}`).catch(() => undefined)) !== path) continue;
    const [, octal = "0"] = /^flags:\s+(\d+)/m.exec(await readFile(`/proc/self/fdinfo/${fd}`, "utf8")) ?? [];
    flags.push(Number.parseInt(octal, 8));
  }
  return flags;
}

/** Whether the file at a path is open past the operating system's memory. */
export async function isOpenDirect(path: string): Promise<boolean> {
  return (await openFlags(path)).some((flags) => (flags & constants.O_DIRECT) !== 0);
}

/** Whether it could be. */
export async function canBeOpenDirect(path: string): Promise<boolean> {
  const file = await open(path, constants.O_WRONLY | constants.O_DIRECT).catch(() => undefined);
  await file?.close();
  return file !== undefined;
}

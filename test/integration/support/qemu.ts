import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { randomData, temporaryDirectory } from "./files.ts";

const run = promisify(execFile);

/** Debian's python3-glance needs qemu-utils, so that they are there where Glance is. */
export async function qemuImg(...parameters: readonly string[]): Promise<void> {
  await run("qemu-img", parameters);
}

/** A qcow2 of its own with these options, which are joined as qemu-img wants them. */
export async function createDisk(options: readonly string[], size: string): Promise<string> {
  const file = join(await temporaryDirectory(), "disk.qcow2");
  const parameters = options.length === 0 ? [] : ["-o", options.join(",")];
  await qemuImg("create", "-q", "-f", "qcow2", ...parameters, file, size);
  return file;
}

/** Writes to a disk, by commands of qemu-io; `{data}` in them is a file of random bytes. */
export async function writeDisk(file: string, ...commands: readonly string[]): Promise<void> {
  const data = `${file}.data`;
  await writeFile(data, randomData(70_000));
  const parameters = commands.flatMap((command) => ["-c", command.replace("{data}", data)]);
  await run("qemu-io", ["-f", "qcow2", ...parameters, file]);
}

/** Writes to a disk and ends at once, so that nobody tidies it up. */
export async function writeAndBeKilled(file: string, ...commands: readonly string[]): Promise<void> {
  await writeDisk(file, ...commands, "abort").catch((error: unknown) => {
    if (!(error instanceof Error) || !("signal" in error) || error.signal !== "SIGABRT") throw error;
  });
}

/** The raw disk that qemu-img makes of a file. */
export async function convertedByQemu(file: string): Promise<Buffer> {
  await qemuImg("convert", "-O", "raw", file, `${file}.raw`);
  return readFile(`${file}.raw`);
}

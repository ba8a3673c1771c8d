import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export const MIB: number = 1024 * 1024;

/** A directory that is removed when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "imagewright-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The path of a file with this content, which is removed when the test ends. */
export async function temporaryFile(content: Uint8Array): Promise<string> {
  const path = join(await temporaryDirectory(), "disk.img");
  await writeFile(path, content);
  return path;
}

export function digest(algorithm: string, data: Uint8Array): string {
  return createHash(algorithm).update(data).digest("hex");
}

/** Data that tells of any swapped, lost or doubled part. */
export function randomData(sizeBytes: number): Buffer {
  return randomBytes(sizeBytes);
}

/** An empty qcow2 disk, of which a cloud can tell the format and the size that it describes. */
export function qcow2(virtualSizeBytes: number): Buffer {
  const clusterBytes = 64 * 1024;
  const disk = Buffer.alloc(4 * clusterBytes);
  disk.write("QFI\xfb", 0, "latin1");
  disk.writeUInt32BE(2, 4);
  disk.writeUInt32BE(16, 20);
  disk.writeBigUInt64BE(BigInt(virtualSizeBytes), 24);
  disk.writeUInt32BE(Math.ceil(virtualSizeBytes / (512 * MIB)), 36);
  disk.writeBigUInt64BE(BigInt(3 * clusterBytes), 40);
  disk.writeBigUInt64BE(BigInt(clusterBytes), 48);
  disk.writeUInt32BE(1, 56);
  disk.writeBigUInt64BE(BigInt(2 * clusterBytes), clusterBytes);
  for (let cluster = 0; cluster < 4; cluster++) disk.writeUInt16BE(1, 2 * clusterBytes + 2 * cluster);
  return disk;
}

/** A disk that shows another file where it has no data of its own: the host's, when somebody believes it. */
export function qcow2OnTopOf(backingFile: string): Buffer {
  const disk = qcow2(MIB);
  const nameOffset = 1024;
  disk.writeBigUInt64BE(BigInt(nameOffset), 8);
  disk.writeUInt32BE(Buffer.byteLength(backingFile), 16);
  disk.write(backingFile, nameOffset);
  return disk;
}

/** The data in parts, as a program would make it. */
export async function* inParts(data: Uint8Array, partBytes: number = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < data.length; start += partBytes) yield data.subarray(start, start + partBytes);
}

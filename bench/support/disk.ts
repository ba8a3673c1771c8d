import { randomFillSync } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { runMeasured } from "./process.ts";

export interface DiskOptions {
  readonly path: string;
  readonly virtualBytes: number;
  readonly dataBytes: number;
  readonly compression: "none" | "zlib" | "zstd";
  readonly signal: AbortSignal;
}

const stretches = 16;
const chunkBytes = 2 ** 20;

/** Makes a qcow2 whose data lies in stretches with nothing between them; to be compressed, half of it is zeros. */
export async function makeDisk(options: DiskOptions): Promise<void> {
  const { path, virtualBytes, dataBytes, compression, signal } = options;
  const raw = `${path}.raw`;
  const file = await open(raw, "wx");
  try {
    const chunk = Buffer.alloc(chunkBytes);
    const eachBytes = Math.ceil(dataBytes / stretches / chunkBytes) * chunkBytes;
    const stepBytes = Math.floor(virtualBytes / stretches / chunkBytes) * chunkBytes;
    if (eachBytes > stepBytes) throw new Error(`${dataBytes} bytes of data are too many for the disk`);
    for (let stretch = 0; stretch < stretches; stretch++) {
      for (let offset = 0; offset < eachBytes; offset += chunkBytes) {
        randomFillSync(chunk);
        if (compression !== "none") halve(chunk);
        await file.write(chunk, 0, chunkBytes, stretch * stepBytes + offset);
      }
    }
    await file.truncate(virtualBytes);
    const format = compression === "none" ? [] : ["-c", "-o", `compression_type=${compression}`];
    await runMeasured("qemu-img", ["convert", "-O", "qcow2", ...format, raw, path], { signal });
  } finally {
    await file.close();
    await rm(raw, { force: true });
  }
}

function halve(chunk: Buffer): void {
  for (let offset = 0; offset < chunk.length; offset += 64) chunk.fill(0, offset + 32, offset + 64);
}

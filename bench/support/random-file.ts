import { randomFillSync } from "node:crypto";
import { open } from "node:fs/promises";

const chunkBytes = 8 * 2 ** 20;

/** The data is on the disk afterwards, so that writing it doesn't disturb what is measured then. */
export async function writeRandomFile(path: string, sizeBytes: number): Promise<void> {
  const file = await open(path, "wx");
  try {
    const chunk = Buffer.alloc(Math.min(chunkBytes, sizeBytes));
    for (let leftBytes = sizeBytes; leftBytes > 0; leftBytes -= chunk.length) {
      await file.writeFile(randomFillSync(chunk).subarray(0, leftBytes));
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { bufferPool } from "../../src/transfer/buffer-pool.ts";
import { openSource } from "../../src/transfer/index.ts";

describe("a pool of buffers", () => {
  it("gives a buffer out again that was given back, once", () => {
    const pool = bufferPool(8);
    const first = pool.take();
    pool.give(first.subarray(2, 4));
    pool.give(first);
    expect(pool.take()).toBe(first);
    expect(pool.take()).not.toBe(first);
  });

  it("passes over a chunk that is not its own", () => {
    const pool = bufferPool(8);
    pool.give(new Uint8Array(8));
    expect(pool.take().length).toBe(8);
  });
});

describe("the chunks of a file", () => {
  it("keep their bytes when nobody gives them back", async () => {
    const { file, bytes } = await makeFile();
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await openSource({ file })).chunks) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  it("share a few buffers when they are given back", async () => {
    const { file, bytes } = await makeFile();
    const opened = await openSource({ file });
    const buffers = new Set<ArrayBufferLike>();
    const copies: Uint8Array[] = [];
    for await (const chunk of opened.chunks) {
      buffers.add(chunk.buffer);
      copies.push(new Uint8Array(chunk));
      opened.release?.(chunk);
    }
    expect(Buffer.concat(copies).equals(bytes)).toBe(true);
    expect(copies.length).toBeGreaterThan(10);
    expect(buffers.size).toBeLessThanOrEqual(3);
  });
});

async function makeFile(): Promise<{ file: string; bytes: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "data");
  const bytes = randomBytes(5_000_000);
  await writeFile(file, bytes);
  return { file, bytes };
}

import { createHash } from "node:crypto";

/** Bytes that are the same for every run, and no two parts of them alike. */
export function someBytes(count: number): Buffer {
  const bytes = Buffer.alloc(count);
  for (let index = 0, state = 1; index < count; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** The bytes, in chunks. */
export async function* inChunks(bytes: Uint8Array, chunkBytes = 65_536): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += chunkBytes)
    yield bytes.subarray(offset, offset + chunkBytes);
}

/** These chunks. */
export async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** These chunks, and then an error. */
export async function* failingWith(
  error: unknown,
  ...chunks: readonly Uint8Array[]
): AsyncGenerator<Uint8Array> {
  yield* chunks;
  throw error;
}

/** Chunks without end. */
export async function* endless(chunk: Uint8Array = Buffer.alloc(65_536)): AsyncGenerator<Uint8Array> {
  for (;;) {
    // The rest of the process gets its turn.
    await new Promise((resolve) => setImmediate(resolve));
    yield chunk;
  }
}

/** These chunks, and then nothing at all. */
export async function* stallingAfter(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
  await new Promise<never>(() => undefined);
}

export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

export function digestOf(algorithm: string, bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

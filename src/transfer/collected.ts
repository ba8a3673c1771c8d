import type { BufferPool } from "./buffer-pool.ts";

/** Less than this is copied once more: a slow server's pieces would each take a whole buffer from whoever keeps them. */
const SMALL_BYTES = 16 * 1024;

/** Bytes that wait in a few large buffers. */
export interface Collected {
  /** Copies bytes to the end. */
  add(bytes: Uint8Array): void;
  /** How many buffers are full. */
  fullCount(): number;
  isEmpty(): boolean;
  /** The first full buffer. */
  takeFull(): Uint8Array | undefined;
  /** What is in the buffer that isn't full, after all others. */
  takeRest(): Uint8Array | undefined;
}

/** Collects bytes in buffers of a pool. */
export function collected(pool: BufferPool): Collected {
  const full: Uint8Array[] = [];
  let filling: Buffer | undefined;
  let filledBytes = 0;
  const takeRest = (): Uint8Array | undefined => {
    const filled = filling?.subarray(0, filledBytes);
    filledBytes = 0;
    if (filled !== undefined && filled.length < SMALL_BYTES)
      return filled.length === 0 ? undefined : Buffer.from(filled);
    filling = undefined;
    return filled;
  };
  return {
    add(bytes) {
      for (let copied = 0; copied < bytes.length; ) {
        filling ??= pool.take();
        const part = bytes.subarray(copied, copied + filling.length - filledBytes);
        filling.set(part, filledBytes);
        copied += part.length;
        filledBytes += part.length;
        const filled = filledBytes === filling.length ? takeRest() : undefined;
        if (filled !== undefined) full.push(filled);
      }
    },
    fullCount: () => full.length,
    isEmpty: () => full.length === 0 && filledBytes === 0,
    takeFull: () => full.shift(),
    takeRest,
  };
}

/** Buffers of one size that are used again when they are given back; those that aren't are the collector's. */
export interface BufferPool {
  take(): Buffer;
  /** Takes a chunk back that is, or is a part of, a buffer of this pool. Any other is passed over. */
  give(chunk: Uint8Array): void;
}

/** A pool of buffers. Without it, most of the time of a fast read goes into new memory. */
export function bufferPool(sizeBytes: number): BufferPool {
  const taken = new WeakMap<ArrayBufferLike, Buffer>();
  const free: Buffer[] = [];
  return {
    take() {
      const buffer = free.pop() ?? Buffer.allocUnsafeSlow(sizeBytes);
      taken.set(buffer.buffer, buffer);
      return buffer;
    },
    give(chunk) {
      const buffer = taken.get(chunk.buffer);
      if (buffer === undefined) return;
      taken.delete(chunk.buffer);
      free.push(buffer);
    },
  };
}

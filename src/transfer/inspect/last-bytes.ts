/** Keeps the last bytes of what passes. */
export interface LastBytes {
  update(chunk: Uint8Array): void;
  /** The last bytes so far, as many as there are. */
  last(count: number): Uint8Array;
}

/** A buffer larger than what is kept, so that it is seldom moved. */
const ROOM = 8;

export function lastBytes(keptBytes: number): LastBytes {
  const buffer = new Uint8Array(keptBytes * ROOM);
  let end = 0;
  return {
    update(chunk) {
      const part = chunk.subarray(Math.max(0, chunk.length - keptBytes));
      if (end + part.length > buffer.length) {
        const start = Math.max(0, end - keptBytes);
        buffer.copyWithin(0, start, end);
        end -= start;
      }
      buffer.set(part, end);
      end += part.length;
    },
    last: (count) => buffer.slice(Math.max(0, end - Math.min(count, keptBytes)), end),
  };
}

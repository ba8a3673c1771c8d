import { setTimeout as sleep } from "node:timers/promises";

/** Lets no more than so many bytes a second through, in small pieces. */
export function throttled(bytesPerSecond: number): (data: AsyncIterable<Buffer>) => AsyncIterable<Buffer> {
  return async function* (data) {
    let dueMs = performance.now();
    for await (const chunk of data)
      for (let offset = 0; offset < chunk.length; offset += 65_536) {
        const piece = chunk.subarray(offset, offset + 65_536);
        yield piece;
        dueMs = Math.max(dueMs, performance.now() - 100) + (1000 * piece.length) / bytesPerSecond;
        const earlyMs = dueMs - performance.now();
        if (earlyMs > 0) await sleep(earlyMs);
      }
  };
}

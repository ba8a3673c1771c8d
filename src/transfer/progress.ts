/** Told how many bytes there were so far. */
export type OnProgress = (transferredBytes: number) => void;

/** At most ten reports a second. */
const INTERVAL_MS = 100;

/** Reports the bytes that were taken, not those that are merely offered; the end is the caller's to report. */
export async function* reportProgress(
  chunks: AsyncIterable<Uint8Array>,
  onProgress: OnProgress,
): AsyncGenerator<Uint8Array> {
  let transferredBytes = 0;
  let reportedAtMs = performance.now();
  for await (const chunk of chunks) {
    yield chunk;
    transferredBytes += chunk.length;
    const nowMs = performance.now();
    if (nowMs - reportedAtMs < INTERVAL_MS) continue;
    reportedAtMs = nowMs;
    onProgress(transferredBytes);
  }
}

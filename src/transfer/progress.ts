/**
 * Told how many bytes there were so far.
 *
 * @param bytesPerSecond How many came a second of late: in the two seconds, or more, since the twentieth report before.
 */
export type OnProgress = (transferredBytes: number, bytesPerSecond: number) => void;

/** Nine reports a second: with that of the end there are ten at most. */
const INTERVAL_MS = 112;

/** Over how many reports the rate is taken: that of one is mostly chance. */
const RATED_REPORTS = 20;

/** Reports the bytes that were taken, not those that are merely offered; the end is the caller's to report. */
export async function* reportProgress(
  chunks: AsyncIterable<Uint8Array>,
  onProgress: OnProgress,
): AsyncGenerator<Uint8Array> {
  let transferredBytes = 0;
  let reportedAtMs = performance.now();
  const reports = [{ atMs: reportedAtMs, bytes: 0 }];
  for await (const chunk of chunks) {
    yield chunk;
    transferredBytes += chunk.length;
    const nowMs = performance.now();
    if (nowMs - reportedAtMs < INTERVAL_MS) continue;
    reportedAtMs = nowMs;
    const [since] = reports;
    if (reports.push({ atMs: nowMs, bytes: transferredBytes }) > RATED_REPORTS) reports.shift();
    const { atMs, bytes } = since ?? { atMs: nowMs - INTERVAL_MS, bytes: transferredBytes };
    onProgress(transferredBytes, Math.round(((transferredBytes - bytes) * 1_000) / (nowMs - atMs)));
  }
}

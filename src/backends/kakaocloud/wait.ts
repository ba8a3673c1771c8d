import { pause } from "../../model/index.ts";

/** How often is asked: seldom as Terraform's provider in the end. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** How long a wait is at most. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks until it is so; `false` when it isn't in time. */
export async function waitUntil(
  isSo: () => Promise<boolean>,
  { timeoutMs, signal }: WaitOptions,
): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    if (await isSo()) return true;
    if (performance.now() + pauseMs > deadlineMs) return false;
    await pause(pauseMs, signal);
  }
}

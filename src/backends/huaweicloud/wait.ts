import { pause } from "../../model/index.ts";

/** How often is asked: seldom as Terraform's provider in the end. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;

/** How long a wait is at most. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Asks until there is an answer; `undefined` when there is none in time. */
export async function waitFor<Value>(
  ask: () => Promise<Value | undefined>,
  { timeoutMs, signal }: WaitOptions,
): Promise<Value | undefined> {
  const deadlineMs = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() + pauseMs > deadlineMs) return undefined;
    await pause(pauseMs, signal);
  }
}

import { pause } from "../../model/index.ts";

/** How often is asked: soon at first, and seldom in the end, between KakaoCloud's 2 and Huawei's 10 seconds in Terraform. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

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

/** Asks until it is so; `false` when it isn't in time. */
export async function waitUntil(isSo: () => Promise<boolean>, options: WaitOptions): Promise<boolean> {
  return (await waitFor(async () => (await isSo()) || undefined, options)) ?? false;
}

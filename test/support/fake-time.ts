import { onTestFinished, vi } from "vitest";

/**
 * For the current test, who waits for a timer waits no longer than for what else is to do: the time jumps to the next one,
 * and `performance.now()` with it. For tests without files and sockets: those take their time.
 */
export function skipWaits(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  vi.setTimerTickMode("nextTimerAsync");
  onTestFinished(() => void vi.useRealTimers());
}

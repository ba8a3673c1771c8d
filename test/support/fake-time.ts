import { onTestFinished, vi } from "vitest";

/** Timers and `performance.now()` stand still until {@link settled} lets the time pass; for the current test. */
export function stopTime(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Lets all the time pass that the work waits for. */
export async function settled<Value>(work: Promise<Value>): Promise<Value> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  work.then(end, end);
  while (!isOver) await vi.advanceTimersByTimeAsync(10);
  return work;
}

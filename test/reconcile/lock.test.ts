import { setImmediate as tick } from "node:timers/promises";
import { expect, it } from "vitest";
import { keyedLock } from "../../src/reconcile/lock.ts";

/** Tasks of one lock, and how many of each key have run at the same time at most. */
function watchedLock() {
  const lock = keyedLock();
  const running = new Map<string, number>();
  const most = new Map<string, number>();
  const run = (key: string, ticks = 2): Promise<string> =>
    lock(key, async () => {
      const count = (running.get(key) ?? 0) + 1;
      running.set(key, count);
      most.set(key, Math.max(count, most.get(key) ?? 0));
      for (let left = ticks; left > 0; left--) await tick();
      running.set(key, count - 1);
      return key;
    });
  return { lock, run, running, most };
}

it("tasks of one key run one after the other, whenever they come", async () => {
  const { run, most } = watchedLock();
  const first = run("a");
  const second = run("a", 5);
  await first;
  const third = run("a");
  await tick();
  await Promise.all([second, third, run("a")]);
  await run("a");
  expect(most.get("a")).toBe(1);
});

it("tasks of different keys run side by side", async () => {
  const { run, running } = watchedLock();
  const both = Promise.all([run("a", 5), run("b", 5)]);
  await tick();
  await tick();
  expect([running.get("a"), running.get("b")]).toEqual([1, 1]);
  expect(await both).toEqual(["a", "b"]);
});

it("a task that fails hands its error on, and the next one runs", async () => {
  const { lock, run } = watchedLock();
  const error = new Error("broken");
  const failing = lock("a", () => Promise.reject(error));
  const next = run("a");
  await expect(failing).rejects.toBe(error);
  expect(await next).toBe("a");
});

import pLimit, { type LimitFunction } from "p-limit";

/** Runs tasks of one key one after the other, those of different keys side by side. */
export type KeyedLock = <Value>(key: string, task: () => Promise<Value>) => Promise<Value>;

/** A lock for this process; it keeps nothing of keys that are free. */
export function keyedLock(): KeyedLock {
  const queues = new Map<string, LimitFunction>();
  return async (key, task) => {
    const queue = queues.get(key) ?? pLimit(1);
    queues.set(key, queue);
    try {
      return await queue(task);
    } finally {
      if (queue.activeCount === 0 && queue.pendingCount === 0) queues.delete(key);
    }
  };
}

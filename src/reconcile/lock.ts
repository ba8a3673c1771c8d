import pLimit, { type LimitFunction } from "p-limit";
import type { Backend } from "../backends/backend.ts";

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

const locks = new WeakMap<Backend, KeyedLock>();

/** The lock of a backend's images, the same for all managers: Glance loses one of two updates that overlap. */
export function lockOf(backend: Backend): KeyedLock {
  const lock = locks.get(backend) ?? keyedLock();
  locks.set(backend, lock);
  return lock;
}

import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { Digester } from "../digest.ts";
import { ringMemory, ringWriter } from "./byte-ring.ts";
import type { WorkerInput, WorkerNews } from "./digest-worker.ts";

/** Beside this file: as it is written, and as it is built. */
const WORKER: URL = new URL(
  `./digest-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`,
  import.meta.url,
);

/** How far the bytes may be ahead of their slowest digest. As many as this never start a thread. */
const RING_BYTES = 4 * 1024 * 1024;

/**
 * Computes each digest on a thread of its own, beside everything else. The threads start when there is more than a few
 * mebibytes, and end with the digests. Where none can be started, the digests are made here.
 */
export function digestOnThreads(algorithms: readonly string[], file: URL = WORKER): Digester {
  const memory = ringMemory(RING_BYTES, algorithms.length);
  const ring = ringWriter(memory);
  const made = algorithms.map((algorithm, reader) => ({ algorithm, reader, hash: createHash(algorithm) }));
  /** Those that are made here. */
  const here = new Set<(typeof made)[number]>();
  const digests = new Map<string, string>();
  let workers: Worker[] | undefined;
  let failed: { readonly error: unknown } | undefined;
  let news = Promise.withResolvers<void>();

  const tell = (): void => {
    news.resolve();
    news = Promise.withResolvers();
  };
  /** A thread that has read nothing is no loss: all that was written is still there. */
  const makeHere = (one: (typeof made)[number], error: unknown): void => {
    if (digests.has(one.algorithm) || here.has(one)) return;
    const unread = ring.unread(one.reader);
    if (unread === undefined) failed ??= { error };
    else {
      one.hash.update(unread);
      ring.leaveOut(one.reader);
      here.add(one);
    }
    tell();
  };
  const startThread = (one: (typeof made)[number]): Worker[] => {
    const { algorithm, reader } = one;
    const workerData: WorkerInput = { algorithm, memory, reader };
    const fail = (error: unknown): void => makeHere(one, error);
    try {
      // Options of the process may be for its program alone: Node refuses --input-type with a file.
      const worker = new Worker(file, { workerData, execArgv: [] });
      // Who forgets the bytes must not be kept from ending.
      worker.unref();
      worker.on("message", (told: WorkerNews) => {
        if (told !== "room") digests.set(algorithm, told.hex);
        tell();
      });
      worker.on("error", fail);
      worker.on("exit", () => fail(new Error("The thread of a digest has ended early")));
      return [worker];
    } catch (error) {
      fail(error);
      return [];
    }
  };
  async function wait(): Promise<void> {
    for (const worker of workers ?? []) worker.ref();
    await news.promise;
    for (const worker of workers ?? []) worker.unref();
    if (failed !== undefined) throw failed.error;
  }
  const write = (chunk: Uint8Array): number => {
    const count = ring.write(chunk);
    for (const { hash } of here) hash.update(chunk.subarray(0, count));
    return count;
  };
  async function writeRest(chunk: Uint8Array): Promise<void> {
    workers ??= made.flatMap(startThread);
    for (let rest = chunk; rest.length > 0; rest = rest.subarray(write(rest)))
      while (ring.isFull()) await wait();
  }

  return {
    update(chunk) {
      const count = write(chunk);
      return count === chunk.length ? undefined : writeRest(chunk.subarray(count));
    },
    async digests() {
      ring.end();
      if (workers === undefined) for (const one of made) makeHere(one, undefined);
      while (digests.size + here.size < made.length) await wait();
      for (const { algorithm, hash } of here) digests.set(algorithm, hash.digest("hex"));
      return Object.fromEntries(algorithms.map((algorithm) => [algorithm, digests.get(algorithm) ?? ""]));
    },
    async close() {
      await Promise.all((workers ?? []).map((worker) => worker.terminate()));
    },
  };
}

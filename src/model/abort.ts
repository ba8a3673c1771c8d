/**
 * The chunks, until the signal is aborted: then the signal's reason is thrown, even while a chunk is awaited. The
 * signal's listeners last for one chunk.
 */
export async function* untilAborted(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  let waiting = false;
  try {
    for (;;) {
      waiting = true;
      const { done, value } = await orAbort(() => iterator.next(), signal);
      waiting = false;
      if (done === true) return;
      yield value;
    }
  } finally {
    // A generator answers to `return` only after its current wait.
    const returned = Promise.resolve(iterator.return?.()).catch(() => {});
    if (!waiting) await returned;
  }
}

/** What the work comes to, or the signal's reason when that comes first; the work itself goes on. */
export async function orAbort<Value>(
  work: () => Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return await work();
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Value>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  work().then(resolve, reject);
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Waits; an abort ends the wait with the signal's own reason. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  try {
    await orAbort(() => promise, signal);
  } finally {
    clearTimeout(timer);
  }
}

import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { orAbort, pause, untilAborted } from "../../src/model/index.ts";

const REASON = { why: "enough" };
const BYTES = new Uint8Array([1, 2, 3]);

async function* three(): AsyncGenerator<Uint8Array> {
  for (let count = 0; count < 3; count++) yield BYTES;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

describe("orAbort", () => {
  it("is the work where nobody aborts", async () => {
    expect(await orAbort(async () => 1, undefined)).toBe(1);
    expect(await orAbort(async () => 1, new AbortController().signal)).toBe(1);
  });
  it("rejects with the work's own error", async () => {
    const error = new Error("broken");
    const work = orAbort(() => Promise.reject(error), new AbortController().signal);
    await expect(work).rejects.toBe(error);
  });
  it("rejects with the signal's own reason while the work goes on, and leaves no listener", async () => {
    const controller = new AbortController();
    const work = orAbort(() => new Promise(() => {}), controller.signal);
    controller.abort(REASON);
    await expect(work).rejects.toBe(REASON);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
  it("does not begin when it was aborted before", async () => {
    let begun = false;
    const work = orAbort(async () => {
      begun = true;
    }, AbortSignal.abort(REASON));
    await expect(work).rejects.toBe(REASON);
    expect(begun).toBe(false);
  });
});

describe("untilAborted", () => {
  it("yields every chunk, and leaves no listener", async () => {
    const { signal } = new AbortController();
    const chunks = await collect(untilAborted(three(), signal));
    expect(chunks).toEqual([BYTES, BYTES, BYTES]);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
  it("ends between two chunks with the signal's own reason", async () => {
    const controller = new AbortController();
    const iterator = untilAborted(three(), controller.signal);
    await iterator.next();
    controller.abort(REASON);
    await expect(iterator.next()).rejects.toBe(REASON);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });
  it("ends while a chunk is awaited that never comes", async () => {
    const controller = new AbortController();
    const endless = (async function* (): AsyncGenerator<Uint8Array> {
      await new Promise(() => {});
      yield BYTES;
    })();
    const next = untilAborted(endless, controller.signal).next();
    controller.abort(REASON);
    await expect(next).rejects.toBe(REASON);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
  it("lets go of the source when it is left early", async () => {
    let closed = false;
    const source = (async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield* three();
      } finally {
        closed = true;
      }
    })();
    for await (const _chunk of untilAborted(source, new AbortController().signal)) break;
    expect(closed).toBe(true);
  });
  it("takes a source that can't be let go of", async () => {
    let count = 0;
    const next = async () => ({ done: count++ === 2, value: BYTES });
    const source: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next }) };
    expect(await collect(untilAborted(source, undefined))).toEqual([BYTES, BYTES]);
  });
  it("hands on the source's own error", async () => {
    const error = new Error("broken");
    const source = (async function* (): AsyncGenerator<Uint8Array> {
      yield BYTES;
      throw error;
    })();
    await expect(collect(untilAborted(source, undefined))).rejects.toBe(error);
  });
});

describe("a pause", () => {
  it("lasts no longer than the caller wants, and leaves nothing behind", async () => {
    const stop = new AbortController();
    const paused = pause(60_000, stop.signal);
    stop.abort(new Error("enough"));
    await expect(paused).rejects.toBe(stop.signal.reason);
    expect(getEventListeners(stop.signal, "abort")).toEqual([]);
  });
  it("ends by itself", async () => {
    await expect(pause(1, undefined)).resolves.toBeUndefined();
  });
});

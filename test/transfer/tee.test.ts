import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { openTransfer, type Transfer } from "../../src/transfer/index.ts";
import { tee } from "../../src/transfer/tee.ts";
import { collect, endless, failingWith, inChunks, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";

const DATA = someBytes(1_000_000);
const STALL_TIMEOUT_MS = 60_000;

/** A transfer, what of it was given back, and how often it was closed. */
async function opened(open: () => AsyncIterable<Uint8Array> = () => inChunks(DATA)) {
  const inner = await openTransfer({ open }, { algorithms: ["md5"] });
  const released: Uint8Array[] = [];
  const close = vi.fn(inner.close);
  const transfer: Transfer = { ...inner, close, release: (chunk) => void released.push(chunk) };
  return { transfer, released, close };
}

function dealt(transfer: Transfer, count: number): readonly Transfer[] {
  const onStall = Array.from({ length: count }, () => () => undefined);
  return tee(transfer, { stallTimeoutMs: STALL_TIMEOUT_MS, onStall });
}

describe("a chunk", () => {
  it("is given back when all are done with it, once", async () => {
    const { transfer, released } = await opened();
    const [one, two] = dealt(transfer, 2);
    const ones: Uint8Array[] = [];
    for await (const chunk of one?.chunks ?? []) ones.push(chunk);
    for (const chunk of ones) one?.release(chunk);
    for (const chunk of ones) one?.release(chunk);
    expect(released).toEqual([]);
    for await (const chunk of two?.chunks ?? []) two?.release(chunk);
    expect(Buffer.concat(released).equals(DATA)).toBe(true);
  });
  it("that waits for one that is closed is given back by the others", async () => {
    const { transfer, released } = await opened();
    const [one, two] = dealt(transfer, 2);
    const ones: Uint8Array[] = [];
    for await (const chunk of one?.chunks ?? []) ones.push(chunk);
    await two?.close();
    for (const chunk of ones) one?.release(chunk);
    expect(Buffer.concat(released).equals(DATA)).toBe(true);
  });
  it("may be the same memory as one before it", async () => {
    const chunk = Buffer.from("again ");
    const { transfer, released } = await opened(() => inChunksOf(chunk, 3));
    const [one] = dealt(transfer, 1);
    for await (const piece of one?.chunks ?? []) one?.release(piece);
    expect(released).toHaveLength(3);
  });
});

async function* inChunksOf(chunk: Uint8Array, times: number): AsyncGenerator<Uint8Array> {
  for (let time = 0; time < times; time++) yield chunk;
}

it("each receiver has passed when it has taken all, and not before", async () => {
  const { transfer } = await opened();
  const [one, two] = dealt(transfer, 2);
  await collect(one?.chunks ?? inChunks(DATA));
  expect(one?.passed()?.sizeBytes).toBe(DATA.length);
  expect(two?.passed()).toBeUndefined();
  expect([one?.isBegun(), two?.isBegun()]).toEqual([true, false]);
});

it("the source is closed with the last receiver, once", async () => {
  const { transfer, close } = await opened();
  const [one, two] = dealt(transfer, 2);
  await one?.close();
  await one?.close();
  expect(close).not.toHaveBeenCalled();
  await two?.close();
  expect(close).toHaveBeenCalledOnce();
});

it("no more is read when nobody takes anything any more", async () => {
  let read = 0;
  const { transfer } = await opened(async function* () {
    for await (const chunk of endless()) {
      read++;
      yield chunk;
    }
  });
  const [one, two] = dealt(transfer, 2);
  for await (const _chunk of one?.chunks ?? []) break;
  await two?.close();
  for (let time = 0; time < 10; time++) await turn();
  const before = read;
  for (let time = 0; time < 20; time++) await turn();
  expect(read).toBe(before);
});

it("an error of the source is that of all", async () => {
  const failure = new Error("mine");
  const { transfer } = await opened(() => failingWith(failure, DATA, DATA));
  const branches = dealt(transfer, 3);
  const outcomes = branches.map(({ chunks }) => rejectionOf(collect(chunks)));
  expect(await Promise.all(outcomes)).toEqual([failure, failure, failure]);
});

it("one stalls only while there is something for it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const late = Promise.withResolvers<void>();
    const { transfer } = await opened(async function* () {
      yield DATA;
      yield DATA;
      await late.promise;
      yield DATA;
      yield DATA;
    });
    const stalls = [vi.fn(), vi.fn()];
    const [one, two] = tee(transfer, { stallTimeoutMs: STALL_TIMEOUT_MS, onStall: stalls });
    const taken = collect(one?.chunks ?? inChunks(DATA));
    const twos = two?.chunks[Symbol.asyncIterator]();
    await twos?.next();
    for (let time = 0; time < 10; time++) await turn();
    vi.advanceTimersByTime(2 * STALL_TIMEOUT_MS);
    expect(stalls.map((stall) => stall.mock.calls.length)).toEqual([0, 0]);
    late.resolve();
    for (let time = 0; time < 10; time++) await turn();
    vi.advanceTimersByTime(STALL_TIMEOUT_MS);
    expect(stalls.map((stall) => stall.mock.calls.length)).toEqual([0, 1]);
    const failure = expect.objectContaining({ code: "ERR_TIMEOUT", phase: "upload", offset: DATA.length });
    expect(stalls[1]?.mock.calls[0]?.[0]).toEqual(failure);
    expect(await rejectionOf(Promise.resolve(twos?.next()))).toEqual(failure);
    expect(await taken).toHaveLength(4 * DATA.length);
  } finally {
    vi.useRealTimers();
  }
});

import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { type OpenSource, openSource, openTransfer } from "../../src/transfer/index.ts";
import { chunksOf, collect, endless, failingWith, stallingAfter } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";

const HELLO = [Buffer.from("he"), Buffer.from("llo")];

it("a program's data is asked for when its first byte is wanted, from the start", async () => {
  const open = vi.fn(() => chunksOf(...HELLO));
  const opened = await openSource({ open, size: 5 });
  expect(opened.sizeBytes).toBe(5);
  expect(open).not.toHaveBeenCalled();
  expect((await collect(opened.chunks)).toString()).toBe("hello");
  expect(open.mock.calls).toEqual([[0]]);
});

it("its size may be unknown", async () => {
  const opened = await openSource({ open: () => chunksOf(...HELLO) });
  expect(opened.sizeBytes).toBeUndefined();
  expect((await collect(opened.chunks)).toString()).toBe("hello");
});

it("a program may fill one buffer again and again", async () => {
  const open = async function* () {
    const buffer = Buffer.alloc(3);
    for (const letter of "abc") yield buffer.fill(letter);
  };
  const { chunks } = await openTransfer({ open }, { algorithms: [] });
  expect((await collect(chunks)).toString()).toBe("aaabbbccc");
});

describe("a program that fails", () => {
  const failure = new Error("mine");

  it.each<[string, OpenSource["open"]]>([
    [
      "when it is called",
      () => {
        throw failure;
      },
    ],
    ["at once", () => failingWith(failure)],
    ["after some data", () => failingWith(failure, ...HELLO)],
  ])("%s fails the reading with that very error", async (_when, open) => {
    const { chunks } = await openTransfer({ open }, { algorithms: ["md5"] });
    expect(await rejectionOf(collect(chunks))).toBe(failure);
  });
});

describe("data that isn't bytes", () => {
  it.each([["text"], [5], [null], [new ArrayBuffer(5)], [[1, 2, 3]]])("is an error: %j", async (chunk) => {
    // What a program without types may do.
    const open = (() => chunksOf(...([chunk] as unknown as readonly Uint8Array[]))) as OpenSource["open"];
    const { chunks } = await openSource({ open });
    expect(await rejectionOf(collect(chunks))).toMatchObject({
      name: "TransferError",
      message: "source.open must yield Uint8Arrays",
    });
  });
});

it("what isn't a function is an error before anything is read", async () => {
  const source = { open: "[redacted]" } as unknown as OpenSource;
  expect(await rejectionOf(openSource(source))).toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["source", "open"] }],
  });
});

it.each([
  [4, "longer", 5],
  [6, "shorter", 5],
])("a size of %i for five bytes is ERR_SIZE_MISMATCH", async (size, how, actual) => {
  const { chunks } = await openTransfer({ open: () => chunksOf(...HELLO), size }, { algorithms: [] });
  expect(await rejectionOf(collect(chunks))).toMatchObject({
    code: "ERR_SIZE_MISMATCH",
    expected: size,
    actual,
    message: expect.stringContaining(how),
  });
});

it.each<[string, OpenSource]>([
  ["without a size", { open: () => chunksOf() }],
  ["of chunks without bytes", { open: () => chunksOf(Buffer.alloc(0)) }],
])("data %s, and without a byte, is ERR_TRANSFER_INCOMPLETE", async (_what, source) => {
  const { chunks } = await openTransfer(source, { algorithms: [] });
  expect(await rejectionOf(collect(chunks))).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
});

it("a size of 0 is ERR_TRANSFER_INCOMPLETE before anything is read", async () => {
  const open = vi.fn(() => chunksOf());
  expect(await rejectionOf(openSource({ open, size: 0 }))).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
  expect(open).not.toHaveBeenCalled();
});

describe("an abort", () => {
  const reason = { why: "enough" };

  it.each<[string, OpenSource["open"]]>([
    ["that never ends", () => endless()],
    ["that stalls", () => stallingAfter(...HELLO)],
    ["that never begins", () => stallingAfter()],
  ])("of data %s rejects with its own reason, and leaves no listener", async (_what, open) => {
    const controller = new AbortController();
    const { chunks } = await openTransfer({ open }, { algorithms: [], signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    expect(await rejectionOf(collect(chunks))).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("lets the program clean up", async () => {
    const released = vi.fn();
    const controller = new AbortController();
    const open = async function* () {
      try {
        yield* endless();
      } finally {
        released();
      }
    };
    const { chunks } = await openTransfer({ open }, { algorithms: [], signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await rejectionOf(collect(chunks));
    await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
  });
});

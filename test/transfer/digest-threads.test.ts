import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { digestOnThreads } from "../../src/transfer/digest-threads/digest-threads.ts";
import { digestOf } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";

const MIB = 2 ** 20;
const algorithms = ["md5", "sha256", "sha512"];

/** Bytes that are different at every place of a ring. */
const large = Buffer.alloc(11 * MIB + 12_345);
for (let at = 0; at + 4 <= large.length; at += 4) large.writeUInt32LE(at, at);

const program = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);

/** The digests of chunks, whose memory is another's as soon as they are taken. */
async function digestsOf(chunks: readonly Uint8Array[], file?: URL): Promise<unknown> {
  const digester = digestOnThreads(algorithms, file);
  try {
    for (const chunk of chunks) {
      const lent = new Uint8Array(chunk);
      await digester.update(lent);
      lent.fill(0xff);
    }
    return await digester.digests();
  } finally {
    await digester.close();
  }
}

function cut(bytes: Buffer, lengths: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const length = Math.max(1, lengths[turn % lengths.length] ?? 1);
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

const expectedOf = (bytes: Buffer) =>
  Object.fromEntries(algorithms.map((algorithm) => [algorithm, digestOf(algorithm, bytes)]));

it("however bytes are chunked, their digests are the same", async () => {
  const lengths = fc.array(fc.integer({ min: 4_000, max: 6 * MIB }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(lengths, fc.integer({ min: 0, max: large.length }), async (lengths, sizeBytes) => {
      const bytes = large.subarray(0, sizeBytes);
      expect(await digestsOf(cut(bytes, lengths))).toEqual(expectedOf(bytes));
    }),
    { numRuns: 10 },
  );
});

it.each([
  ["nothing", 0],
  ["as much as no thread is started for", 4 * MIB],
  ["a byte more", 4 * MIB + 1],
])("%s has its digests", async (_what, sizeBytes) => {
  const bytes = large.subarray(0, sizeBytes);
  expect(await digestsOf(cut(bytes, [64 * 1024]))).toEqual(expectedOf(bytes));
});

describe("a thread", () => {
  it.each([
    ["has no file", new URL("./no-such-file.js", import.meta.url)],
    ["isn't allowed", new URL("https://example.org/thread.js")],
    ["fails before it has read", program("throw new Error('out of memory')")],
    ["ends before it has read", program("process.exit(0)")],
  ])("that %s is done without", async (_what, file) => {
    expect(await digestsOf(cut(large, [100_000]), file)).toEqual(expectedOf(large));
  });

  it("that fails on its way is an error", async () => {
    const text = `
      import { workerData } from "node:worker_threads";
      Atomics.store(new Int32Array(workerData.memory.counts), 4 + workerData.reader, 1000);
      throw new Error("out of memory");`;
    expect(await rejectionOf(digestsOf(cut(large, [100_000]), program(text)))).toMatchObject({
      message: "out of memory",
    });
  });

  it("ends with its digester, early or not", async () => {
    const exited: Promise<unknown>[] = [];
    const watch = (worker: Worker) => exited.push(once(worker, "exit"));
    process.on("worker", watch);
    onTestFinished(() => void process.off("worker", watch));
    const early = digestOnThreads(algorithms);
    await early.update(large);
    await early.close();
    expect(exited).toHaveLength(3);
    await digestsOf([large]);
    expect(exited).toHaveLength(6);
    await Promise.all(exited);
  });

  it("is not started for an algorithm that Node.js doesn't have", () => {
    expect(() => digestOnThreads(["md6"])).toThrow(/Digest method not supported/);
  });
});

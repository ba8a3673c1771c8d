import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { type DecompressOptions, decompress } from "../../../src/transfer/index.ts";
import { chunksOf, collect, inChunks, stallingAfter } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { fixture, large, small } from "./samples.ts";

const outputOf = (data: Uint8Array, options: Partial<DecompressOptions> = {}) =>
  collect(decompress(inChunks(data), { codec: true, ...options }));

describe.each(["gz", "bz2", "xz", "zst"])("%s", (suffix) => {
  it("is found by its first bytes", async () => {
    expect((await outputOf(fixture(`large.${suffix}`))).equals(large)).toBe(true);
    expect(
      (await collect(decompress(inChunks(fixture(`small.${suffix}`), 1), { codec: true }))).equals(small),
    ).toBe(true);
  });

  it("is bounded: no byte more than the limit comes out", async () => {
    const taken: Uint8Array[] = [];
    const output = decompress(inChunks(fixture(`large.${suffix}`)), { codec: true, maxBytes: 1_500_000 });
    const reading = (async () => {
      for await (const chunk of output) taken.push(chunk);
    })();
    expect(await rejectionOf(reading)).toMatchObject({
      code: "ERR_DECOMPRESS",
      message: "The source decompresses to more than 1500000 bytes (maxBytes)",
    });
    expect(Buffer.concat(taken).length).toBeLessThanOrEqual(1_500_000);
    expect((await outputOf(fixture(`large.${suffix}`), { maxBytes: large.length })).equals(large)).toBe(true);
  });
});

describe("much from little", () => {
  const zeros = gzipSync(Buffer.alloc(100_000_000), { level: 9 });

  it("is taken, as of an empty disk", async () => {
    let bytes = 0;
    for await (const chunk of decompress(chunksOf(zeros), { codec: "gzip" })) bytes += chunk.length;
    expect(bytes).toBe(100_000_000);
  });

  it("is refused past a ratio, and before all of it is there", async () => {
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of decompress(chunksOf(zeros), { codec: "gzip", maxRatio: 900 }))
        bytes += chunk.length;
    })();
    expect(await rejectionOf(reading)).toMatchObject({
      code: "ERR_DECOMPRESS",
      message: `The source decompresses to more than 900 times the ${zeros.length} bytes that were read (maxRatio)`,
    });
    expect(bytes).toBeGreaterThanOrEqual(64 * 1024 * 1024);
    expect(bytes).toBeLessThan(100_000_000);
  });

  it.each([
    ["zstd", zstdCompressSync(Buffer.alloc(100_000_000))],
    ["bzip2", fixture("zeros.bz2")],
  ])("is refused by default where no disk is like that: %s", async (_codec, bomb) => {
    expect(await rejectionOf(outputOf(bomb))).toMatchObject({
      code: "ERR_DECOMPRESS",
      message: expect.stringContaining("more than 10000 times"),
    });
  });

  it("counts what a sparse file in an archive stands for", async () => {
    expect(await rejectionOf(outputOf(fixture("sparse-gnu.tar.gz"), { maxBytes: 1_000_000 }))).toMatchObject({
      code: "ERR_DECOMPRESS",
    });
  });
});

it.each([
  ["nothing", Buffer.alloc(0), "begins with nothing"],
  ["a page of HTML", Buffer.from("<html>"), "begins with the bytes 3c 68 74 6d 6c 3e"],
])("%s is no compressed source", async (_what, data, message) => {
  expect(await rejectionOf(outputOf(data))).toMatchObject({
    code: "ERR_DECOMPRESS",
    message: expect.stringContaining(message),
  });
});

it("what is declared is all that is taken", async () => {
  expect(await rejectionOf(outputOf(fixture("small.gz"), { codec: "zstd" }))).toMatchObject({
    code: "ERR_DECOMPRESS",
    declared: "zstd",
    detected: "gzip",
  });
});

it.each(["small.gz", "small.xz"])("nothing is asked of the source before it is wanted: %s", async (name) => {
  const open = vi.fn(() => chunksOf(fixture(name)));
  const output = decompress({ [Symbol.asyncIterator]: open }, { codec: true });
  expect(open).not.toHaveBeenCalled();
  await output.return(undefined);
  expect(open).not.toHaveBeenCalled();
});

it.each(["large.gz", "large.bz2", "large.xz", "large.zst"])(
  "its reader may leave while nothing more comes: %s",
  async (name) => {
    const output = decompress(stallingAfter(fixture(name), fixture(name)), { codec: true });
    expect((await output.next()).done).toBe(false);
    await output.return(undefined);
  },
);

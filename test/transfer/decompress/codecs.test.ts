import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { bzip2 } from "../../../src/transfer/decompress/bzip2.ts";
import { findMark } from "../../../src/transfer/decompress/bzip2-marks.ts";
import { DECOMPRESSORS } from "../../../src/transfer/decompress/decompress.ts";
import type { Decompressor } from "../../../src/transfer/decompress/decompressor.ts";
import { gzip } from "../../../src/transfer/decompress/gzip.ts";
import { xz } from "../../../src/transfer/decompress/xz.ts";
import { zstd } from "../../../src/transfer/decompress/zstd.ts";
import { chunksOf, collect, failingWith, inChunks, someBytes, stallingAfter } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { empty, fixture, large, runs, small } from "./samples.ts";

const SUFFIX = { gzip: "gz", bzip2: "bz2", xz: "xz", zstd: "zst" } as const;
const FAILURE = { name: "FormatError", code: "ERR_DECOMPRESS" };

const made = [gzip, bzip2, xz, zstd].map((codec) => [`${codec.codec}, here`, codec] as const);
const threads = DECOMPRESSORS.slice(1, 3).map((codec) => [`${codec.codec}, on a thread`, codec] as const);
const native = made.filter(([, codec]) => DECOMPRESSORS.includes(codec));

describe.each([...made, ...threads])("%s", (_title, codec) => {
  const of = (name: "small" | "large" | "empty") => fixture(`${name}.${SUFFIX[codec.codec]}`);
  const isNative = native.some(([, other]) => other === codec);
  const decompressed = (data: Uint8Array, chunkBytes?: number) =>
    collect(codec.decompress(inChunks(data, chunkBytes)));

  it("knows its own first bytes, and no other's", () => {
    const known = Object.values(SUFFIX).filter((suffix) => codec.matches(fixture(`small.${suffix}`)));
    expect(known).toEqual([SUFFIX[codec.codec]]);
    expect(codec.matches(new Uint8Array())).toBe(false);
    expect(codec.matches(small)).toBe(false);
  });

  it.each([1, 7, 4_096, 1_000_000])("gives the bytes, whatever comes at a time: %i", async (chunkBytes) => {
    expect((await decompressed(of("small"), chunkBytes)).equals(small)).toBe(true);
    expect((await decompressed(of("large"), Math.max(chunkBytes, 7))).equals(large)).toBe(true);
  });

  it("takes several members for one, and empty ones for nothing", async () => {
    const several = [of("empty"), of("small"), of("empty"), of("large"), of("small"), of("empty")];
    const all = Buffer.concat([small, large, small]);
    expect((await decompressed(Buffer.concat(several))).equals(all)).toBe(true);
    // Each ends where a chunk does; and chunks may be empty.
    const chunks = several.flatMap((member) => [member, empty]);
    expect((await collect(codec.decompress(chunksOf(...chunks)))).equals(all)).toBe(true);
    expect(await decompressed(of("empty"))).toEqual(empty);
  });

  it("leaves the memory of chunks alone", async () => {
    const whole = new Uint8Array(of("small"));
    await decompressed(whole);
    expect(whole).toEqual(new Uint8Array(of("small")));
  });

  it("tells of a chunk once, and not before it is done with it", async () => {
    const members = [of("small"), of("empty"), of("large"), of("small")];
    const { told, output } = await overwritten(codec, Buffer.concat(members), 1_000);
    expect(output.equals(Buffer.concat([small, large, small]))).toBe(true);
    // Node's own read ahead: of a few chunks, they tell nothing.
    if (!isNative) expect(told.size).toBeGreaterThan(1);
  });

  it.each([
    ["nothing", empty],
    ["one byte", Buffer.from("\x1f")],
    ["a page of HTML", Buffer.from("<!doctype html><title>Not found</title>")],
    ["a million zeros", Buffer.alloc(1_000_000)],
  ])("refuses %s", async (_what, data) => {
    expect(await rejectionOf(decompressed(data))).toMatchObject(FAILURE);
  });

  it.each([
    ["text", Buffer.from("and so on")],
    ["one byte", Buffer.from("x")],
    ["zeros and then text", Buffer.concat([Buffer.alloc(1_024), Buffer.from("text")])],
    ["a million zeros and then text", Buffer.concat([Buffer.alloc(1_000_000), Buffer.from("text")])],
  ])("refuses what comes behind the end: %s", async (_what, rest) => {
    const data = Buffer.concat([of("small"), rest]);
    expect(await rejectionOf(decompressed(data))).toMatchObject(FAILURE);
    expect(await rejectionOf(decompressed(data, 1_000))).toMatchObject(FAILURE);
    expect(await rejectionOf(collect(codec.decompress(chunksOf(of("small"), rest))))).toMatchObject(FAILURE);
  });

  it("refuses a second member that is cut off or damaged", async () => {
    const [first, second] = [of("large"), of("small")];
    for (const rest of [
      second.subarray(0, 10),
      second.subarray(0, -1),
      damaged(second, second.length - 10),
    ]) {
      expect(await rejectionOf(decompressed(Buffer.concat([first, rest])))).toMatchObject(FAILURE);
    }
  });

  it("reads no further ahead than a few chunks", async () => {
    let readBytes = 0;
    const counted = async function* () {
      for await (const chunk of inChunks(Buffer.concat(Array(200).fill(of("large"))), 1_000)) {
        readBytes += chunk.length;
        yield chunk;
      }
    };
    const output = codec.decompress(counted());
    await output.next();
    const before = readBytes;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(readBytes - before).toBeLessThan(200_000);
    await output.return(undefined);
  });

  it("leaves its source when its reader leaves, at any time", async () => {
    for (const taken of [0, 1]) {
      const left = vi.fn();
      const source = (async function* () {
        try {
          for (;;) yield of("large");
        } finally {
          left();
        }
      })();
      const output = codec.decompress(source);
      await output.next();
      if (taken > 0) await output.next();
      await output.return(undefined);
      await vi.waitFor(() => expect(left).toHaveBeenCalledOnce());
    }
  });

  it("passes an error of its source on as it is, at any time", async () => {
    const error = new Error("the connection is gone");
    for (const before of [[], [of("small").subarray(0, 20)], [of("small")], [of("large"), of("small")]]) {
      expect(await rejectionOf(collect(codec.decompress(failingWith(error, ...before))))).toBe(error);
    }
  });

  it("works for several at the same time", async () => {
    const outputs = await Promise.all([1, 2, 3].map(() => decompressed(of("large"), 500)));
    for (const output of outputs) expect(output.equals(large)).toBe(true);
  });
});

it.each([...native, ...threads])(
  "%s: its reader may leave while nothing more comes from its source",
  async (_title, codec) => {
    const compressed = fixture(`large.${SUFFIX[codec.codec]}`);
    const output = codec.decompress(stallingAfter(compressed, compressed));
    const { value } = await output.next();
    expect(large.subarray(0, value?.length).equals(value ?? empty)).toBe(true);
    await output.return(undefined);
  },
);

describe.each(made)("every byte counts: %s", (_title, codec) => {
  const compressed = fixture(`small.${SUFFIX[codec.codec]}`);

  it("what is cut off, wherever, is refused", { timeout: 60_000 }, async () => {
    for (let length = 0; length < compressed.length; length++) {
      const error = await rejectionOf(collect(codec.decompress(chunksOf(compressed.subarray(0, length)))));
      expect(error, `cut off at ${length}`).toMatchObject(FAILURE);
    }
  });

  it("what is damaged, wherever, is refused, or makes no difference", { timeout: 60_000 }, async () => {
    for (let at = 0; at < compressed.length; at++) {
      for (const bits of [0x01, 0x10, 0xff]) {
        const [result] = await Promise.allSettled([outputOf(codec, damaged(compressed, at, bits))]);
        if (result.status === "rejected") expect(result.reason).toMatchObject(FAILURE);
        else expect(result.value.equals(small), `byte ${at}, bits ${bits}`).toBe(true);
      }
    }
  });
});

describe("what a format has for itself", () => {
  it.each([
    ["gzip: zeros behind a member", gzip, [fixture("small.gz"), Buffer.alloc(1_000)]],
    ["gzip: very many of them", gzip, [fixture("small.gz"), Buffer.alloc(3_000_000)]],
    ["xz: zeros behind a stream, four or a multiple", xz, [fixture("small.xz"), Buffer.alloc(4)]],
    ["xz: no check at all", xz, [fixture("none.xz")]],
    ["zstd: no checksum", zstd, [fixture("unchecked.zst")]],
    ["zstd: a frame to be skipped, before", zstd, [skippable(5), fixture("small.zst")]],
    ["zstd: frames to be skipped, behind", zstd, [fixture("small.zst"), skippable(0), skippable(300_000)]],
  ])("%s", async (_what, codec, parts) => {
    expect((await outputOf(codec, Buffer.concat(parts))).equals(small)).toBe(true);
    expect((await collect(codec.decompress(chunksOf(...parts)))).equals(small)).toBe(true);
  });

  it("xz: zeros between streams", async () => {
    const streams = Buffer.concat([fixture("small.xz"), Buffer.alloc(8), fixture("small.xz")]);
    expect((await outputOf(xz, streams)).equals(Buffer.concat([small, small]))).toBe(true);
  });

  it.each([
    [
      "gzip: a member behind zeros",
      gzip,
      [fixture("small.gz"), Buffer.alloc(4), fixture("small.gz")],
      "behind",
    ],
    ["bzip2: zeros behind a stream", bzip2, [fixture("small.bz2"), Buffer.alloc(4)], "behind the end"],
    ["xz: three zeros behind a stream", xz, [fixture("small.xz"), Buffer.alloc(3)], "xz data"],
    ["xz: a check that is rare", xz, [fixture("sha256.xz")], "--check=sha256"],
    ["xz: a filter", xz, [fixture("filter.xz")], "a filter that is rare"],
    ["zstd: a frame to be skipped, cut off", zstd, [skippable(100).subarray(0, 50)], "cut off"],
    ["zstd: the head of one, cut off", zstd, [skippable(100).subarray(0, 6)], "cut off"],
    ["zstd: a window of terabytes", zstd, [hugeWindow()], "memory"],
  ])("%s is refused", async (_what, codec, parts, message) => {
    expect(await rejectionOf(outputOf(codec, Buffer.concat(parts)))).toMatchObject({
      ...FAILURE,
      message: expect.stringContaining(message),
    });
  });

  it.each(["314159265359", "177245385090"])(
    "bzip2: bits that look like a mark are none: %s",
    async (mark) => {
      const marked = withSelectors(fixture("small.bz2"), bitsOf(Buffer.from(mark, "hex")));
      expect(findMark(marked, 33).bit).toBeLessThan(findMark(fixture("small.bz2"), 33).bit - 1_000);
      expect((await outputOf(bzip2, marked)).equals(small)).toBe(true);
      expect((await collect(bzip2.decompress(inChunks(marked, 1)))).equals(small)).toBe(true);
      expect(await rejectionOf(outputOf(bzip2, marked.subarray(0, -30)))).toMatchObject(FAILURE);
    },
  );
});

it.each([["here", bzip2], ...threads.filter(([, { codec }]) => codec === "bzip2")] as const)(
  "bzip2: a block from which much comes is handed on in parts: %s",
  async (_where, codec) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of codec.decompress(chunksOf(fixture("runs.bz2"), fixture("runs.bz2"))))
      chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(Buffer.concat([runs, runs]))).toBe(true);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(runs.length);
  },
);

function outputOf(codec: Decompressor, data: Uint8Array): Promise<Buffer> {
  return collect(codec.decompress(chunksOf(data)));
}

it.each([
  [gzip, gzipSync],
  [zstd, zstdCompressSync],
] as const)("of much data, it is told of most chunks: %o", async (codec, compress) => {
  const data = someBytes(4_000_000);
  const { told, output } = await overwritten(codec, compress(data), 65_536);
  expect(output.equals(data)).toBe(true);
  expect(told.size).toBeGreaterThan(30);
});

/** Decompresses chunks, each of which is overwritten as soon as its memory is said to be free. */
async function overwritten(codec: Decompressor, compressed: Uint8Array, chunkBytes: number) {
  const told = new Set<Uint8Array>();
  const source = (async function* () {
    for await (const chunk of inChunks(compressed, chunkBytes)) yield new Uint8Array(chunk);
  })();
  const chunks = codec.decompress(source, (chunk) => {
    expect(told).not.toContain(chunk);
    told.add(chunk);
    chunk.fill(0xff);
  });
  return { told, output: await collect(chunks) };
}

function damaged(data: Uint8Array, at: number, bits = 0xff): Buffer {
  const other = Buffer.from(data);
  other[at] = (other[at] ?? 0) ^ bits;
  return other;
}

/** A zstd frame that says nothing (RFC 8878, 3.1.2). */
function skippable(bytes: number): Buffer {
  const frame = Buffer.alloc(8 + bytes, 0x28);
  frame.writeUInt32LE(0x184d2a57, 0);
  frame.writeUInt32LE(bytes, 4);
  return frame;
}

/** A zstd frame of one byte that asks for a window of 2⁴¹ bytes. */
function hugeWindow(): Buffer {
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0x09, 0x00, 0x00, 0x78]);
}

function bitsOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
}

/**
 * The same bzip2 data with more selectors of Huffman tables than it has use for. They may say anything: a number of
 * ones and a zero each, as many as there are.
 */
function withSelectors(data: Uint8Array, selectors: string): Buffer {
  const bits = bitsOf(data);
  const map = (4 + 6 + 4) * 8 + 1 + 24;
  const groups = map + 16 + 16 * [...bits.slice(map, map + 16)].filter((bit) => bit === "1").length;
  const count = groups + 3;
  const own = Number.parseInt(bits.slice(count, count + 15), 2);
  const [all = ""] = new RegExp(`^(?:1*0){${own}}`).exec(bits.slice(count + 15)) ?? [];
  const more = `${selectors}0`.match(/1*0/g) ?? [];
  const [padded = ""] = /^.*?(?=0{0,7}$)/.exec(bits) ?? [];
  const end = (own + more.length).toString(2).padStart(15, "0") + all + more.join("");
  const changed = bits.slice(0, count) + end + padded.slice(count + 15 + all.length);
  const bytes = changed.padEnd(Math.ceil(changed.length / 8) * 8, "0").match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

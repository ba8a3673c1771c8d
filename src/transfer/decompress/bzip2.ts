import { freeMemory } from "../free-memory.ts";
import { type ByteReader, byteReader } from "./byte-reader.ts";
import { bitsAt, cutBlock } from "./bzip2-block.ts";
import { findMark, MARK_BITS, type Mark } from "./bzip2-marks.ts";
import { type Decompressor, type Done, startsWith } from "./decompressor.ts";
import { checkBeginning, corrupt, trailing, truncated } from "./errors.ts";

/** More than any block has when it is compressed. */
const MAX_BLOCK_BITS = 2 * 1024 * 1024 * 8;

/** The most that comes of a block: 900,000 bytes, each five of which may stand for a run of 259. */
const MAX_OUTPUT_BYTES = (900_000 / 5) * 259;

const PART_BYTES = 1024 * 1024;

/** Decompresses a bzip2 stream that is whole, in memory. */
type Decompress = (stream: Uint8Array) => Uint8Array;

/**
 * bzip2, by libbzip2 as WebAssembly. That takes whole streams, so each block is cut out and made into one: a block has
 * a digest of its own, and the digest of the whole is made of theirs.
 */
export const bzip2: Decompressor<"bzip2"> = {
  codec: "bzip2",
  matches: (head) => levelOf(head) !== undefined,
  async *decompress(compressed, done) {
    const reader = byteReader(compressed);
    try {
      checkBeginning(bzip2, await reader.peek(4), 4);
      const decompress = await loadLibrary();
      for (;;) {
        const head = await reader.read(4);
        if (head.length === 0) return;
        const level = levelOf(head);
        if (level === undefined) throw trailing("bzip2");
        yield* decompressStream(bitWindow(reader, done), level, decompress);
      }
    } finally {
      await reader.close();
    }
  },
};

let library: Promise<Decompress> | undefined;

/** Once for each thread: it adds listeners to the process. */
function loadLibrary(): Promise<Decompress> {
  library ??= import("@foxglove/wasm-bz2").then(async ({ default: Bzip2 }) => {
    const instance = await Bzip2.init();
    return (stream) => instance.decompress(stream, MAX_OUTPUT_BYTES);
  });
  return library;
}

/** 1 to 9: how many 100,000 bytes there are in a block. */
function levelOf(head: Uint8Array): number | undefined {
  const level = (head[3] ?? 0) - 0x30;
  return startsWith(head, 0x42, 0x5a, 0x68) && level >= 1 && level <= 9 ? level : undefined;
}

async function* decompressStream(
  window: BitWindow,
  level: number,
  decompress: Decompress,
): AsyncGenerator<Uint8Array> {
  let crc = 0;
  let mark = await window.markFrom(0);
  if (mark.bit !== 0) throw corrupt("bzip2", "no block begins where the first one should");
  while (mark.kind === "block") {
    const block = await nextBlock(window, mark, level, decompress);
    crc = (((crc << 1) | (crc >>> 31)) ^ block.crc) >>> 0;
    yield* inParts(block.output);
    mark = window.forget(block.end);
  }
  if ((await window.bits(mark.bit + MARK_BITS, 32)) !== crc)
    throw corrupt("bzip2", "its digest is another one");
  window.leave(mark.bit + MARK_BITS + 32);
}

/** A block of zeros is 46 MB: whoever works beside this one takes several parts ahead. */
function* inParts(output: Uint8Array): Generator<Uint8Array> {
  for (let offset = 0; offset < output.length; offset += PART_BYTES)
    yield output.subarray(offset, offset + PART_BYTES);
}

/** Decompresses the block at a mark. Where the next mark is none, the block is longer than it seemed. */
async function nextBlock(window: BitWindow, { bit }: Mark, level: number, decompress: Decompress) {
  let failure: unknown;
  let from = bit + MARK_BITS;
  for (;;) {
    const end = await window.markFrom(from, failure);
    if (end.bit - bit > MAX_BLOCK_BITS) throw corrupt("bzip2", "a block can't be decompressed", failure);
    const { stream, crc } = cutBlock(window.bytes(), bit, end.bit, level);
    try {
      return { output: decompress(stream), crc, end };
    } catch (error) {
      failure = error;
      from = end.bit + 1;
    } finally {
      freeMemory(stream);
    }
  }
}

/** What was read of a stream and isn't decompressed yet. */
interface BitWindow {
  bytes(): Uint8Array;
  /** The first mark at or behind a bit. Reads on until there is one. */
  markFrom(bit: number, failure?: unknown): Promise<Mark>;
  bits(bit: number, count: number): Promise<number>;
  /** Forgets what is before a mark; the mark at its new place. */
  forget(mark: Mark): Mark;
  /** Gives back what comes behind this bit, from the next byte on. */
  leave(bit: number): void;
}

function bitWindow(reader: ByteReader, done: Done | undefined): BitWindow {
  let bytes = new Uint8Array();

  async function more(failure?: unknown): Promise<void> {
    const chunk = await reader.take();
    if (chunk === undefined && failure !== undefined)
      throw corrupt("bzip2", "a block can't be decompressed", failure);
    if (chunk === undefined) throw truncated("bzip2");
    const longer = new Uint8Array(bytes.length + chunk.length);
    longer.set(bytes);
    longer.set(chunk, bytes.length);
    // At once: the collector would let a hundred of these pile up.
    bytes.buffer.transfer(0);
    bytes = longer;
    done?.(chunk);
  }

  return {
    bytes: () => bytes,
    async markFrom(bit, failure) {
      let from = bit;
      for (;;) {
        const found = findMark(bytes, from);
        if (found.kind !== "none") return found;
        if (found.bit - bit > MAX_BLOCK_BITS) throw corrupt("bzip2", "a block has no end", failure);
        from = found.bit;
        await more(failure);
      }
    },
    async bits(bit, count) {
      while (bytes.length * 8 < bit + count) await more();
      return bitsAt(bytes, bit, count);
    },
    forget({ kind, bit }) {
      bytes = bytes.subarray(Math.floor(bit / 8));
      return { kind, bit: bit % 8 };
    },
    leave(bit) {
      reader.putBack(bytes.subarray(Math.ceil(bit / 8)));
    },
  };
}

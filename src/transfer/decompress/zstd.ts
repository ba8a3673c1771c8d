import { createZstdDecompress } from "node:zlib";
import { type ByteReader, byteReader } from "./byte-reader.ts";
import type { Decompressor, Done } from "./decompressor.ts";
import { checkBeginning, corrupt, trailing, truncated, unreadable } from "./errors.ts";
import { feed, OUTPUT_BYTES, throughZlib, zlibCode } from "./through-zlib.ts";
import { frameKind, walkFrame } from "./zstd-frame.ts";

/** Zstandard (RFC 8878), by Node's zlib, one frame after the other. Skippable frames are skipped. */
export const zstd: Decompressor = {
  codec: "zstd",
  matches: (head) => frameKind(head) !== undefined,
  async *decompress(compressed, done) {
    const reader = byteReader(compressed);
    try {
      checkBeginning(zstd, await reader.peek(4), 4);
      for (;;) {
        const head = await reader.peek(4);
        if (head.length === 0) return;
        const kind = frameKind(head);
        if (kind === undefined) throw trailing("zstd");
        if (kind === "skippable") await skipFrame(reader);
        else yield* decompressFrame(reader, done);
      }
    } finally {
      await reader.close();
    }
  },
};

async function* decompressFrame(reader: ByteReader, done: Done | undefined): AsyncGenerator<Uint8Array> {
  const zlib = createZstdDecompress({ chunkSize: OUTPUT_BYTES });
  try {
    yield* throughZlib(feed(frameOf(reader), zlib, done).chunks, zlib);
  } catch (error) {
    const code = zlibCode(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    if (code.includes("windowTooLarge") || code.includes("dictionary")) {
      throw unreadable("zstd", error.message, error);
    }
    throw corrupt("zstd", error.message, error);
  }
}

/** The bytes of one frame, whole. */
async function* frameOf(reader: ByteReader): AsyncGenerator<Uint8Array> {
  const frame = walkFrame();
  while (!frame.ended()) {
    const chunk = await reader.take();
    if (chunk === undefined) throw truncated("zstd");
    const own = frame.walk(chunk);
    if (own === chunk.length) yield chunk;
    else {
      reader.putBack(chunk.subarray(own));
      // A copy: the memory is in use until the rest is done with.
      yield new Uint8Array(chunk.subarray(0, own));
    }
  }
}

async function skipFrame(reader: ByteReader): Promise<void> {
  const head = await reader.read(8);
  if (head.length < 8) throw truncated("zstd");
  let left = new DataView(head.buffer, head.byteOffset).getUint32(4, true);
  while (left > 0) {
    const chunk = await reader.take();
    if (chunk === undefined) throw truncated("zstd");
    reader.putBack(chunk.subarray(left));
    left -= Math.min(left, chunk.length);
  }
}

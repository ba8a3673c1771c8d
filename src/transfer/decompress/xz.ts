import { ReadableStream } from "node:stream/web";
import { type ByteReader, byteReader } from "./byte-reader.ts";
import { type Decompressor, type Done, startsWith } from "./decompressor.ts";
import { checkBeginning, corrupt, truncated, unreadable } from "./errors.ts";

/** xz, by XZ Embedded as WebAssembly. Zeros behind a stream are padding: four, or a multiple of it. */
export const xz: Decompressor<"xz"> = {
  codec: "xz",
  matches: (head) => startsWith(head, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00),
  async *decompress(compressed, done) {
    const reader = byteReader(compressed);
    try {
      checkBeginning(xz, await reader.peek(6), 6);
      const { XzReadableStream } = (await import("xz-decompress")).default;
      for await (const chunk of new XzReadableStream(ReadableStream.from(takenFrom(reader, done)))) {
        if (chunk.length > 0) yield chunk;
      }
    } catch (error) {
      throw failureOf(error);
    } finally {
      await reader.close();
    }
  },
};

/** The library asks for a chunk when it has copied all of the last one, and holds on to that until the next is there. */
async function* takenFrom(reader: ByteReader, done: Done | undefined): AsyncGenerator<Uint8Array> {
  let last: Uint8Array | undefined;
  for await (const chunk of reader.rest()) {
    yield chunk;
    if (last !== undefined) done?.(last);
    last = chunk;
  }
}

/** The library says it by the numbers of XZ Embedded (`enum xz_ret`). */
function failureOf(error: unknown): unknown {
  const [, code] = (error instanceof Error && /error code (\d+)$/.exec(error.message)) || [];
  switch (code) {
    case undefined:
      return error;
    case "3":
    case "4":
      return unreadable("xz", "its dictionary is larger than 64 MiB", error);
    case "6":
      return unreadable("xz", "it has a check or a filter that is rare, such as --check=sha256", error);
    case "8":
      return truncated("xz", error);
    default:
      return corrupt("xz", "it is no xz data any more at some place, or behind its end", error);
  }
}

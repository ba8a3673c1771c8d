import { corrupt } from "./errors.ts";

/** The first bytes of a frame of data (RFC 8878, 3.1.1), as a little-endian number. */
const MAGIC = 0xfd2fb528;

/** The first bytes of a frame to be skipped (RFC 8878, 3.1.2), without their last four bits. */
const SKIPPABLE_MAGIC = 0x184d2a50;

/** No block is longer (RFC 8878, 3.1.1.2.4). */
const MAX_BLOCK_BYTES = 128 * 1024;

/** What the first four bytes of a frame say. */
export function frameKind(head: Uint8Array): "data" | "skippable" | undefined {
  if (head.length < 4) return undefined;
  const magic = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  if (magic === MAGIC) return "data";
  return (magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC ? "skippable" : undefined;
}

/** Follows a frame of data through chunks, to find its end. */
export interface FrameWalk {
  /** How many bytes of this chunk are the frame's. */
  walk(chunk: Uint8Array): number;
  ended(): boolean;
}

/**
 * Walks over the headers of a frame, and decompresses nothing: Node's own decompressor says nothing of a second frame
 * before Node 26, and nothing of an end that is missing before Node 24.
 */
export function walkFrame(): FrameWalk {
  // What is wanted next: `header.length` bytes to look at, or `skip` bytes to pass over.
  let header = new Uint8Array(5);
  let have = 0;
  let skip = 0;
  let read: () => void = readDescriptor;
  let checksum = false;
  let last = false;
  let done = false;

  function want(bytes: number, next: () => void): void {
    header = new Uint8Array(bytes);
    have = 0;
    read = next;
  }

  function readDescriptor(): void {
    const descriptor = header[4] ?? 0;
    checksum = (descriptor & 0x04) !== 0;
    skip = restOfFrameHeader(descriptor);
    want(3, readBlock);
  }

  function readBlock(): void {
    const block = (header[0] ?? 0) | ((header[1] ?? 0) << 8) | ((header[2] ?? 0) << 16);
    const type = (block >> 1) & 3;
    const size = block >> 3;
    if (type === 3) throw corrupt("zstd", "a block is of a type that doesn't exist");
    if (size > MAX_BLOCK_BYTES) throw corrupt("zstd", `a block claims ${size} bytes`);
    last = (block & 1) === 1;
    // A block of type 1 is one byte that is repeated.
    skip = type === 1 ? 1 : size;
    if (last && checksum) skip += 4;
    want(3, readBlock);
  }

  return {
    ended: () => done,
    walk(chunk) {
      let offset = 0;
      while (!done) {
        if (skip > 0) {
          const passed = Math.min(skip, chunk.length - offset);
          skip -= passed;
          offset += passed;
          if (skip > 0) return offset;
        }
        if (last) {
          done = true;
          break;
        }
        if (offset === chunk.length) return offset;
        const part = chunk.subarray(offset, offset + header.length - have);
        header.set(part, have);
        have += part.length;
        offset += part.length;
        if (have === header.length) read();
      }
      return offset;
    },
  };
}

/** How long the header of a frame is behind its descriptor (RFC 8878, 3.1.1.1). */
function restOfFrameHeader(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const window = singleSegment ? 0 : 1;
  const dictionaryId = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return window + dictionaryId + contentSize;
}

/**
 * How long the frame of data is that some bytes begin with; `undefined` when they don't, or it isn't whole. Node.js
 * takes what follows a frame for another one.
 */
export function zstdFrameBytes(bytes: Uint8Array): number | undefined {
  if (frameKind(bytes) !== "data") return undefined;
  const frame = walkFrame();
  const length = frame.walk(bytes);
  return frame.ended() ? length : undefined;
}

import { END, MARK_BITS } from "./bzip2-marks.ts";

/** A block by itself, as a stream that a decompressor takes. */
export interface CutBlock {
  readonly stream: Uint8Array;
  /** Its digest, which the digest of the whole stream is made of. */
  readonly crc: number;
}

/** Cuts a block out of a stream: the bits from its mark to the next one. */
export function cutBlock(bytes: Uint8Array, startBit: number, endBit: number, level: number): CutBlock {
  const bits = endBit - startBit;
  const stream = new Uint8Array(4 + Math.ceil((bits + MARK_BITS + 32) / 8));
  stream.set([0x42, 0x5a, 0x68, 0x30 + level]);
  const from = Math.floor(startBit / 8);
  const shift = startBit % 8;
  const count = Math.ceil(bits / 8);
  for (let index = 0; index < count; index++) {
    const pair = ((bytes[from + index] ?? 0) << 8) | (bytes[from + index + 1] ?? 0);
    stream[4 + index] = pair >> (8 - shift);
  }
  const crc = bitsAt(stream, 4 * 8 + MARK_BITS, 32);
  // A stream of one block has the digest of that block.
  putBits(stream, 4 * 8 + bits, END, MARK_BITS);
  putBits(stream, 4 * 8 + bits + MARK_BITS, BigInt(crc), 32);
  return { stream, crc };
}

/** Up to 32 bits as a number. Those behind the end of the bytes are zeros. */
export function bitsAt(bytes: Uint8Array, bit: number, count: number): number {
  let value = 0;
  for (let index = bit; index < bit + count; index++) {
    value = value * 2 + (((bytes[Math.floor(index / 8)] ?? 0) >> (7 - (index % 8))) & 1);
  }
  return value;
}

function putBits(bytes: Uint8Array, bit: number, value: bigint, count: number): void {
  for (let index = 0; index < count; index++) {
    const byte = Math.floor((bit + index) / 8);
    const mask = 0x80 >> ((bit + index) % 8);
    const set = ((value >> BigInt(count - 1 - index)) & 1n) === 1n;
    bytes[byte] = set ? (bytes[byte] ?? 0) | mask : (bytes[byte] ?? 0) & ~mask;
  }
}

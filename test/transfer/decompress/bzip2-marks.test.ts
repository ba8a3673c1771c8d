import fc from "fast-check";
import { expect, it } from "vitest";
import { bitsAt, cutBlock } from "../../../src/transfer/decompress/bzip2-block.ts";
import { findMark } from "../../../src/transfer/decompress/bzip2-marks.ts";

const MARKS = { block: 0x314159265359n, end: 0x177245385090n } as const;

const marked = fc.record({
  before: fc.array(fc.boolean(), { maxLength: 100 }),
  kind: fc.constantFrom("block" as const, "end" as const),
  after: fc.array(fc.boolean(), { minLength: 8, maxLength: 100 }),
});

it("a mark is found at every bit, and nowhere else", () => {
  fc.assert(
    fc.property(marked, ({ before, kind, after }) => {
      const bytes = bytesOf(bitsOf(before) + MARKS[kind].toString(2).padStart(48, "0") + bitsOf(after));
      expect(findMark(bytes, 0)).toEqual({ kind, bit: before.length });
      expect(findMark(bytes, before.length)).toEqual({ kind, bit: before.length });
      expect(findMark(bytes, before.length + 1).kind).toBe("none");
    }),
  );
});

it("a mark that isn't whole yet is found later, from where the search is told to go on", () => {
  fc.assert(
    fc.property(marked, fc.nat(), ({ before, kind, after }, seed) => {
      const bytes = bytesOf(bitsOf(before) + MARKS[kind].toString(2).padStart(48, "0") + bitsOf(after));
      const whole = Math.ceil((before.length + 48) / 8);
      const part = findMark(bytes.subarray(0, seed % whole), 0);
      expect(part.kind).toBe("none");
      expect(findMark(bytes, part.bit)).toEqual({ kind, bit: before.length });
    }),
  );
});

it("a block that is cut out is a stream of its own, with its digest behind the end mark", () => {
  fc.assert(
    fc.property(marked, ({ before, after }) => {
      const block = MARKS.block.toString(2).padStart(48, "0") + "1".repeat(32) + bitsOf(after);
      const bytes = bytesOf(`${bitsOf(before)}${block}10101`);
      const { stream, crc } = cutBlock(bytes, before.length, before.length + block.length, 9);
      expect(Buffer.from(stream.subarray(0, 4)).toString()).toBe("BZh9");
      expect(crc).toBe(0xffffffff);
      const end = MARKS.end.toString(2).padStart(48, "0") + "1".repeat(32);
      expect(Buffer.from(stream.subarray(4))).toEqual(Buffer.from(bytesOf(block + end)));
      expect(bitsAt(stream, 32, 24)).toBe(0x314159);
    }),
  );
});

function bitsOf(bits: readonly boolean[]): string {
  return bits.map((bit) => (bit ? "1" : "0")).join("");
}

function bytesOf(bits: string): Uint8Array {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, "0");
  return Uint8Array.from(padded.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

/** Where a block or the end of a stream begins: at any bit, not at a byte. */
export interface Mark {
  readonly kind: "block" | "end";
  readonly bit: number;
}

/** What a search came to: a mark, or the bit from which on to look again when there are more bytes. */
export type Search = Mark | { readonly kind: "none"; readonly bit: number };

/** How long a mark is, in bits. */
export const MARK_BITS = 48;

/** The binary-coded decimals of π: a block begins. */
const BLOCK = 0x314159265359n;

/** Those of √π: a stream ends. */
export const END = 0x177245385090n;

/** A mark as it looks in bytes when it begins this many bits behind the beginning of one. */
interface Pattern {
  readonly kind: Mark["kind"];
  readonly shift: number;
  readonly bytes: readonly number[];
  readonly masks: readonly number[];
}

const PATTERNS: readonly Pattern[] = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((shift) => [
  patternOf("block", BLOCK, shift),
  patternOf("end", END, shift),
]);

/** By the third and fourth byte, which are a mark's own at every shift. */
const BY_MIDDLE: ReadonlyMap<number, readonly Pattern[]> = Map.groupBy(PATTERNS, ({ bytes }) =>
  middle(bytes[2], bytes[3]),
);

/**
 * Finds the next mark. One in some 2⁴⁸ is none, but data that looks like it: only who decompresses what is before it
 * can tell.
 */
export function findMark(bytes: Uint8Array, fromBit: number): Search {
  const from = Math.floor(fromBit / 8);
  for (let start = from; start + 6 <= bytes.length; start++) {
    const patterns = BY_MIDDLE.get(middle(bytes[start + 2], bytes[start + 3]));
    if (patterns === undefined) continue;
    for (const pattern of patterns) {
      const bit = start * 8 + pattern.shift;
      if (bit < fromBit || !agrees(bytes, start, pattern)) continue;
      if (start + lengthOf(pattern) > bytes.length) return { kind: "none", bit };
      return { kind: pattern.kind, bit };
    }
  }
  return { kind: "none", bit: Math.max(fromBit, (bytes.length - 6) * 8) };
}

function patternOf(kind: Mark["kind"], mark: bigint, shift: number): Pattern {
  const all = mark << BigInt(8 - shift);
  const indices = [0, 1, 2, 3, 4, 5, 6];
  const bytes = indices.map((index) => Number((all >> BigInt(48 - 8 * index)) & 0xffn));
  const masks = indices.map((index) => {
    if (index === 0) return 0xff >> shift;
    return index === 6 ? (0xff00 >> shift) & 0xff : 0xff;
  });
  return { kind, shift, bytes, masks };
}

function lengthOf({ shift }: Pattern): number {
  return shift === 0 ? 6 : 7;
}

/** Bytes that aren't there yet agree. */
function agrees(bytes: Uint8Array, start: number, { bytes: wanted, masks }: Pattern): boolean {
  return wanted.every((byte, index) => {
    const found = bytes[start + index];
    return found === undefined || ((found ^ byte) & (masks[index] ?? 0)) === 0;
  });
}

function middle(third: number | undefined, fourth: number | undefined): number {
  return ((third ?? 0) << 8) | (fourth ?? 0);
}

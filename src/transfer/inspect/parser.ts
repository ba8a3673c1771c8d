import type { InspectedFormat, Problem } from "./inspection.ts";

/** Bytes that a parser wants to see: from an offset on, or the last of the image. */
export type Region = { readonly offset: number; readonly length: number } | { readonly last: number };

/** What a parser makes of data that is of its format. */
export interface Finding {
  readonly format: InspectedFormat;
  /** The size of the disk that the data describes, in bytes; or where the disk begins, when the data from there on is it. */
  readonly disk?: { readonly sizeBytes: bigint } | { readonly offsetBytes: number } | undefined;
  readonly problems: readonly Problem[];
  readonly details?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/**
 * Looks for one format: asks for one region after the other and ends with what it found, or with nothing. Regions go
 * forward, as a stream does: of one that begins before the end of the last nothing is given. What lies beyond the end
 * of the data is left off.
 */
export type Parser = () => Generator<Region, Finding | undefined, Uint8Array>;

/** No parser is given more than this at once: what VMware's descriptors may have, and qemu reads of them. */
export const MAX_REGION_BYTES: number = 2 ** 20;

/** The most that a parser may want of the end: the footer of a stream-optimised VMDK. */
export const MAX_LAST_BYTES = 1536;

const NOTHING: Uint8Array = new Uint8Array();

/** A parser at work. */
export interface Parsing {
  /** What it waits for; `undefined` when it is done. */
  readonly wanted: Region | undefined;
  /** What it found, when it is done. */
  readonly found: Finding | undefined;
  give(bytes: Uint8Array): void;
}

export function parsing(parser: Parser): Parsing {
  const steps = parser();
  let passedBytes = 0;
  let wanted: Region | undefined;
  let found: Finding | undefined;

  const next = (bytes: Uint8Array): void => {
    for (let given = bytes; ; given = NOTHING) {
      const step = steps.next(given);
      if (step.done === true) {
        wanted = undefined;
        found = step.value;
        return;
      }
      wanted = limited(step.value);
      if ("last" in wanted) return;
      const { offset, length } = wanted;
      if (length > 0 && Number.isSafeInteger(offset) && offset >= passedBytes) {
        passedBytes = offset + length;
        return;
      }
    }
  };
  next(NOTHING);
  return {
    get wanted() {
      return wanted;
    },
    get found() {
      return found;
    },
    give: next,
  };
}

function limited(region: Region): Region {
  if ("last" in region) return { last: Math.min(region.last, MAX_LAST_BYTES) };
  return { offset: region.offset, length: Math.min(region.length, MAX_REGION_BYTES) };
}

import type { Parsing } from "./parser.ts";

/** Gives a parser the regions it wants as they come by. */
export interface Capture {
  /** @param offset Where in the data the chunk begins. */
  update(chunk: Uint8Array, offset: number): void;
  /** The data has ended: gives what there is of every region. */
  end(last: (count: number) => Uint8Array): void;
}

export function capture(parsing: Parsing): Capture {
  let buffer: Uint8Array | undefined;
  let filled = 0;

  const give = (bytes: Uint8Array): void => {
    buffer = undefined;
    filled = 0;
    parsing.give(bytes);
  };
  return {
    update(chunk, offset) {
      for (;;) {
        const { wanted } = parsing;
        if (wanted === undefined || "last" in wanted) return;
        const start = wanted.offset + filled - offset;
        if (start >= chunk.length) return;
        buffer ??= new Uint8Array(wanted.length);
        const part = chunk.subarray(start, start + wanted.length - filled);
        buffer.set(part, filled);
        filled += part.length;
        if (filled < wanted.length) return;
        give(buffer);
      }
    },
    end(last) {
      for (;;) {
        const { wanted } = parsing;
        if (wanted === undefined) return;
        give("last" in wanted ? last(wanted.last) : (buffer?.subarray(0, filled) ?? new Uint8Array()));
      }
    },
  };
}

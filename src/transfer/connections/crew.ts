import type { BufferPool } from "../buffer-pool.ts";
import { type Segment, segment } from "./segment.ts";
import type { Range } from "./whole.ts";

/** Connections over which parts can be asked for. */
export interface Parts {
  /** The bytes of a part. Whatever else comes in place of them is thrown. */
  fetch(range: Range): AsyncIterable<Uint8Array>;
  /** Ends them all. Harmless when it was done before. */
  close(): void;
}

/** What a crew works on, and for whom. */
export interface Work extends Range {
  readonly parts: Parts;
  readonly segmentBytes: number;
  /** How many segments may be in memory. */
  readonly maxSegments: number;
  readonly pool: BufferPool;
  /** Told how many bytes have come. */
  onBytes(count: number): void;
  /** Told when a part didn't come as a whole, with whether anything of it did. */
  onFailure(hasBegun: boolean): void;
}

/** Connections that fetch the segments of a part: in any order, to be taken in theirs. */
export interface Crew {
  /** Lets so many connections work at the same time; those that are more finish their segment. */
  allow(connections: number): void;
  /** What is to be taken next, when it is there. */
  take(): Uint8Array | undefined;
  /** Where that begins. */
  nextByte(): number;
  /** Whether a byte of what is to be taken next has come. */
  hasBegun(): boolean;
  /** Whether somebody fetches what is to be taken next. */
  isComing(): boolean;
  /** Resolves when something has come, or was given up. */
  news(): Promise<void>;
  /** Ends all connections. Nobody is told of anything after it. */
  close(): void;
}

/** A crew of which nobody works yet. */
export function crew(work: Work): Crew {
  const { parts, endByte, segmentBytes, maxSegments, pool, onBytes, onFailure } = work;
  const segments: Segment[] = [];
  const fetched = new Set<Segment>();
  let allowed = 0;
  let isClosed = false;
  let begunBytes = work.startByte;
  let takenBytes = work.startByte;
  let news = Promise.withResolvers<void>();

  const tell = (): void => {
    news.resolve();
    news = Promise.withResolvers();
  };
  const nextSegment = (): Segment | undefined => {
    const given = segments.find((each) => each.nextByte() < each.endByte && !fetched.has(each));
    if (given !== undefined || segments.length === maxSegments || begunBytes >= endByte) return given;
    const range = { startByte: begunBytes, endByte: Math.min(begunBytes + segmentBytes, endByte) };
    const begun = segment(range, pool);
    begunBytes = range.endByte;
    segments.push(begun);
    return begun;
  };
  const begin = (): void => {
    while (fetched.size < allowed) {
      const next = nextSegment();
      if (next === undefined) return;
      fetched.add(next);
      void fill(next);
    }
  };
  const fill = async (filled: Segment): Promise<void> => {
    const startByte = filled.nextByte();
    try {
      for await (const chunk of parts.fetch({ startByte, endByte: filled.endByte })) {
        if (chunk.length > filled.endByte - filled.nextByte()) break;
        filled.add(chunk);
        pool.give(chunk);
        onBytes(chunk.length);
        tell();
      }
    } catch {
      // It is asked for again, by somebody whose error will be heard.
    }
    if (isClosed) return;
    fetched.delete(filled);
    if (filled.nextByte() < filled.endByte) {
      const hasBegun = filled.nextByte() > startByte;
      // Until more are allowed again: it would be refused at once.
      if (!hasBegun) allowed--;
      onFailure(hasBegun);
    }
    begin();
    tell();
  };

  return {
    allow(connections) {
      allowed = connections;
      begin();
    },
    take() {
      const [first] = segments;
      const chunk = first?.take();
      takenBytes += chunk?.length ?? 0;
      if (first?.isOver() === true) {
        segments.shift();
        begin();
      }
      return chunk;
    },
    nextByte: () => takenBytes,
    hasBegun: () => segments[0] !== undefined && segments[0].nextByte() > segments[0].startByte,
    isComing: () => segments[0] !== undefined && fetched.has(segments[0]),
    news: () => news.promise,
    close() {
      isClosed = true;
      parts.close();
    },
  };
}

import type { BufferPool } from "../buffer-pool.ts";
import { collected } from "../collected.ts";
import type { Range } from "./whole.ts";

/** A part of a download that has a request of its own. What has come of it waits in it. */
export interface Segment extends Range {
  /** Which byte comes next. */
  nextByte(): number;
  /** Copies bytes that have come. */
  add(bytes: Uint8Array): void;
  /** What is to be taken next, in large pieces; `undefined` when there is no such piece yet, or no more of them. */
  take(): Uint8Array | undefined;
  /** Whether all has come, and was taken. */
  isOver(): boolean;
}

/** A segment of which nothing has come yet. */
export function segment({ startByte, endByte }: Range, pool: BufferPool): Segment {
  const waiting = collected(pool);
  let nextByte = startByte;
  return {
    startByte,
    endByte,
    nextByte: () => nextByte,
    add(bytes) {
      waiting.add(bytes);
      nextByte += bytes.length;
    },
    take: () => waiting.takeFull() ?? (nextByte < endByte ? undefined : waiting.takeRest()),
    isOver: () => nextByte === endByte && waiting.isEmpty(),
  };
}

import { firstPace, nextPace, type PaceRules, settledPace } from "./pace.ts";

/** By what a download is measured. */
export interface Clock {
  nowMs(): number;
  /** For how long there was nothing to do so far. */
  idleMs(): number;
}

/** The process's own. Who waits while it is busy waits for that as well. */
export const PROCESS_CLOCK: Clock = {
  nowMs: () => performance.now(),
  idleMs: () => performance.eventLoopUtilization().idle,
};

/** Measures a download, and finds how many connections it shall have. */
export interface Pacer {
  /** The chunks, measured as they come. */
  measured(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** Waits for bytes that are counted by {@link received}. */
  wait(news: Promise<void>): Promise<void>;
  received(bytes: number): void;
  /** How many connections there shall be from now on. */
  connections(): number;
  /** Takes note of a connection that was of no use: one less where nothing came of it, and no more in any case. */
  failed(hasBegun: boolean): void;
}

/** A pacer for one download. */
export function pacer(rules: PaceRules, { nowMs, idleMs }: Clock): Pacer {
  let pace = firstPace(nowMs());
  let receivedBytes = 0;
  let waitedMs = 0;
  const received = (bytes: number): void => {
    receivedBytes += bytes;
  };
  return {
    async *measured(chunks) {
      let beforeMs = idleMs();
      for await (const chunk of chunks) {
        waitedMs += idleMs() - beforeMs;
        received(chunk.length);
        yield chunk;
        beforeMs = idleMs();
      }
    },
    async wait(news) {
      const beforeMs = idleMs();
      await news;
      waitedMs += idleMs() - beforeMs;
    },
    received,
    connections() {
      pace = nextPace(pace, { nowMs: nowMs(), receivedBytes, idleMs: waitedMs }, rules);
      return pace.connections;
    },
    failed(hasBegun) {
      pace = settledPace(pace, Math.max(1, pace.connections - (hasBegun ? 0 : 1)));
    },
  };
}

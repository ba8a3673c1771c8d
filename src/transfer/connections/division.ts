import type { BufferPool } from "../buffer-pool.ts";
import { type Crew, crew, type Parts } from "./crew.ts";
import type { PaceRules } from "./pace.ts";
import { type Clock, PROCESS_CLOCK, pacer } from "./pacer.ts";

/** When a download is divided, and how. */
export interface DivisionRules extends Omit<PaceRules, "maxConnections"> {
  /** How many bytes may be in memory because others come before them: a segment for each connection. */
  readonly aheadBytes: number;
  /** With less than this to come, another connection isn't worth its beginning. */
  readonly minBytes: number;
  readonly clock: Clock;
}

export const DIVISION_RULES: DivisionRules = {
  aheadBytes: 24 * 1024 ** 2,
  minBytes: 64 * 1024 ** 2,
  clock: PROCESS_CLOCK,
  windowMs: 1_000,
  settleMs: 500,
  // From a server on the same machine it is a fifth at most.
  idleShare: 0.5,
  // The fifth and those after it can't bring so much: of them it is more than half of what they can.
  growthBy: (connections) => Math.min(1.2, 1 + 0.6 / (connections - 1)),
};

/** Bytes that can be asked for in parts. */
export interface Divisible {
  readonly totalBytes: number;
  readonly maxConnections: number;
  readonly pool: BufferPool;
  /** Connections for parts. */
  openParts(): Parts;
  /** All bytes from here on, over one connection. */
  rest(startByte: number): AsyncIterable<Uint8Array>;
}

/** Bytes from one of them to the end of the whole. */
export type Divide = (lead: AsyncIterable<Uint8Array>, startByte: number) => AsyncIterable<Uint8Array>;

/**
 * Lets bytes that come over one connection come over several, in their order, where that is faster. Connections beside
 * the first are never a failure: where they are refused, it goes on without them.
 */
export function division(
  { totalBytes, maxConnections, pool, openParts, rest }: Divisible,
  { aheadBytes, minBytes, clock, ...rules }: DivisionRules,
): Divide {
  const { measured, wait, connections, received, failed } = pacer({ ...rules, maxConnections }, clock);
  const segmentBytes = Math.floor(aheadBytes / maxConnections);
  const crewFor = (startByte: number): Crew =>
    crew({
      parts: openParts(),
      startByte,
      endByte: totalBytes,
      segmentBytes,
      maxSegments: maxConnections,
      pool,
      onBytes: received,
      onFailure: failed,
    });

  return async function* divided(lead, startByte) {
    let others: Crew | undefined;
    let last: Uint8Array | undefined;
    let offset = startByte;
    try {
      for await (const chunk of measured(lead)) {
        if (others !== undefined && offset + chunk.length > others.nextByte()) {
          while (others.isComing() && !others.hasBegun()) await others.news();
          if (others.hasBegun()) {
            last = chunk.subarray(0, others.nextByte() - offset);
            break;
          }
          others.close();
          others = undefined;
        }
        offset += chunk.length;
        yield chunk;
        const count = connections();
        if (count === 1) {
          others?.close();
          others = undefined;
        } else if (others !== undefined || totalBytes - offset >= minBytes) {
          others ??= crewFor(offset + segmentBytes);
          others.allow(count - 1);
        }
      }
      if (others === undefined) return;
      if (last !== undefined && last.length > 0) yield last;
      while (others.nextByte() < totalBytes) {
        const count = connections();
        // One alone is better off without a pause after each segment.
        others.allow(count === 1 ? 0 : count);
        const chunk = others.take();
        if (chunk !== undefined) yield chunk;
        else if (count > 1 || others.isComing()) await wait(others.news());
        else break;
      }
      others.close();
      if (others.nextByte() < totalBytes) yield* rest(others.nextByte());
    } finally {
      others?.close();
    }
  };
}

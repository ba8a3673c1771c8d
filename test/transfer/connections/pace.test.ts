import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIVISION_RULES } from "../../../src/transfer/connections/division.ts";
import { firstPace, type Measure, nextPace, type Pace } from "../../../src/transfer/connections/pace.ts";

const RULES = { ...DIVISION_RULES, maxConnections: 4 };
const MIB = 1024 * 1024;

/** Half a second of a download. */
interface Step {
  /** How fast it is, in MiB/s, with so many connections. */
  readonly speed: (connections: number) => number;
  /** Which share of the time it waits for bytes. Default: all. */
  readonly idle?: number;
}

/** How many connections a download has after each step. */
function connectionsOver(steps: readonly Step[], rules = RULES): readonly number[] {
  let pace = firstPace(0);
  let measure: Measure = { nowMs: 0, receivedBytes: 0, idleMs: 0 };
  pace = nextPace(pace, measure, rules);
  return steps.map(({ speed, idle = 1 }) => {
    measure = {
      nowMs: measure.nowMs + 500,
      receivedBytes: measure.receivedBytes + speed(pace.connections) * MIB * 0.5,
      idleMs: measure.idleMs + 500 * idle,
    };
    pace = nextPace(pace, measure, rules);
    return pace.connections;
  });
}

const steps = (count: number, step: Step): readonly Step[] => Array<Step>(count).fill(step);
const EACH: Step = { speed: (connections) => 40 * connections };
const TOGETHER: Step = { speed: () => 40 };

describe("the number of connections", () => {
  it("grows one by one, each time after a second in which it became faster, and half a one before", () => {
    expect(connectionsOver(steps(12, EACH))).toEqual([1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4]);
  });
  it("never grows where there may be one", () => {
    expect(connectionsOver(steps(9, EACH), { ...RULES, maxConnections: 1 })).toEqual(Array(9).fill(1));
  });
  it("goes back where the second didn't make it faster, for good", () => {
    expect(connectionsOver([...steps(5, TOGETHER), ...steps(6, EACH)])).toEqual([
      1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1,
    ]);
  });
  it("goes back by one where only the third didn't", () => {
    const two: Step = { speed: (connections) => 40 * Math.min(connections, 2) };
    expect(connectionsOver(steps(10, two))).toEqual([1, 2, 2, 2, 3, 3, 3, 2, 2, 2]);
  });
  it("stays at one while something else than the source is slow", () => {
    expect(connectionsOver(steps(8, { ...EACH, idle: 0.45 }))).toEqual(Array(8).fill(1));
  });
  it("grows when that has passed", () => {
    expect(connectionsOver([...steps(4, { ...EACH, idle: 0 }), ...steps(2, EACH)]).at(-1)).toBe(2);
  });
  it("isn't judged by a time in which something else was slow", () => {
    const slow = { speed: () => 1, idle: 0 };
    expect(connectionsOver([...steps(3, EACH), ...steps(4, slow), ...steps(2, EACH)]).at(-1)).toBe(3);
  });
  it.each([
    [2, 1.19, 1],
    [2, 1.21, 2],
    [4, 1.19, 3],
    [4, 1.21, 4],
    [8, 1.08, 7],
    [8, 1.09, 8],
  ])("with %i of them is %f times that with one less, and is %i then", (count, growth, settled) => {
    const speed = (connections: number) =>
      10 * (connections < count ? 2 ** connections : 2 ** (count - 1) * growth);
    expect(connectionsOver(steps(40, { speed }), { ...RULES, maxConnections: count }).at(-1)).toBe(settled);
  });
});

it("whatever is measured, there is one more or one less at a time, and none after one less", () => {
  const step = fc.record({
    ms: fc.nat(3_000),
    bytes: fc.nat(1e9),
    idle: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step), fc.integer({ min: 1, max: 8 }), (taken, maxConnections) => {
      let measure: Measure = { nowMs: 0, receivedBytes: 0, idleMs: 0 };
      let pace: Pace = firstPace(0);
      for (const { ms, bytes, idle } of taken) {
        measure = {
          nowMs: measure.nowMs + ms,
          receivedBytes: measure.receivedBytes + bytes,
          idleMs: measure.idleMs + idle * ms,
        };
        const next = nextPace(pace, measure, { ...RULES, maxConnections });
        expect(next.connections).toBeGreaterThanOrEqual(1);
        expect(next.connections).toBeLessThanOrEqual(maxConnections);
        expect(Math.abs(next.connections - pace.connections)).toBeLessThanOrEqual(pace.isSettled ? 0 : 1);
        if (next.connections < pace.connections) expect(next.isSettled).toBe(true);
        pace = next;
      }
    }),
  );
});

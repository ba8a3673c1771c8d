import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrivalsPool } from "../../../src/transfer/arrivals.ts";
import { DIVISION_RULES, division } from "../../../src/transfer/connections/division.ts";
import type { Range } from "../../../src/transfer/connections/whole.ts";
import { collect, inChunks, someBytes } from "../../support/bytes.ts";

const DATA = someBytes(20_000);

/** As many connections as there may be, as soon as there may be. */
const AT_ONCE = { ...DIVISION_RULES, minBytes: 0, windowMs: 0, settleMs: 0, idleShare: 0, growthBy: () => 0 };

/** What becomes of a part: it comes whole, in chunks of this size; or ends, or fails, after so many bytes. */
interface Fate {
  readonly chunkBytes: number;
  readonly turns: number;
  readonly end?: { readonly afterBytes: number; readonly fails: boolean } | undefined;
}

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

async function* fated(bytes: Uint8Array, { chunkBytes, turns, end }: Fate): AsyncGenerator<Uint8Array> {
  const given = end === undefined ? bytes : bytes.subarray(0, end.afterBytes);
  for await (const chunk of inChunks(given, chunkBytes)) {
    await pass(turns);
    yield Buffer.from(chunk);
  }
  if (end?.fails === true) throw new Error("refused");
}

const fate: fc.Arbitrary<Fate> = fc.record({
  chunkBytes: fc.integer({ min: 50, max: 3_000 }),
  turns: fc.nat(2),
  end: fc.option(fc.record({ afterBytes: fc.nat(1_500), fails: fc.boolean() }), { nil: undefined, freq: 3 }),
});

describe("bytes that come over several connections", () => {
  it("come over as many as aren't refused, to the end", async () => {
    let asked = 0;
    async function* fetch({ startByte, endByte }: Range): AsyncGenerator<Uint8Array> {
      if (++asked === 5) {
        // The others are busy with what comes after it.
        await pass(4);
        throw new Error("refused");
      }
      yield* fated(DATA.subarray(startByte, endByte), { chunkBytes: 100, turns: 1 });
    }
    const divisible = {
      totalBytes: DATA.length,
      maxConnections: 4,
      pool: arrivalsPool(),
      openParts: () => ({ fetch, close: () => undefined }),
      rest: () => expect.unreachable(),
    };
    const divide = division(divisible, { ...AT_ONCE, aheadBytes: 4_000 });
    expect((await collect(divide(inChunks(DATA, 700), 0))).equals(DATA)).toBe(true);
    expect(asked).toBeGreaterThan(5);
  });

  it("come in their order, whatever becomes of each part, and no more than is allowed is fetched at once", async () => {
    const given = fc.record({
      fates: fc.array(fate, { minLength: 1, maxLength: 40 }),
      maxConnections: fc.integer({ min: 1, max: 8 }),
      segmentBytes: fc.integer({ min: 100, max: 3_000 }),
      startByte: fc.nat(5_000),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ fates, maxConnections, segmentBytes, startByte }) => {
        let current = 0;
        let peak = 0;
        let asked = 0;
        let closed = 0;
        let opened = 0;
        async function* fetch(range: Range): AsyncGenerator<Uint8Array> {
          peak = Math.max(peak, ++current);
          try {
            const { startByte: start, endByte } = range;
            yield* fated(
              DATA.subarray(start, endByte),
              fates[asked++ % fates.length] ?? { chunkBytes: 1, turns: 0 },
            );
          } finally {
            current--;
          }
        }
        const openParts = () => {
          opened++;
          let isOpen = true;
          const close = () => {
            closed += isOpen ? 1 : 0;
            isOpen = false;
          };
          return { fetch, close };
        };
        const rest = (from: number) => inChunks(DATA.subarray(from), 700);
        const pool = arrivalsPool();
        const divisible = { totalBytes: DATA.length, maxConnections, pool, openParts, rest };
        const divide = division(divisible, { ...AT_ONCE, aheadBytes: segmentBytes * maxConnections });
        const taken: Buffer[] = [];
        for await (const chunk of divide(rest(startByte), startByte)) {
          taken.push(Buffer.from(chunk));
          // Somebody else's from here on.
          pool.give(chunk);
        }
        expect(Buffer.concat(taken).equals(DATA.subarray(startByte))).toBe(true);
        expect(peak).toBeLessThanOrEqual(maxConnections);
        expect(closed).toBe(opened);
      }),
    );
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import type { Extent } from "../../../src/transfer/convert/extents.ts";
import { type CompressedExtent, runsOf } from "../../../src/transfer/convert/runs.ts";

const CLUSTER_BYTES = 65_536;

function compressed(hostOffset: number, compressedBytes: number): CompressedExtent {
  return { kind: "compressed", lengthBytes: CLUSTER_BYTES, hostOffset, compressedBytes };
}

it("clusters that lie one behind the other are one run, also where they share a sector", () => {
  const clusters = [compressed(1_000, 536), compressed(1_400, 1_160), compressed(2_560, 512)];
  expect([...runsOf(clusters, 2_100)]).toEqual([
    { kind: "run", hostOffset: 1_000, lengthBytes: 2_072, clusters },
  ]);
});

it.each([
  ["a gap", [compressed(0, 512), compressed(513, 511)], 10_000],
  ["a step back", [compressed(512, 512), compressed(0, 512)], 10_000],
  ["one inside another", [compressed(0, 2_048), compressed(512, 512)], 10_000],
  ["more than may be read at once", [compressed(0, 512), compressed(512, 512)], 1_023],
  [
    "something that isn't compressed",
    [compressed(0, 512), { kind: "zero", lengthBytes: 512 }, compressed(512, 512)],
    10_000,
  ],
] as const)("%s ends a run", (_what, extents, maxBytes) => {
  expect([...runsOf(extents, maxBytes)]).toHaveLength(extents.length);
});

it("no cluster is lost, moved, or out of its run, and only one alone is longer than may be", () => {
  const extent = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.nat({ max: 2_000 }), fc.integer({ min: 1, max: 1_500 })) },
    fc.constant(undefined),
  );
  fc.assert(
    fc.property(
      fc.array(extent, { maxLength: 30 }),
      fc.integer({ min: 1, max: 5_000 }),
      (shapes, maxBytes) => {
        const extents = shapes.map((shape) =>
          shape === undefined ? ({ kind: "zero", lengthBytes: 512 } as const) : compressed(...shape),
        );
        const runs = [...runsOf(extents, maxBytes)];
        const flat = runs.flatMap((run): readonly Extent[] => (run.kind === "run" ? run.clusters : [run]));
        expect(flat).toEqual(extents);
        for (const run of runs) {
          if (run.kind !== "run") continue;
          for (const { hostOffset, compressedBytes } of run.clusters) {
            expect(hostOffset).toBeGreaterThanOrEqual(run.hostOffset);
            expect(hostOffset + compressedBytes).toBeLessThanOrEqual(run.hostOffset + run.lengthBytes);
          }
          if (run.clusters.length > 1) expect(run.lengthBytes).toBeLessThanOrEqual(maxBytes);
        }
      },
    ),
  );
});

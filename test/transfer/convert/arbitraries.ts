import fc from "fast-check";
import type { Cluster, Disk, Part } from "./qcow2.ts";

/** Disks of every kind that is converted: at most a few megabytes, the last cluster not always whole. */
export const anyDisk: fc.Arbitrary<Disk> = fc
  .record({
    clusterBits: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 9, max: 16 }) }, fc.constantFrom(18, 21)),
    version: fc.constantFrom(2, 3),
    extendedL2: fc.boolean(),
    compression: fc.constantFrom("zlib", "zstd"),
  })
  .map(({ clusterBits, version, extendedL2, compression }) => ({
    clusterBits,
    version,
    extendedL2: extendedL2 && version === 3 && clusterBits >= 14,
    compression: version === 2 ? ("zlib" as const) : compression,
  }))
  .chain((format) => {
    const clusterBytes = 2 ** format.clusterBits;
    const clusters = fc.array(anyCluster(clusterBytes, format.version, format.extendedL2), {
      minLength: 1,
      maxLength: Math.max(2, Math.min(150, 2 ** 20 / clusterBytes)),
      size: "max",
    });
    return fc.record({
      ...constants(format),
      backwards: fc.boolean(),
      clusters,
      missingSectors: fc.nat({ max: clusterBytes / 512 - 1 }),
    });
  })
  .map(({ missingSectors, ...disk }) => ({
    ...disk,
    virtualBytes: disk.clusters.length * 2 ** disk.clusterBits - missingSectors * 512,
  }));

function anyCluster(clusterBytes: number, version: number, extendedL2: boolean): fc.Arbitrary<Cluster> {
  const bytes = anyBytes(clusterBytes);
  const kinds: fc.Arbitrary<Cluster>[] = [
    fc.constant({ kind: "unallocated" }),
    bytes.map((bytes) => ({ kind: "stored", bytes })),
    bytes.map((bytes) => ({ kind: "compressed", bytes })),
  ];
  if (version === 3) kinds.push(fc.boolean().map((allocated) => ({ kind: "zero", allocated })));
  const part = fc.constantFrom<Part>("unallocated", "zero", "stored");
  const parts = fc.array(part, { minLength: 32, maxLength: 32 });
  if (extendedL2) kinds.push(fc.record({ kind: fc.constant("subclusters" as const), parts, bytes }));
  return fc.oneof(...kinds);
}

/** Noise, or what compresses well, by turns. */
function anyBytes(count: number): fc.Arbitrary<Buffer> {
  return fc.record({ seed: fc.integer(), step: fc.constantFrom(1, 64) }).map(({ seed, step }) => {
    const bytes = Buffer.alloc(count);
    for (let index = 0, state = seed; index < count; index += step) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[index] = state >>> 24;
    }
    return bytes;
  });
}

function constants<Values extends Record<string, unknown>>(
  values: Values,
): { [Key in keyof Values]: fc.Arbitrary<Values[Key]> } {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fc.constant(value)])) as {
    [Key in keyof Values]: fc.Arbitrary<Values[Key]>;
  };
}

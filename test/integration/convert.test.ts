import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convertToRaw } from "../../src/transfer/index.ts";
import { managerOf } from "./support/cloud.ts";
import { collect } from "./support/collect.ts";
import { digest, MIB, temporaryFile } from "./support/files.ts";
import { imageName } from "./support/names.ts";
import { convertedByQemu, createDisk, qemuImg, writeAndBeKilled, writeDisk } from "./support/qemu.ts";

/** What qemu-img can be asked for when it creates a qcow2, as far as it changes how data is kept. */
const OPTIONS: readonly (readonly string[])[] = [
  [],
  ["compat=0.10"],
  ["compat=0.10", "cluster_size=512"],
  ["cluster_size=512"],
  ["cluster_size=4k"],
  ["cluster_size=2M"],
  ["lazy_refcounts=on"],
  ["refcount_bits=1"],
  ["refcount_bits=64"],
  ["compression_type=zstd"],
  ["compression_type=zstd", "cluster_size=512"],
  ["compression_type=zstd", "cluster_size=2M"],
  ["extended_l2=on"],
  ["extended_l2=on", "cluster_size=16k"],
  ["extended_l2=on", "cluster_size=2M"],
  ["extended_l2=on", "compression_type=zstd"],
  ["preallocation=metadata"],
  ["preallocation=metadata", "extended_l2=on"],
  ["preallocation=falloc"],
  ["preallocation=full"],
];

/** Every way of qemu-io to write: data, zeros as data, zero clusters, with and without their room, holes. */
const WRITES = [
  "write -q -s {data} 0 70000",
  "write -q -s {data} 1M 70000",
  "write -q -P 0 3M 200k",
  "write -q -z 1100k 60k",
  "write -q -z 4M 256k",
  "write -q -s {data} 5M 1M",
  "write -q -z -u 5200k 100k",
  "discard -q 5500k 150k",
  "write -q -s {data} 7900k 70000",
  "write -q -P 7 9000000 512",
];

describe("a disk becomes what qemu-img makes of it", () => {
  test.each(OPTIONS.map((options) => [options.join() || "as they are by default", options] as const))(
    "%s",
    async (_name, options) => {
      const file = await createDisk(options, "10000384");
      await writeDisk(file, ...WRITES);
      await expectSame(file);
    },
  );

  test.each(
    OPTIONS.filter((options) => !options.join().includes("preallocation")).map((options) => [options]),
  )("compressed: %s", async (options) => {
    const file = await createDisk([], "10000384");
    await writeDisk(file, ...WRITES);
    const compressed = `${file}.compressed`;
    await qemuImg(
      "convert",
      "-c",
      "-O",
      "qcow2",
      ...options.flatMap((option) => ["-o", option]),
      file,
      compressed,
    );
    await expectSame(compressed);
    // Some of it is written anew, without compression.
    await writeDisk(compressed, "write -q -s {data} 5M 70000", "write -q -z 0 64k");
    await expectSame(compressed);
  });

  test("with snapshots and a bitmap: the disk as it is now", async () => {
    const file = await createDisk([], "8M");
    await writeDisk(file, ...WRITES.slice(0, 6));
    await qemuImg("snapshot", "-c", "before", file);
    await writeDisk(file, "write -q -s {data} 0 70000", "write -q -z 5M 300k");
    await qemuImg("snapshot", "-c", "later", file);
    await qemuImg("bitmap", "--add", file, "changes");
    await writeDisk(file, "write -q -s {data} 32k 70000", "discard -q 6M 512k");
    await expectSame(file);
  });

  test("made larger and smaller since", async () => {
    const file = await createDisk(["cluster_size=4k"], "8M");
    await writeDisk(file, ...WRITES.slice(0, 6));
    await qemuImg("resize", "-q", file, "60M");
    await writeDisk(file, "write -q -s {data} 59M 70000");
    await expectSame(file);
    await qemuImg("resize", "-q", "--shrink", file, "5300k");
    await expectSame(file);
  });

  test("left dirty by a program that was killed", async () => {
    const file = await createDisk(["lazy_refcounts=on"], "8M");
    await writeAndBeKilled(file, "write -q -s {data} 1M 70000");
    const incompatibleFeatures = (await readFile(file)).readBigUInt64BE(72);
    expect(incompatibleFeatures).toBe(1n);
    await expectSame(file);
  });

  test("whatever is written to it", { timeout: 300_000 }, async () => {
    const kilobytes = fc.nat({ max: 9_000 });
    const write = fc.record({
      how: fc.constantFrom(
        "write -q -s {data}",
        "write -q -z",
        "write -q -z -u",
        "discard -q",
        "write -q -P 0",
      ),
      at: kilobytes,
      length: fc.integer({ min: 1, max: 700 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...OPTIONS),
        fc.array(write, { minLength: 1, maxLength: 20 }),
        async (options, writes) => {
          const file = await createDisk(options, "10M");
          await writeDisk(file, ...writes.map(({ how, at, length }) => `${how} ${at}k ${length}k`));
          await expectSame(file);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("a file that is raw", async () => {
    const file = await createDisk([], "8M");
    await writeDisk(file, ...WRITES.slice(0, 6));
    await expectSame(await temporaryFile(await convertedByQemu(file)));
  });
});

test("Glance gets a raw image of the disk, verified, and nothing the next time", async () => {
  const images = await managerOf("demo");
  const file = await createDisk([], "8M");
  await writeDisk(file, ...WRITES.slice(0, 6));
  const disk = await convertedByQemu(file);
  const spec = {
    name: imageName(),
    containerFormat: "bare",
    diskFormat: "raw",
    source: { file },
    convert: true,
  } as const;
  expect(await images.apply(spec)).toMatchObject({
    image: { status: "active", sizeBytes: 8 * MIB, hashValue: digest("sha512", disk) },
    verification: { status: "verified", algorithm: "sha512" },
  });
  expect(await images.plan(spec)).toMatchObject({ action: "none", content: "same" });
});

async function expectSame(file: string): Promise<void> {
  const expected = await convertedByQemu(file);
  const { sizeBytes, chunks } = await convertToRaw({ file });
  expect(sizeBytes).toBe(expected.length);
  expect(Buffer.concat(await collect(chunks)).equals(expected)).toBe(true);
}

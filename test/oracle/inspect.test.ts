/** Files that other programs make, and what those who know them best say of them. */

import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Inspection, inspectImage } from "../../src/transfer/index.ts";
import { askOslo, type OsloVerdict } from "./support/oslo.ts";
import { askQemu } from "./support/qemu.ts";
import { DISCS, FIXED_VHD, HYBRID, OTHERS, PARTITIONED, QCOW2, VMDK, VMDK_PARTS } from "./support/samples.ts";

const namesOf = (samples: readonly { readonly name: string }[]) => samples.map(({ name }) => name);

const SAMPLES = [...QCOW2, ...VMDK, ...OTHERS, ...FIXED_VHD, ...PARTITIONED, ...DISCS, HYBRID];
const FILES = [...namesOf(SAMPLES), ...VMDK_PARTS];

/** Where this library knows more: see docs/decisions/0021-inspection.md. */
const OURS = [...namesOf(FIXED_VHD), HYBRID.name];

let directory: string;
let oslo: ReadonlyMap<string, OsloVerdict>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "imagewright-oracle-"));
  // One after the other: some have an earlier one as their backing file.
  for (const sample of SAMPLES) await sample.make(directory);
  oslo = await askOslo(directory, FILES);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

describe("oslo.utils, which Glance runs,", () => {
  test.for(FILES.filter((name) => !OURS.includes(name)))("says the same of %s", async (name) => {
    const { formats, virtualSizeBytes, problems, details } = await inspected(name);
    const verdict = oslo.get(name);
    const failed = problems.map(({ check }) => check).sort();
    expect(formats).toEqual(verdict?.formats);
    expect(failed).toEqual(
      // It looks for the features of version 3 in all versions, and takes what is there for them.
      verdict?.failed?.filter((check) => check !== "data_file" || details["version"] === 3),
    );
    // It doesn't look for the size of disks that it refuses for their format.
    if (!failed.includes("banned") && !failed.includes("descriptor"))
      expect(virtualSizeBytes).toBe(verdict?.virtualSizeBytes);
  });

  test.for(namesOf(FIXED_VHD))("doesn't know a fixed VHD, such as %s", async (name) => {
    expect(oslo.get(name)?.formats).toEqual(["raw"]);
    expect(await inspected(name)).toMatchObject({
      formats: ["vhd"],
      safe: true,
      details: { subformat: "fixed" },
    });
  });

  test("sees two formats in a hybrid CD", async () => {
    expect(oslo.get(HYBRID.name)?.formats).toEqual(["gpt", "iso"]);
    expect(await inspected(HYBRID.name)).toMatchObject({ formats: ["iso"], safe: true });
  });
});

/** Our names for qemu's formats; partition tables, file systems and text are no formats to it. */
const QEMU_NAMES: Readonly<Record<string, string>> = { vhd: "vpc", gpt: "raw", iso: "raw" };

describe("qemu-img", () => {
  // It is told the format of fixed VHDs below, has another name for qcow2's first version, and opens no extent alone.
  const others = [...namesOf(FIXED_VHD), "v1.qcow", "extents-s001.vmdk"];

  test.for(FILES.filter((name) => !others.includes(name)))(
    "says the same of the format and the disk of %s",
    async (name) => {
      const { format, virtualSizeBytes, details, problems } = await inspected(name);
      const info = await askQemu(directory, name);
      const text = problems.length > 0 && virtualSizeBytes === undefined;
      expect(QEMU_NAMES[format] ?? format).toBe(info.format);
      if (format !== "iso" && !text) expect(virtualSizeBytes).toBe(info["virtual-size"]);
      expect(details["backingFile"]).toBe(format === "qed" ? undefined : info["backing-filename"]);
    },
  );

  test.for(namesOf(FIXED_VHD))("says the same of %s when it is told the format", async (name) => {
    const { virtualSizeBytes } = await inspected(name);
    expect(virtualSizeBytes).toBe((await askQemu(directory, name, "vpc"))["virtual-size"]);
  });

  test.for(namesOf(QCOW2).filter((name) => name !== "v1.qcow"))(
    "says the same of what %s has",
    async (name) => {
      const { details, problems } = await inspected(name);
      const info = await askQemu(directory, name);
      const facts = info["format-specific"]?.data ?? {};
      const checks = problems.map(({ check }) => check);
      expect(details["clusterSizeBytes"]).toBe(info["cluster-size"]);
      expect(details["version"]).toBe(facts["compat"] === "0.10" ? 2 : 3);
      expect(details["compression"]).toBe(facts["compression-type"]);
      expect(details["encryption"] !== "none").toBe(info.encrypted ?? false);
      expect(checks.includes("data_file")).toBe(facts["data-file"] !== undefined);
      expect(checks.includes("unknown_features")).toBe(facts["extended-l2"] === true);
    },
  );
});

/** What comes of the file, which is the same when it comes as a stream. */
async function inspected(name: string): Promise<Inspection> {
  const file = join(directory, name);
  const inspection = await inspectImage(file);
  const size = inspection.sizeBytes;
  const open = () => createReadStream(file, { highWaterMark: 10_007 });
  expect(await inspectImage({ open, ...(size === undefined ? {} : { size }) })).toEqual(inspection);
  return inspection;
}

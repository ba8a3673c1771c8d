/** What a cloud makes of data that isn't what the spec declares: newer ones look into it. */
import { expect, inject, test } from "vitest";
import type { ImageSpecInput } from "../../src/index.ts";
import { managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { MIB, qcow2, qcow2OnTopOf, randomData, temporaryFile } from "./support/files.ts";
import { imageName, imagesNamed } from "./support/names.ts";

type DiskFormat = NonNullable<ImageSpecInput["diskFormat"]>;

/** Glance refuses data that isn't of its format since 2025.1, which is 30.0; before, it takes everything. */
const inspects = { bookworm: false, trixie: true }[inject("cloud").suite];

const harmless: readonly (readonly [string, DiskFormat, Buffer])[] = [
  ["a qcow2 disk", "qcow2", qcow2(MIB)],
  ["a qcow2 disk, declared as raw,", "raw", qcow2(MIB)],
  ["random data, declared as ploop,", "ploop", randomData(MIB)],
];

test.for(harmless)("%s is taken as %s", async ([, diskFormat, data]) => {
  const { image } = await (await managerOf("demo")).apply(await specOf(diskFormat, data));
  expect(image).toMatchObject({ status: "active", diskFormat, sizeBytes: data.length });
});

const questionable: readonly (readonly [string, DiskFormat, Buffer])[] = [
  ["random data", "qcow2", randomData(3 * MIB)],
  ["random data", "iso", randomData(3 * MIB)],
  ["a disk that reads a file of the host", "qcow2", qcow2OnTopOf("/etc/passwd")],
  ["a disk that reads a file of the host", "raw", qcow2OnTopOf("/etc/passwd")],
];

test.for(questionable)(`%s is ${inspects ? "refused" : "taken"} as %s`, async ([, diskFormat, data]) => {
  const spec = await specOf(diskFormat, data);
  const applied = (await managerOf("demo")).apply(spec);
  if (inspects) {
    expect(await rejectionOf(applied)).toMatchObject({
      name: "FormatError",
      code: "ERR_FORMAT_MISMATCH",
      cause: { status: 415, method: "PUT" },
    });
  } else {
    expect((await applied).image).toMatchObject({ diskFormat, sizeBytes: data.length });
  }
  const statuses = (await imagesNamed(spec.name)).map(({ status }) => status);
  expect(statuses.filter((status) => status === "active")).toEqual(inspects ? [] : ["active"]);
});

async function specOf(diskFormat: DiskFormat, data: Buffer): Promise<ImageSpecInput> {
  return {
    name: imageName(),
    containerFormat: "bare",
    diskFormat,
    source: { file: await temporaryFile(data) },
  };
}

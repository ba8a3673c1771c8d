/** Data that isn't what the spec declares: what the library makes of it, and what a cloud does, which newer ones look into. */
import { expect, inject, test } from "vitest";
import { ImageManager, type ImageSpecInput } from "../../src/index.ts";
import { fixedVhd, IMAGES } from "../transfer/inspect/images.ts";
import { backendOf, managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { inParts, MIB, qcow2, qcow2OnTopOf, randomData, temporaryFile } from "./support/files.ts";
import { imageName, imagesNamed } from "./support/names.ts";

type DiskFormat = NonNullable<ImageSpecInput["diskFormat"]>;

/** Glance refuses data that isn't of its format since 2025.1, which is 30.0; before, it takes everything. */
const inspects = { bookworm: false, trixie: true }[inject("cloud").suite];

const harmless: readonly (readonly [string, DiskFormat, Buffer])[] = [
  ["a qcow2 disk", "qcow2", qcow2(MIB)],
  ["a qcow2 disk, declared as raw,", "raw", qcow2(MIB)],
  ["random data, declared as ploop,", "ploop", randomData(MIB)],
  ...["vmdk", "vhd", "vhdx", "vdi", "iso"].map(
    (format) => [`${format}`, format, IMAGES[format] ?? Buffer.alloc(0)] as const,
  ),
];

test.for(harmless)("%s is taken as %s", async ([, diskFormat, data]) => {
  const { image } = await (await managerOf("demo")).apply(await specOf(diskFormat, data));
  expect(image).toMatchObject({ status: "active", diskFormat, sizeBytes: data.length });
});

const questionable: readonly (readonly [string, DiskFormat, Buffer, string])[] = [
  ["random data", "qcow2", randomData(3 * MIB), "ERR_FORMAT_MISMATCH"],
  ["random data", "iso", randomData(3 * MIB), "ERR_FORMAT_MISMATCH"],
  ["a qcow2 disk", "vmdk", qcow2(MIB), "ERR_FORMAT_MISMATCH"],
  ["a disk that reads a file of the host", "qcow2", qcow2OnTopOf("/etc/passwd"), "ERR_FORMAT_UNSAFE"],
  ["a disk that reads a file of the host", "raw", qcow2OnTopOf("/etc/passwd"), "ERR_FORMAT_UNSAFE"],
];

test.for(questionable)("%s is refused as %s before anything is sent", async ([, diskFormat, data, code]) => {
  const images = await managerOf("demo");
  const spec = await specOf(diskFormat, data);
  expect(await rejectionOf(images.apply(spec))).toMatchObject({
    name: "FormatError",
    code,
  });
  const streamed = { ...spec, source: { open: () => inParts(data) } };
  expect(await rejectionOf(images.apply(streamed))).toMatchObject({ name: "FormatError", code });
  expect(await imagesNamed(spec.name)).toEqual([]);
});

test.for(questionable)(
  `%s, sent as %s with inspection: "off", is ${inspects ? "refused" : "taken"} by the cloud`,
  async ([, diskFormat, data]) => {
    const spec = await specOf(diskFormat, data);
    const applied = uninspecting().then((images) => images.apply(spec));
    await expectCloudsVerdict(applied, spec);
  },
);

test(`a fixed VHD is sent, and ${inspects ? "refused" : "taken"} by the cloud, which doesn't know it`, async () => {
  const spec = await specOf("vhd", fixedVhd(randomData(MIB)));
  await expectCloudsVerdict((await managerOf("demo")).apply(spec), spec);
});

test("a disk larger than minDiskGb is refused before anything is sent", async () => {
  const spec = { ...(await specOf("qcow2", qcow2(3000 * MIB))), minDiskGb: 2 };
  expect(await rejectionOf((await managerOf("demo")).apply(spec))).toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["minDiskGb"], message: expect.stringContaining("at least 3") }],
  });
  expect(await imagesNamed(spec.name)).toEqual([]);
});

async function expectCloudsVerdict(applied: Promise<unknown>, spec: ImageSpecInput): Promise<void> {
  if (inspects) {
    expect(await rejectionOf(applied)).toMatchObject({
      name: "FormatError",
      code: "ERR_FORMAT_MISMATCH",
      cause: { status: 415, method: "PUT" },
    });
  } else {
    expect(await applied).toMatchObject({ image: { diskFormat: spec.diskFormat } });
  }
  const statuses = (await imagesNamed(spec.name)).map(({ status }) => status);
  expect(statuses.filter((status) => status === "active")).toEqual(inspects ? [] : ["active"]);
}

async function uninspecting(): Promise<ImageManager> {
  return new ImageManager(await backendOf("demo"), { inspection: "off" });
}

async function specOf(diskFormat: DiskFormat, data: Buffer): Promise<ImageSpecInput> {
  return {
    name: imageName(),
    containerFormat: "bare",
    diskFormat,
    source: { file: await temporaryFile(data) },
  };
}

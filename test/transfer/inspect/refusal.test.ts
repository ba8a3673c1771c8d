import { describe, expect, it } from "vitest";
import { type DeclaredData, openTransfer } from "../../../src/transfer/index.ts";
import { collect, inChunks } from "../../support/bytes.ts";
import { fixedVhd, gpt, IMAGES, iso, mbr, qcow2, vdi } from "./images.ts";

const DISK_FORMATS = [...Object.keys(IMAGES), "ami", "ploop", "zvhd2"];

/** What a transfer of these bytes ends with: all of them, or a refusal. */
async function outcomeOf(image: Buffer, declared: DeclaredData): Promise<unknown> {
  const source = { open: () => inChunks(image), size: image.length };
  try {
    const transfer = await openTransfer(source, { algorithms: [], inspect: declared });
    return (await collect(transfer.chunks)).equals(image);
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(IMAGES))("%s in a bare container", (format, image) => {
  it.each(DISK_FORMATS)("declared as %s", async (diskFormat) => {
    const outcome = await outcomeOf(image, { containerFormat: "bare", diskFormat });
    const isOpaque = !(diskFormat in IMAGES);
    const matches = diskFormat === "raw" || diskFormat === format || (isOpaque && format === "raw");
    if (matches && format !== "qed") expect(outcome).toBe(true);
    else
      expect(outcome).toMatchObject({
        name: "FormatError",
        code: matches ? "ERR_FORMAT_UNSAFE" : "ERR_FORMAT_MISMATCH",
        detected: format,
        declared: diskFormat,
      });
  });
});

describe("data is refused", () => {
  it("as unsafe whatever it is declared to be", async () => {
    const image = qcow2({ backingFile: "/etc/passwd" });
    for (const diskFormat of ["raw", "qcow2", undefined]) {
      expect(await outcomeOf(image, { containerFormat: "bare", diskFormat })).toMatchObject({
        code: "ERR_FORMAT_UNSAFE",
        detected: "qcow2",
        message:
          'The source (qcow2) is not safe to use as an image: it has a backing file ("/etc/passwd") [backing_file]. Convert it to one that stands on its own, such as with qemu-img convert, or send it as it is, with new ImageManager(backend, { inspection: "off" })',
      });
    }
  });

  it("as a mismatch that says what was found and what to set", async () => {
    expect(await outcomeOf(qcow2(), { containerFormat: "bare", diskFormat: "vmdk" })).toHaveProperty(
      "message",
      'The source is not vmdk, as diskFormat says; it is qcow2. Set diskFormat to "qcow2", or send it as it is, with new ImageManager(backend, { inspection: "off" })',
    );
  });

  it.each([
    ["gzip", "1f8b0800"],
    ["bzip2", "425a6839"],
    ["xz", "fd377a585a00"],
    ["zstd", "28b52ffd"],
  ])("with the advice to decompress what is compressed with %s", async (compression, signature) => {
    const image = Buffer.alloc(70_000, signature, "hex");
    expect(await outcomeOf(image, { containerFormat: "bare", diskFormat: "qcow2" })).toMatchObject({
      code: "ERR_FORMAT_MISMATCH",
      detected: "raw",
      message: expect.stringContaining(`it is compressed with ${compression}. Set decompress to true, or`),
    });
    expect(await outcomeOf(image, { containerFormat: "bare", diskFormat: "raw" })).toBe(true);
  });

  it("when it is of several formats, as any of them and as raw", async () => {
    const both = iso("CD001", qcow2().subarray(0, 512));
    for (const diskFormat of ["raw", "qcow2", "iso", "vdi"]) {
      expect(await outcomeOf(both, { containerFormat: "bare", diskFormat })).toMatchObject({
        code: "ERR_FORMAT_UNSAFE",
        detected: "qcow2, iso",
      });
    }
  });
});

describe("data is taken", () => {
  it.each<readonly [what: string, image: Buffer, declared: DeclaredData]>([
    ["in a container", qcow2({ backingFile: "x" }), { containerFormat: "ova", diskFormat: "vmdk" }],
    ["of nobody's container", qcow2({ backingFile: "x" }), { diskFormat: "vmdk" }],
    ["as an iso that boots as a disk, too", iso("CD001", mbr({ type: 0x17 })), bare("iso")],
    ["as a fixed VHD", fixedVhd(gpt()), bare("vhd")],
    ["with an odd partition table", mbr(), bare("raw")],
    ["with an odd partition table as gpt", mbr(), bare("gpt")],
  ])("%s", async (_what, image, declared) => {
    expect(await outcomeOf(image, declared)).toBe(true);
  });
});

describe("minDiskGb", () => {
  const GIB = 2n ** 30n;

  it.each<readonly [minDiskGb: number, sizeBytes: bigint]>([
    [1, GIB],
    [2, GIB + 1n],
    [0, 5n * GIB],
  ])("%i is enough, or says nothing, for %i bytes", async (minDiskGb, sizeBytes) => {
    expect(await outcomeOf(qcow2({ sizeBytes }), { ...bare("qcow2"), minDiskGb })).toBe(true);
  });

  it("is an error when the disk is larger, whatever the size of the file", async () => {
    const image = qcow2({ sizeBytes: 2n * GIB + 1n });
    expect(await outcomeOf(image, { ...bare("qcow2"), minDiskGb: 2 })).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [
        {
          path: ["minDiskGb"],
          message:
            "must be at least 3, or 0, or absent: the disk in the source has 2147483649 bytes, which is more than 2 GiB",
        },
      ],
    });
  });

  it.each([
    ["a qcow2 that is declared raw is its own disk", qcow2({ sizeBytes: 9n * GIB }), "raw"],
    ["a CD isn't the machine's disk", largeDisc(), "iso"],
    ["nobody knows the disk of a format that can't be told", Buffer.alloc(9000), "ploop"],
    ["a small disk", vdi(), "vdi"],
  ])("passes: %s", async (_what, image, diskFormat) => {
    expect(await outcomeOf(image, { ...bare(diskFormat), minDiskGb: 1 })).toBe(true);
  });
});

function bare(diskFormat: string): DeclaredData {
  return { containerFormat: "bare", diskFormat };
}

/** A CD that says it has 4 GiB. */
function largeDisc(): Buffer {
  const image = iso();
  image.writeUInt32LE(2 ** 21, 32 * 1024 + 80);
  return image;
}

import { describe, expect, it } from "vitest";
import { DESCRIPTOR, iso, luks, mbr, qcow2, qed, vdi, vhd, vhdx, vmdk, vmdkFooter } from "./images.ts";
import { failedChecks, inspected } from "./inspected.ts";

const withLine = (line: string) => vmdk({ descriptor: `${DESCRIPTOR}\n${line}\n` });
const ofType = (type: string) => vmdk({ descriptor: DESCRIPTOR.replace("monolithicSparse", type) });
const footed = (change: (footer: Buffer) => void) => vmdk({ footer: vmdkFooter(change) });

describe("an image is unsafe:", () => {
  it.each<readonly [what: string, image: Buffer, check: string]>([
    ["qcow2 with a backing file", qcow2({ backingFile: "/etc/passwd" }), "backing_file"],
    ["qcow2 of version 2 with a backing file", qcow2({ version: 2, backingFile: "base" }), "backing_file"],
    ["qcow2 whose data is elsewhere", qcow2({ features: 4n }), "data_file"],
    ["qcow2 with extended L2 entries", qcow2({ features: 16n }), "unknown_features"],
    ["qcow2 with a feature of the future", qcow2({ features: 1n << 63n }), "unknown_features"],
    ["qcow2 of version 1", qcow2({ version: 1 }), "unknown_features"],
    ["qcow2 of version 4", qcow2({ version: 4 }), "unknown_features"],
    ["qcow2 that is cut off", qcow2().subarray(0, 90), "header"],
    ["qcow2 of more than 2⁵³−1 bytes", qcow2({ sizeBytes: 1n << 53n }), "virtual_size"],
    ["qed", qed(), "banned"],
    ["a flat VMDK", ofType("monolithicFlat"), "descriptor"],
    ["VMDK of no type", vmdk({ descriptor: DESCRIPTOR.replace("createType", "x") }), "descriptor"],
    ["VMDK of two types", withLine('createType="vmfs"'), "descriptor"],
    ["VMDK with the path of a file", withLine('RW 1 FLAT "/etc/passwd" 0'), "descriptor"],
    ["VMDK with an unknown line", withLine("do something"), "descriptor"],
    ["VMDK that isn't ASCII", withLine("# \xe9"), "descriptor"],
    ["VMDK without extents", vmdk({ descriptor: 'createType="monolithicSparse"' }), "descriptor"],
    ["VMDK without a descriptor", vmdk({ descriptorSectors: 0n }), "descriptor"],
    ["VMDK whose descriptor is elsewhere", vmdk({ descriptorSector: 2n }), "descriptor"],
    ["VMDK of version 4", vmdk({ version: 4 }), "descriptor"],
    ["a descriptor alone", Buffer.from(DESCRIPTOR), "descriptor"],
    ["a long descriptor alone", Buffer.from(`${"# text\n".repeat(10_000)}${DESCRIPTOR}`), "descriptor"],
    [
      "VMDK with another descriptor in its footer",
      footed((footer) => footer.writeUInt32LE(9, 540)),
      "footer",
    ],
    ["VMDK with another version in its footer", footed((footer) => footer.writeUInt32LE(2, 516)), "footer"],
    ["VMDK whose footer has a footer", footed((footer) => footer.fill(0xff, 568, 576)), "footer"],
    ["VMDK without the footer's marker", footed((footer) => footer.writeUInt32LE(0, 12)), "footer"],
    ["VMDK with data in the footer's marker", footed((footer) => footer.writeUInt8(1, 500)), "footer"],
    ["VMDK without an end", footed((footer) => footer.writeUInt32LE(1, 1024)), "footer"],
    ["a differencing VHD", vhd(4), "parent"],
    ["a differencing VHDX", vhdx({ hasParent: true }), "parent"],
    ["VHDX without metadata", vhdx({ entries: 0 }), "header"],
    ["VHDX whose metadata is too far away", vhdx({ metadataOffset: 2n ** 63n }), "header"],
    ["VHDX whose metadata is before its table", vhdx({ metadataOffset: 4096n }), "header"],
    ["VHDX that is cut off", vhdx().subarray(0, 300_000), "header"],
    ["a differencing VDI", vdi(4), "parent"],
    ["LUKS of version 2", luks(2), "version"],
    ["LUKS that is cut off", luks().subarray(0, 300), "header"],
  ])("%s", async (_what, image, check) => {
    expect(await failedChecks(image)).toContain(check);
    expect((await inspected(image)).safe).toBe(false);
  });

  it("of two formats at once", async () => {
    const both = iso("CD001", qcow2().subarray(0, 512));
    expect(await inspected(both)).toMatchObject({
      format: "qcow2",
      formats: ["qcow2", "iso"],
      safe: false,
      problems: [{ check: "formats" }],
    });
  });
});

it("a dynamic VHD that is a partition table, too, is unsafe", async () => {
  const image = vhd();
  image.writeUInt16LE(0xaa55, 510);
  expect(await inspected(image)).toMatchObject({ formats: ["vhd", "gpt"], safe: false });
});

describe("a partition table that is odd is told of, and safe:", () => {
  it.each([
    ["no partition", mbr()],
    ["partitions beside the protective one", mbr({ type: 0xee }, { type: 0x83 })],
    ["a protective one in second place", mbr({ type: 0 }, { type: 0xee })],
    ["a protective one that begins elsewhere", mbr({ type: 0xee, start: 2 })],
    ["an unknown boot flag", mbr({ type: 0x83, boot: 1 })],
  ])("%s", async (_what, image) => {
    expect(await inspected(image)).toMatchObject({
      format: "gpt",
      safe: true,
      problems: [{ check: "mbr", fatal: false }],
    });
  });
});

describe("the name of a backing file", () => {
  it("is told", async () => {
    expect(await inspected(qcow2({ backingFile: "/srv/base.qcow2" }))).toMatchObject({
      problems: [{ message: 'it has a backing file ("/srv/base.qcow2")' }],
      details: { backingFile: "/srv/base.qcow2" },
    });
  });

  it.each(["https://user:secret@host/a", 'json:{"password":"secret"}', "a\u001b[31msecret"])(
    "is not in the message where it may be more than a path: %j",
    async (backingFile) => {
      const { problems } = await inspected(qcow2({ backingFile }));
      expect(problems).toEqual([{ check: "backing_file", message: "it has a backing file", fatal: true }]);
    },
  );
});

import { describe, expect, it } from "vitest";
import {
  fixedVhd,
  gpt,
  IMAGES,
  iso,
  luks,
  MIB,
  mbr,
  qcow2,
  vdi,
  vhd,
  vhdx,
  vmdk,
  vmdkFooter,
} from "./images.ts";
import { inspected } from "./inspected.ts";

const SIZES: Readonly<Record<string, number>> = {
  qcow2: 2 ** 30,
  qed: 5_000_000,
  vmdk: 2048 * 512,
  vhd: 3 * MIB,
  vhdx: 7 * MIB,
  vdi: 9_000_000,
  iso: 123 * 2048,
  gpt: 64 * 1024,
  luks: 64 * 1024 - 8 * 512,
  raw: IMAGES["raw"]?.length ?? 0,
};

describe("inspection knows", () => {
  it.each(Object.entries(IMAGES))("%s, and the size of its disk", async (format, image) => {
    expect(await inspected(image)).toMatchObject({
      format,
      formats: [format],
      virtualSizeBytes: SIZES[format],
      sizeBytes: image.length,
      safe: format !== "qed",
    });
  });

  it.each([
    ["qcow2's version 2", qcow2({ version: 2 }), { version: 2, compression: "zlib", encryption: "none" }],
    ["an encrypted qcow2", qcow2({ encryption: 2 }), { version: 3, encryption: "luks" }],
    ["zstd", qcow2({ features: 8n, compression: 1 }), { compression: "zstd", clusterSizeBytes: 65_536 }],
    ["a sparse VMDK", vmdk(), { subformat: "monolithicSparse", version: 1 }],
    ["a dynamic VHD", vhd(), { subformat: "dynamic" }],
    ["a fixed VHD", fixedVhd(Buffer.alloc(70_000)), { subformat: "fixed" }],
    ["VHDX", vhdx(), { blockSizeBytes: 2 * MIB }],
    ["a static VDI", vdi(2), { subformat: "static" }],
    ["a CD's name", iso(), { volumeName: "A DISC" }],
    ["GPT", gpt(), { partitionTable: "gpt" }],
    ["an MBR", mbr({ type: 0x83 }), { partitionTable: "mbr" }],
    ["a LUKS cipher", luks(), { cipher: "aes-xts-plain64" }],
  ])("%s", async (_what, image, details) => {
    expect(await inspected(image)).toMatchObject({ safe: true, details });
  });

  it.each(["CD001", "NSR02", "NSR03"])("a CD by its identifier %s", async (identifier) => {
    expect((await inspected(iso(identifier))).format).toBe("iso");
  });

  it("a stream-optimised VMDK by its footer", async () => {
    const descriptor = '# x\ncreateType="streamOptimized"\nRW 2048 SPARSE "disk.vmdk"\n';
    expect(await inspected(vmdk({ version: 1, descriptor, footer: vmdkFooter() }))).toMatchObject({
      format: "vmdk",
      safe: true,
      details: { subformat: "streamOptimized" },
    });
  });
});

describe("what is a part of something else doesn't count:", () => {
  it("the MBR of a CD that boots as a disk, too", async () => {
    expect(await inspected(iso("CD001", mbr({ type: 0x17 })))).toMatchObject({
      formats: ["iso"],
      safe: true,
    });
  });

  it("the partition table of a fixed VHD", async () => {
    const image = fixedVhd(gpt());
    expect(await inspected(image)).toMatchObject({ formats: ["vhd"], virtualSizeBytes: image.length - 512 });
  });

  it("the footer of a VHD behind another image", async () => {
    expect((await inspected(fixedVhd(qcow2()))).formats).toEqual(["qcow2"]);
  });
});

it("the boot sector of a FAT file system is no partition table", async () => {
  const image = mbr();
  image[0x10] = 2;
  image[0x15] = 0xf8;
  expect((await inspected(image)).format).toBe("raw");
});

it.each([
  ["a text", Buffer.from("This is a text about createType and nothing else.\n".repeat(50))],
  ["a single byte", Buffer.from("Q")],
  ["a beginning that is cut off", Buffer.from("QFI")],
  ["a dynamic VHD's footer at the end", Buffer.concat([Buffer.alloc(5000), vhd().subarray(0, 512)])],
])("%s is raw", async (_what, image) => {
  expect(await inspected(image)).toMatchObject({ format: "raw", virtualSizeBytes: image.length, safe: true });
});

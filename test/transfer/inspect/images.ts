/** The headers of small images, written field by field. What isn't given is as a tool would write it. */
export const MIB: number = 2 ** 20;

export function qcow2(
  fields: {
    version?: number;
    sizeBytes?: bigint;
    backingFile?: string;
    features?: bigint;
    encryption?: number;
    compression?: number;
  } = {},
): Buffer {
  const { version = 3, sizeBytes = 1n << 30n, backingFile, features = 0n, encryption = 0 } = fields;
  const image = Buffer.alloc(64 * 1024);
  image.write("QFI\xfb", 0, "latin1");
  image.writeUInt32BE(version, 4);
  if (backingFile !== undefined) {
    image.writeBigUInt64BE(512n, 8);
    image.writeUInt32BE(backingFile.length, 16);
    image.write(backingFile, 512, "latin1");
  }
  image.writeUInt32BE(16, 20);
  image.writeBigUInt64BE(sizeBytes, 24);
  image.writeUInt32BE(encryption, 32);
  if (version === 3) {
    image.writeBigUInt64BE(features, 72);
    image.writeUInt32BE(112, 100);
    image.writeUInt8(fields.compression ?? 0, 104);
  }
  return image;
}

export function qed(): Buffer {
  const image = Buffer.alloc(64 * 1024);
  image.write("QED\0", 0, "latin1");
  image.writeUInt32LE(65_536, 4);
  image.writeBigUInt64LE(5_000_000n, 48);
  return image;
}

export const DESCRIPTOR: string = [
  "# Disk DescriptorFile",
  "version=1",
  'CID=1234abcd\nparentCID=ffffffff\ncreateType="monolithicSparse"',
  "",
  'RW 2048 SPARSE "disk.vmdk"',
  "",
  'ddb.adapterType = "ide"\r',
].join("\n");

export function vmdk(
  fields: {
    version?: number;
    descriptor?: string;
    descriptorSector?: bigint;
    descriptorSectors?: bigint;
    footer?: Buffer;
  } = {},
): Buffer {
  const { version = 1, descriptor = DESCRIPTOR, footer } = fields;
  const header = Buffer.alloc(512);
  header.write("KDMV", 0, "latin1");
  header.writeUInt32LE(version, 4);
  header.writeBigUInt64LE(2048n, 12);
  header.writeBigUInt64LE(fields.descriptorSector ?? 1n, 28);
  header.writeBigUInt64LE(fields.descriptorSectors ?? 20n, 36);
  header.writeBigUInt64LE(footer === undefined ? 40n : 2n ** 64n - 1n, 56);
  const text = Buffer.alloc(20 * 512);
  text.write(descriptor, 0, "latin1");
  return Buffer.concat([header, text, Buffer.alloc(64 * 1024), footer ?? Buffer.alloc(0)]);
}

/** The end of a stream-optimised VMDK: a marker, the header once more, the marker of the end. */
export function vmdkFooter(change: (footer: Buffer) => void = () => {}): Buffer {
  const footer = Buffer.alloc(1536);
  footer.writeUInt32LE(1, 0);
  footer.writeUInt32LE(3, 12);
  vmdk().copy(footer, 512, 0, 512);
  change(footer);
  return footer;
}

function vhdFooter(type: number, sizeBytes: number): Buffer {
  const footer = Buffer.alloc(512);
  footer.write("conectix", 0, "latin1");
  footer.writeBigUInt64BE(1n, 40);
  footer.writeBigUInt64BE(BigInt(sizeBytes), 48);
  footer.writeUInt32BE(type, 60);
  return footer;
}

export function vhd(type = 3): Buffer {
  return Buffer.concat([vhdFooter(type, 3 * MIB), Buffer.alloc(2048), vhdFooter(type, 3 * MIB)]);
}

/** A disk and the footer behind it. */
export function fixedVhd(disk: Buffer): Buffer {
  return Buffer.concat([disk, vhdFooter(2, disk.length)]);
}

const GUIDS = {
  metadata: "06a27c8b90479a4bb8fe575f050f886e",
  fileParameters: "3767a1ca36fa434db3b633f0aa44e76b",
  diskSize: "2442a52f1bcd7648b2115dbed83bf4b8",
};

export function vhdx(
  fields: { sizeBytes?: bigint; hasParent?: boolean; metadataOffset?: bigint; entries?: number } = {},
): Buffer {
  const { sizeBytes = 7n << 20n, hasParent = false, metadataOffset = 1n << 20n, entries = 1 } = fields;
  const image = Buffer.alloc(MIB + 128 * 1024);
  image.write("vhdxfile", 0, "latin1");
  const regions = image.subarray(192 * 1024);
  regions.write("regi", 0, "latin1");
  regions.writeUInt32LE(entries, 8);
  regions.write(GUIDS.metadata, 16, "hex");
  regions.writeBigUInt64LE(metadataOffset, 32);
  const metadata = image.subarray(MIB);
  metadata.write("metadata", 0, "latin1");
  metadata.writeUInt16LE(2, 10);
  // The items in another order than their entries.
  metadata.write(GUIDS.diskSize, 32, "hex");
  metadata.writeUInt32LE(65_536 + 8, 48);
  metadata.writeUInt32LE(8, 52);
  metadata.write(GUIDS.fileParameters, 64, "hex");
  metadata.writeUInt32LE(65_536, 80);
  metadata.writeUInt32LE(8, 84);
  metadata.writeUInt32LE(2 * MIB, 65_536);
  metadata.writeUInt32LE(hasParent ? 2 : 0, 65_536 + 4);
  metadata.writeBigUInt64LE(sizeBytes, 65_536 + 8);
  return image;
}

export function vdi(type = 1): Buffer {
  const image = Buffer.alloc(1024);
  image.writeUInt32LE(0xbeda107f, 0x40);
  image.writeUInt32LE(type, 0x4c);
  image.writeBigUInt64LE(9_000_000n, 0x170);
  return image;
}

export function iso(identifier = "CD001", start: Buffer = Buffer.alloc(0)): Buffer {
  const image = Buffer.alloc(40 * 1024);
  start.copy(image, 0, 0, 512);
  const descriptor = image.subarray(32 * 1024);
  descriptor.writeUInt8(1, 0);
  descriptor.write(identifier, 1, "latin1");
  descriptor.write("A DISC".padEnd(32), 40, "latin1");
  descriptor.writeUInt32LE(123, 80);
  descriptor.writeUInt16LE(2048, 128);
  return image;
}

/** A disk whose MBR has these entries: type, boot flag, first sector. */
export function mbr(...entries: readonly { type: number; boot?: number; start?: number }[]): Buffer {
  const image = Buffer.alloc(64 * 1024);
  for (const [index, { type, boot = 0, start = 1 }] of entries.entries()) {
    image.set([boot, 0, 2, 0, type], 446 + index * 16);
    image.writeUInt32LE(start, 446 + index * 16 + 8);
  }
  image.writeUInt16LE(0xaa55, 510);
  return image;
}

export function gpt(): Buffer {
  return mbr({ type: 0xee });
}

export function luks(version = 1): Buffer {
  const image = Buffer.alloc(64 * 1024);
  image.write("LUKS\xba\xbe", 0, "latin1");
  image.writeUInt16BE(version, 6);
  image.write("aes", 8, "latin1");
  image.write("xts-plain64", 40, "latin1");
  image.writeUInt32BE(8, 104);
  return image;
}

/** One of every format. */
export const IMAGES: Readonly<Record<string, Buffer>> = {
  qcow2: qcow2(),
  qed: qed(),
  vmdk: vmdk(),
  vhd: vhd(),
  vhdx: vhdx(),
  vdi: vdi(),
  iso: iso(),
  gpt: gpt(),
  luks: luks(),
  raw: Buffer.from("Nothing that anybody knows. ".repeat(3000)),
};

/** How the files of some disk formats begin. */
const MAGICS: readonly (readonly [format: string, offset: number, magic: string])[] = [
  ["qcow2", 0, "514649fb"],
  ["qed", 0, "51454400"],
  ["vmdk", 0, "4b444d56"],
  ["vmdk", 0, "434f5744"],
  ["vmdk", 0, Buffer.from("# Disk DescriptorFile").toString("hex")],
  ["vhd", 0, Buffer.from("conectix").toString("hex")],
  ["vhdx", 0, Buffer.from("vhdxfile").toString("hex")],
  ["ploop", 0, Buffer.from("WithoutFreeSpace").toString("hex")],
  ["ploop", 0, Buffer.from("WithouFreSpacExt").toString("hex")],
  ["vdi", 64, "7f10dabe"],
];

/** How many bytes of a file {@link detectFormat} wants to see. */
export const DETECTED_BYTES = 128;

/** The disk format that a file is in, by how it begins. What is of none of them is taken for raw. */
export function detectFormat(head: Buffer): string {
  const found = MAGICS.find(
    ([, offset, magic]) => head.toString("hex", offset, offset + magic.length / 2) === magic,
  );
  return found?.[0] ?? "raw";
}

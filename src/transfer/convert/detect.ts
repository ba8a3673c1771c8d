import { textOf } from "../inspect/fields.ts";
import type { InspectedFormat } from "../inspect/inspection.ts";
import { inspector } from "../inspect/inspector.ts";

/** What a machine takes for a disk as it is. */
const PLAIN: readonly InspectedFormat[] = ["raw", "gpt", "iso", "luks"];

/** How files of other formats begin that oslo.utils, and so an inspection, takes for raw. */
const OTHERS: readonly (readonly [format: string, magic: string])[] = [
  ["vmdk", "COWD"],
  ["vmdk", "# Disk DescriptorFile"],
  ["ploop", "WithoutFreeSpace"],
  ["ploop", "WithouFreSpacExt"],
];

/** How many bytes of a file {@link detectFormat} wants to see. */
export const DETECTED_BYTES = 512;

/** The disk format that a file is in, by how it begins. What is of none of them is taken for raw. */
export function detectFormat(head: Uint8Array): string {
  const inspecting = inspector();
  inspecting.update(head);
  inspecting.end();
  const { format } = inspecting.findings().inspection;
  if (!PLAIN.includes(format)) return format;
  const beginning = textOf(head);
  return OTHERS.find(([, magic]) => beginning.startsWith(magic))?.[0] ?? "raw";
}

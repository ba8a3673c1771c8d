import { littleEndian } from "./fields.ts";
import type { Finding, Region } from "./parser.ts";

/** Sixteen sectors are the system's, for boot code such as an MBR. */
const SYSTEM_AREA_BYTES = 32 * 1024;
const SECTOR_BYTES = 2048;
const IDENTIFIERS: readonly string[] = ["CD001", "NSR02", "NSR03"];
const PRIMARY_VOLUME = 1;

/** The file system of a CD: ISO 9660 (ECMA-119, 8.4), or UDF's sector in its place (ECMA-167, 3/9.1). */
export function* iso(): Generator<Region, Finding | undefined, Uint8Array> {
  const bytes = yield { offset: SYSTEM_AREA_BYTES, length: SECTOR_BYTES };
  const descriptor = littleEndian(bytes);
  if (bytes.length < SECTOR_BYTES || !IDENTIFIERS.includes(descriptor.text(1, 5))) return undefined;
  if (descriptor.u8(0) !== PRIMARY_VOLUME) return { format: "iso", problems: [] };
  const volumeName = descriptor.text(40, 32).trimEnd();
  return {
    format: "iso",
    disk: { sizeBytes: BigInt(descriptor.u32(80)) * BigInt(descriptor.u16(128)) },
    problems: [],
    details: { volumeName },
  };
}

import { type Fields, littleEndian } from "./fields.ts";
import type { Finding, Region } from "./parser.ts";
import { fatal, problemsOf } from "./problem.ts";

const TABLE_BYTES = 64 * 1024;
const REGION_TABLE_OFFSET = 192 * 1024;
const ENTRY_BYTES = 32;
const MAX_ENTRIES = 2047;
/** Of both items that are read. */
const ITEM_BYTES = 8;

const METADATA_REGION = "8b7ca206-4790-4b9a-b8fe-575f050f886e";
const FILE_PARAMETERS = "caa16737-fa36-4d43-b3b6-33f0aa44e76b";
const VIRTUAL_DISK_SIZE = "2fa54224-cd1b-4876-b211-5dbed83bf4b8";

/** A flag of the file parameters. */
const HAS_PARENT = 2;

/**
 * VHDX: the region table leads to the metadata, whose table leads to the items.
 *
 * @see https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-vhdx/83e061f8-f6e2-4de1-91bd-5d518a43d477
 */
export function* vhdx(): Generator<Region, Finding | undefined, Uint8Array> {
  const identifier = littleEndian(yield { offset: 0, length: 8 });
  if (identifier.text(0, 8) !== "vhdxfile") return undefined;
  const regions = littleEndian(yield { offset: REGION_TABLE_OFFSET, length: TABLE_BYTES });
  const metadata =
    regions.text(0, 4) === "regi" ? entryOf(regions, 16, regions.u32(8), METADATA_REGION) : undefined;
  if (metadata === undefined) return damaged("the region table leads to no metadata");

  const metadataOffset = Number(regions.u64(metadata + 16));
  const table = littleEndian(yield { offset: metadataOffset, length: TABLE_BYTES });
  const itemOffsets = [FILE_PARAMETERS, VIRTUAL_DISK_SIZE].flatMap((guid) => {
    const entry = table.text(0, 8) === "metadata" ? entryOf(table, 32, table.u16(10), guid) : undefined;
    const isWhole = entry !== undefined && table.u32(entry + 20) === ITEM_BYTES;
    return !isWhole ? [] : [{ guid, offset: metadataOffset + table.u32(entry + 16) }];
  });
  const items = new Map<string, Fields>();
  for (const { guid, offset } of itemOffsets.sort((one, other) => one.offset - other.offset)) {
    const bytes = yield { offset, length: ITEM_BYTES };
    if (bytes.length === ITEM_BYTES) items.set(guid, littleEndian(bytes));
  }

  const size = items.get(VIRTUAL_DISK_SIZE);
  if (size === undefined) return damaged("the metadata has no size of the disk");
  const parameters = items.get(FILE_PARAMETERS);
  const hasParent = parameters !== undefined && (parameters.u32(4) & HAS_PARENT) !== 0;
  return {
    format: "vhdx",
    disk: { sizeBytes: size.u64(0) },
    problems: problemsOf(hasParent && fatal("parent", "it holds only what differs from another disk")),
    details: parameters === undefined ? {} : { blockSizeBytes: parameters.u32(0) },
  };
}

function damaged(message: string): Finding {
  return { format: "vhdx", problems: [fatal("header", message)] };
}

/** Where the entry with a GUID begins in a table. */
function entryOf(table: Fields, first: number, count: number, guid: string): number | undefined {
  for (let index = 0; index < Math.min(count, MAX_ENTRIES); index++) {
    const offset = first + index * ENTRY_BYTES;
    if (guidAt(table, offset) === guid) return offset;
  }
  return undefined;
}

/** The first three parts are numbers, the other bytes stand as they are written. */
function guidAt(table: Fields, offset: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
  const bytes = Array.from({ length: 8 }, (_, index) => hex(table.u8(offset + 8 + index), 2)).join("");
  return [
    hex(table.u32(offset), 8),
    hex(table.u16(offset + 4), 4),
    hex(table.u16(offset + 6), 4),
    bytes.slice(0, 4),
    bytes.slice(4),
  ].join("-");
}

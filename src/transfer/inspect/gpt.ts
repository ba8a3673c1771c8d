import { type Fields, littleEndian } from "./fields.ts";
import type { Finding, Region } from "./parser.ts";

const SECTOR_BYTES = 512;
const ENTRIES_OFFSET = 446;
const ENTRY_BYTES = 16;
/** The type of the entry that protects a GPT from those who know only MBRs. */
const PROTECTIVE = 0xee;

/**
 * A disk with a partition table: GPT, or only MBR. Glance tells it from raw, and takes it as raw.
 *
 * @see https://uefi.org/specs/UEFI/2.10/05_GUID_Partition_Table_Format.html
 */
export function* gpt(): Generator<Region, Finding | undefined, Uint8Array> {
  const bytes = yield { offset: 0, length: SECTOR_BYTES };
  const mbr = littleEndian(bytes);
  if (mbr.u16(510) !== 0xaa55 || isFat(mbr)) return undefined;
  const entries = [0, 1, 2, 3].map((index) => entryOf(mbr, ENTRIES_OFFSET + index * ENTRY_BYTES));
  const message = problemOf(entries);
  return {
    format: "gpt",
    disk: { offsetBytes: 0 },
    // Glance up to 2026.1 lets this pass (`gpt_safety_checks_nonfatal`), and many a bootable disk needs it.
    problems: message === undefined ? [] : [{ check: "mbr", message, fatal: false }],
    details: { partitionTable: entries.some(({ type }) => type === PROTECTIVE) ? "gpt" : "mbr" },
  };
}

/** The boot sector of a FAT file system ends as an MBR does: it has two FATs on a fixed disk. */
function isFat(sector: Fields): boolean {
  return sector.u8(0x10) === 2 && sector.u8(0x15) === 0xf8;
}

type Entry = ReturnType<typeof entryOf>;

function entryOf(mbr: Fields, offset: number) {
  return {
    boot: mbr.u8(offset),
    startsAtChs: [mbr.u8(offset + 1), mbr.u8(offset + 2), mbr.u8(offset + 3)].join("/"),
    type: mbr.u8(offset + 4),
    startsAtSector: mbr.u32(offset + 8),
  };
}

function problemOf(entries: readonly Entry[]): string | undefined {
  const wrongFlag = entries.findIndex(({ boot }) => boot !== 0 && boot !== 0x80);
  if (wrongFlag !== -1) return `entry ${wrongFlag} of its MBR has an unknown boot flag`;
  const used = entries.flatMap(({ type }, index) => (type === 0 ? [] : [index]));
  if (used.length === 0) return "its MBR has no partition";
  const protective = entries.filter(({ type }) => type === PROTECTIVE);
  if (protective.length === 0) return undefined;
  if (protective.some(({ startsAtChs, startsAtSector }) => startsAtChs !== "0/2/0" || startsAtSector !== 1))
    return "the entry of its MBR that protects the GPT doesn't begin at sector 1";
  return used.join() === "0" ? undefined : "its MBR has partitions beside the one that protects the GPT";
}

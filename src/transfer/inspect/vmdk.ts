import { type Fields, littleEndian, textOf } from "./fields.ts";
import { type Finding, MAX_LAST_BYTES, MAX_REGION_BYTES, type Region } from "./parser.ts";
import { fatal, problemsOf } from "./problem.ts";
import { vmdkDescriptor } from "./vmdk-descriptor.ts";

const SECTOR_BYTES = 512;
const HEADER_BYTES = 64;
/** As qemu has it: a byte less than 1 MiB. */
const MAX_DESCRIPTOR_BYTES: number = MAX_REGION_BYTES - 1;

/** In place of the offset of the grain directory: it is in the footer. */
const AT_END = 2n ** 64n - 1n;
const FOOTER_MARKER = 3;
const END_OF_STREAM_MARKER = 0;

type Parsed = Generator<Region, Finding | undefined, Uint8Array>;

/**
 * VMDK: a sparse extent with its descriptor in it, or the descriptor alone, whose data is in other files.
 *
 * @see https://www.vmware.com/app/vmdk/?src=vmdk (Virtual Disk Format 5.0)
 */
export function* vmdk(): Parsed {
  const bytes = yield { offset: 0, length: SECTOR_BYTES };
  const header = littleEndian(bytes);
  if (header.text(0, 4) === "KDMV") return yield* sparseExtent(header, bytes.length < HEADER_BYTES);
  if (isText(bytes)) return yield* descriptorAlone(textOf(bytes));
  return undefined;
}

function* sparseExtent(header: Fields, isCut: boolean): Parsed {
  const version = header.u32(4);
  const isInPlace = header.u64(28) === 1n;
  const sectors = header.u64(36);
  const length = Math.min(Number(sectors) * SECTOR_BYTES, MAX_DESCRIPTOR_BYTES);
  const bytes = isInPlace && length > 0 ? yield { offset: SECTOR_BYTES, length } : new Uint8Array();
  const { subformat, problem } = vmdkDescriptor(textOf(bytes));
  const footer = header.u64(56) === AT_END ? yield { last: MAX_LAST_BYTES } : undefined;
  const footerWrong = footer === undefined ? undefined : footerProblem(header, footer);
  return {
    format: "vmdk",
    disk: { sizeBytes: header.u64(12) * BigInt(SECTOR_BYTES) },
    problems: problemsOf(
      isCut && fatal("header", "the header is cut off"),
      ![1, 2, 3].includes(version) && fatal("descriptor", `it is of version ${version}`),
      problem !== undefined && fatal("descriptor", problem),
      bytes.length < length && isInPlace && fatal("descriptor", "its descriptor is cut off"),
      footerWrong !== undefined && fatal("footer", footerWrong),
    ),
    details: { version, ...(subformat === undefined ? {} : { subformat }) },
  };
}

function* descriptorAlone(beginning: string): Parsed {
  const length = MAX_DESCRIPTOR_BYTES - SECTOR_BYTES;
  const rest = beginning.length < SECTOR_BYTES ? new Uint8Array() : yield { offset: SECTOR_BYTES, length };
  const { subformat, problem } = vmdkDescriptor(beginning + textOf(rest));
  if (subformat === undefined) return undefined;
  return {
    format: "vmdk",
    problems: [fatal("descriptor", problem ?? "it is a descriptor alone: its data is in other files")],
    details: { subformat },
  };
}

/** A marker, a copy of the header, and the marker of the end: a reader believes this copy, not the header. */
function footerProblem(header: Fields, bytes: Uint8Array): string | undefined {
  if (bytes.length < MAX_LAST_BYTES) return "its footer is cut off";
  const footer = littleEndian(bytes.subarray(SECTOR_BYTES));
  if (!isMarker(bytes, FOOTER_MARKER)) return "the marker of its footer is wrong";
  if (!isMarker(bytes.subarray(2 * SECTOR_BYTES), END_OF_STREAM_MARKER))
    return "it has no end-of-stream marker";
  if (footer.text(0, 8) !== header.text(0, 8))
    return "its footer has another signature or version than its header";
  if (footer.text(28, 16) !== header.text(28, 16)) return "its footer has another descriptor than its header";
  return footer.u64(56) === AT_END ? "its footer leads to another footer" : undefined;
}

/** The number of sectors, of which only an end-of-stream marker says anything; a size of zero; the type; zeros. */
function isMarker(bytes: Uint8Array, type: number): boolean {
  const marker = littleEndian(bytes);
  const padding = bytes.subarray(16, SECTOR_BYTES);
  return (
    (type !== END_OF_STREAM_MARKER || marker.u64(0) === 0n) &&
    marker.u32(8) === 0 &&
    marker.u32(12) === type &&
    padding.every((byte) => byte === 0)
  );
}

/** ASCII that is seen, or white space. */
function isText(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.every((byte) => (byte >= 9 && byte <= 13) || (byte >= 28 && byte <= 126));
}

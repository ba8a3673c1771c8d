import { bigEndian, type Fields } from "./fields.ts";
import type { Finding, Region } from "./parser.ts";
import { fatal, problemsOf } from "./problem.ts";

const FOOTER_BYTES = 512;
const FIXED = 2;
const SUBFORMATS: Readonly<Record<number, string>> = { 2: "fixed", 3: "dynamic", 4: "differencing" };

/**
 * VHD, which qemu calls vpc: a dynamic one begins with a copy of its footer.
 *
 * @see https://learn.microsoft.com/en-us/windows/win32/vstor/about-vhd (Virtual Hard Disk Image Format Specification)
 */
export function* vhd(): Generator<Region, Finding | undefined, Uint8Array> {
  const bytes = yield { offset: 0, length: FOOTER_BYTES };
  const footer = bigEndian(bytes);
  return isFooter(footer) ? findingOf(footer, bytes.length < FOOTER_BYTES) : undefined;
}

/** A fixed VHD: a disk as it is, and the footer behind it. */
export function* fixedVhd(): Generator<Region, Finding | undefined, Uint8Array> {
  const footer = bigEndian(yield { last: FOOTER_BYTES });
  return isFooter(footer) && footer.u32(60) === FIXED ? findingOf(footer, false) : undefined;
}

function isFooter(footer: Fields): boolean {
  return footer.text(0, 8) === "conectix";
}

function findingOf(footer: Fields, isCut: boolean): Finding {
  const type = footer.u32(60);
  const subformat = SUBFORMATS[type] ?? String(type);
  return {
    format: "vhd",
    disk: { sizeBytes: footer.u64(48) },
    problems: problemsOf(
      isCut && fatal("header", "the header is cut off"),
      subformat === "differencing" && fatal("parent", "it holds only what differs from another disk"),
    ),
    details: { subformat },
  };
}

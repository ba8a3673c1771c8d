import { littleEndian } from "./fields.ts";
import type { Finding, Region } from "./parser.ts";
import { fatal, problemsOf } from "./problem.ts";

const HEADER_BYTES = 512;
const SUBFORMATS: Readonly<Record<number, string>> = {
  1: "dynamic",
  2: "static",
  3: "undo",
  4: "differencing",
};

/** VirtualBox's disk image, of the versions 1.x. The header is VDIHEADER1PLUS in its VDICore.h. */
export function* vdi(): Generator<Region, Finding | undefined, Uint8Array> {
  const bytes = yield { offset: 0, length: HEADER_BYTES };
  const header = littleEndian(bytes);
  if (header.u32(0x40) !== 0xbeda107f) return undefined;
  const type = header.u32(0x4c);
  const subformat = SUBFORMATS[type] ?? String(type);
  return {
    format: "vdi",
    disk: { sizeBytes: header.u64(0x170) },
    problems: problemsOf(
      bytes.length < HEADER_BYTES && fatal("header", "the header is cut off"),
      (subformat === "differencing" || subformat === "undo") &&
        fatal("parent", "it holds only what differs from another disk"),
    ),
    details: { subformat },
  };
}

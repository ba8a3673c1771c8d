import { bigEndian, untilNul } from "./fields.ts";
import type { Finding, Region } from "./parser.ts";
import { fatal, problemsOf } from "./problem.ts";

const HEADER_BYTES = 592;
const SECTOR_BYTES = 512;

/**
 * A disk encrypted with LUKS; clouds take version 1 only.
 *
 * @see https://gitlab.com/cryptsetup/cryptsetup/-/wikis/LUKS-standard/on-disk-format.pdf
 */
export function* luks(): Generator<Region, Finding | undefined, Uint8Array> {
  const bytes = yield { offset: 0, length: HEADER_BYTES };
  const header = bigEndian(bytes);
  if (header.text(0, 6) !== "LUKS\xba\xbe") return undefined;
  const version = header.u16(6);
  if (version !== 1) {
    const message = `it is of version ${version}, and clouds take version 1 only`;
    return { format: "luks", problems: [fatal("version", message)], details: { version } };
  }
  return {
    format: "luks",
    disk: { offsetBytes: header.u32(104) * SECTOR_BYTES },
    problems: problemsOf(bytes.length < HEADER_BYTES && fatal("header", "the header is cut off")),
    details: {
      version,
      cipher: `${untilNul(header.text(8, 32))}-${untilNul(header.text(40, 32))}`,
    },
  };
}

import { bigEndian, type Fields } from "./fields.ts";
import type { Problem } from "./inspection.ts";
import type { Finding, Region } from "./parser.ts";
import { fatal, problemsOf } from "./problem.ts";

/** The header of version 2; version 3 goes on from here. */
const HEADER_BYTES = 72;
const HEADER_BYTES_V3 = 104;

/** Of the incompatible features: the disk's data is in another file. */
const EXTERNAL_DATA_FILE = 1n << 2n;

/** Dirty, corrupt, external data file, compression type. Glance takes no others: extended L2 entries (bit 4) neither. */
const KNOWN_FEATURES = 0b1111n;

const ENCRYPTION = ["none", "aes", "luks"];
const COMPRESSION = ["zlib", "zstd"];

/**
 * qcow2 of the versions 2 and 3; qcow, its version 1, is known and refused.
 *
 * @see https://www.qemu.org/docs/master/interop/qcow2.html
 */
export function* qcow2(): Generator<Region, Finding | undefined, Uint8Array> {
  const bytes = yield { offset: 0, length: 4096 };
  const header = bigEndian(bytes);
  if (header.text(0, 4) !== "QFI\xfb") return undefined;
  const version = header.u32(4);
  const isCut = bytes.length < (version === 3 ? HEADER_BYTES_V3 : HEADER_BYTES);
  // What follows the header of version 2 are its extensions.
  const features = version === 3 ? header.u64(72) : 0n;
  const backingFile = header.u64(8) === 0n ? undefined : backingFileOf(header);
  return {
    format: "qcow2",
    disk: { sizeBytes: header.u64(24) },
    problems: problemsOf(
      isCut && fatal("header", "the header is cut off"),
      backingFile !== undefined && fatal("backing_file", `it has a backing file${shown(backingFile)}`),
      (features & EXTERNAL_DATA_FILE) !== 0n && fatal("data_file", "its data is in another file"),
      featuresProblem(version, features & ~KNOWN_FEATURES),
    ),
    details: {
      version,
      // Version 1 has other fields in these places.
      ...(version === 1
        ? {}
        : {
            clusterSizeBytes: 2 ** Math.min(header.u32(20), 52),
            encryption: nameOf(ENCRYPTION, header.u32(32)),
          }),
      compression: version === 3 && header.u32(100) > 104 ? nameOf(COMPRESSION, header.u8(104)) : "zlib",
      ...(backingFile === undefined ? {} : { backingFile }),
    },
  };
}

function featuresProblem(version: number, unknown: bigint): Problem | undefined {
  if (version !== 2 && version !== 3) return fatal("unknown_features", `it is of version ${version}`);
  if (unknown === 0n) return undefined;
  const bits = [...unknown.toString(2)].reverse().flatMap((bit, index) => (bit === "1" ? [index] : []));
  const which = bits.map((bit) => (bit === 4 ? "4 (extended L2 entries)" : String(bit))).join(", ");
  return fatal("unknown_features", `it uses features that clouds don't take: incompatible feature ${which}`);
}

/** Its name as far as it is in what was read: it is in the first cluster, mostly right behind the header. */
function backingFileOf(header: Fields): string {
  const offset = header.u64(8);
  return offset > 4096n ? "" : header.text(Number(offset), Math.min(header.u32(16), 1023));
}

/** A path is shown; anything else may be a URL or options with a password in them. */
function shown(backingFile: string): string {
  return /^[!-9;-~ ]+$/.test(backingFile) ? ` (${JSON.stringify(backingFile)})` : "";
}

function nameOf(names: readonly string[], index: number): string {
  return names[index] ?? String(index);
}

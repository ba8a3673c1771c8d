import { FormatError, SpecError } from "../../model/index.ts";
import { INSPECTED_FORMATS, type InspectedFormat, type Inspection } from "./inspection.ts";
import type { Findings } from "./inspector.ts";

/** What image data is declared to be. */
export interface DeclaredData {
  /** Data is looked into only where this is `bare`. */
  readonly containerFormat?: string | undefined;
  readonly diskFormat?: string | undefined;
  /** In GiB; 0 and absent say nothing. */
  readonly minDiskGb?: number | undefined;
}

const GIB = 2 ** 30;

/** What the messages end with. */
const SETTING = 'or send it as it is, with new ImageManager(backend, { inspection: "off" })';

/**
 * The error that keeps data from being sent; `undefined` as long as there is none. The rules are Glance's, since
 * 2025.1: data that is declared `raw` may be of any format, data of a format that can't be told (`ami`, `ploop`) must
 * be of none, and all other data of the declared one; whatever it is, it must be safe.
 *
 * - FormatError `ERR_FORMAT_MISMATCH`, `ERR_FORMAT_UNSAFE`.
 * - SpecError `ERR_SPEC_INVALID` for a `minDiskGb` that the disk doesn't fit on.
 */
export function refusal(findings: Findings, declared: DeclaredData): FormatError | SpecError | undefined {
  const { inspection } = findings;
  if (inspection.formats.length > 1) return unsafe(inspection, declared);
  if (isMismatch(findings, declared.diskFormat)) return mismatch(inspection, declared);
  return inspection.safe ? tooLarge(findings, declared) : unsafe(inspection, declared);
}

/** Whether data is looked into: what is in a container isn't (nor does Glance). */
export function isInspected({ containerFormat }: DeclaredData): boolean {
  return containerFormat === "bare";
}

function isMismatch({ inspection, isDone, isRuledOut }: Findings, declared: string | undefined): boolean {
  if (declared === undefined || declared === "raw") return false;
  if (!isInspectable(declared)) return inspection.format !== "raw";
  return isRuledOut(declared) || (isDone && inspection.format !== declared);
}

function isInspectable(format: string): format is InspectedFormat {
  return INSPECTED_FORMATS.some((known) => known === format);
}

function mismatch({ format, details }: Inspection, { diskFormat }: DeclaredData): FormatError {
  const { compressedWith } = details;
  const [found, remedy] =
    compressedWith === undefined
      ? [format === "raw" ? "of no known format, so raw or broken" : format, `diskFormat to "${format}"`]
      : [`compressed with ${compressedWith}`, "decompress to true"];
  return new FormatError(
    `The source is not ${diskFormat}, as diskFormat says; it is ${found}. Set ${remedy}, ${SETTING}`,
    { code: "ERR_FORMAT_MISMATCH", detected: format, declared: diskFormat },
  );
}

function unsafe({ formats, problems }: Inspection, { diskFormat }: DeclaredData): FormatError {
  const found = problems
    .filter(({ fatal }) => fatal)
    .map(({ check, message }) => `${message} [${check}]`)
    .join("; ");
  const detected = formats.join(", ");
  return new FormatError(
    `The source (${detected}) is not safe to use as an image: ${found}. Convert it to one that stands on its own, such as with qemu-img convert, ${SETTING}`,
    { code: "ERR_FORMAT_UNSAFE", detected, declared: diskFormat },
  );
}

function tooLarge(
  { inspection }: Findings,
  { minDiskGb = 0, diskFormat }: DeclaredData,
): SpecError | undefined {
  const bytes = diskSizeOf(inspection, diskFormat);
  if (minDiskGb === 0 || bytes === undefined || bytes <= minDiskGb * GIB) return undefined;
  const needed = Math.ceil(bytes / GIB);
  const message = `must be at least ${needed}, or 0, or absent: the disk in the source has ${bytes} bytes, which is more than ${minDiskGb} GiB`;
  return new SpecError([{ path: ["minDiskGb"], message }]);
}

/** What a machine's disk must hold; `undefined` where that isn't known, and of a CD, which isn't the machine's disk. */
function diskSizeOf(inspection: Inspection, diskFormat: string | undefined): number | undefined {
  // Declared raw, the data itself is the disk, whatever is in it.
  if (diskFormat === "raw") return inspection.sizeBytes;
  return diskFormat === inspection.format && diskFormat !== "iso" ? inspection.virtualSizeBytes : undefined;
}

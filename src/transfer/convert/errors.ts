import { FormatError } from "../../model/index.ts";

/** What is well made, but not converted here; `qemu-img` does it. */
export function unsupported(file: string, what: string, detected = "qcow2"): FormatError {
  const command = `qemu-img convert -O raw ${JSON.stringify(file)} image.raw`;
  return new FormatError(
    `${file} ${what}, which is not converted on the way: run "${command}" and give image.raw, without convert`,
    { code: "ERR_CONVERT_UNSUPPORTED", detected, declared: "raw" },
  );
}

/** What begins like a qcow2 and isn't a whole one: `qemu-img convert` may read zeros where data is missing. */
export function damaged(file: string, what: string): FormatError {
  return new FormatError(
    `${file} is damaged or cut short: ${what}. Fetch it again, or look at it with "qemu-img check"`,
    { code: "ERR_FORMAT_MISMATCH", detected: "qcow2", declared: "raw" },
  );
}

/** A compressed cluster that doesn't come to a whole one. */
export function undecodable(file: string, hostOffset: number, cause?: unknown): FormatError {
  return new FormatError(
    `${file} is damaged: the compressed cluster at byte ${hostOffset} can't be decompressed. Fetch it again`,
    { code: "ERR_DECOMPRESS", detected: "qcow2", declared: "raw", cause },
  );
}

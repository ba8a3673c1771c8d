import { FormatError } from "../../model/index.ts";

/** The path of a file that is converted; `undefined` where it has none, as what was decompressed. */
export type FilePath = string | undefined;

/** What messages call a file. */
export function nameOf(file: FilePath): string {
  return file ?? "What was decompressed";
}

/** What is well made, but not converted here; `qemu-img` does it. */
export function unsupported(file: FilePath, what: string, detected = "qcow2"): FormatError {
  const command = `qemu-img convert -O raw ${file === undefined ? "FILE" : JSON.stringify(file)} image.raw`;
  const [before, without] =
    file === undefined ? ["decompress the source, ", "decompress and convert"] : ["", "convert"];
  return new FormatError(
    `${nameOf(file)} ${what}, which is not converted on the way: ${before}run "${command}" and give image.raw, without ${without}`,
    { code: "ERR_CONVERT_UNSUPPORTED", detected, declared: "raw" },
  );
}

/** What begins like a qcow2 and isn't a whole one: `qemu-img convert` may read zeros where data is missing. */
export function damaged(file: FilePath, what: string): FormatError {
  return new FormatError(
    `${nameOf(file)} is damaged or cut short: ${what}. Fetch it again, or look at it with "qemu-img check"`,
    { code: "ERR_FORMAT_MISMATCH", detected: "qcow2", declared: "raw" },
  );
}

/** A compressed cluster that doesn't come to a whole one. */
export function undecodable(file: FilePath, hostOffset: number, cause?: unknown): FormatError {
  return new FormatError(
    `${nameOf(file)} is damaged: the compressed cluster at byte ${hostOffset} can't be decompressed. Fetch it again`,
    { code: "ERR_DECOMPRESS", detected: "qcow2", declared: "raw", cause },
  );
}

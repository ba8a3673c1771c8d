import type { Inspection, Problem } from "./inspection.ts";
import type { Finding } from "./parser.ts";
import { fatal, problemsOf } from "./problem.ts";

/** What the findings of all parsers come to: data that is of no other format is raw. */
export function conclude(findings: readonly Finding[], sizeBytes: number | undefined): Inspection {
  const [first = RAW, ...others] = findings;
  const formats = [first, ...others].map(({ format }) => format);
  const size = diskSizeOf(first, sizeBytes);
  const isTooLarge = size !== undefined && size > Number.MAX_SAFE_INTEGER;
  const problems: readonly Problem[] = [
    ...problemsOf(
      others.length > 0 && fatal("formats", `it is of several formats at once: ${formats.join(", ")}`),
      isTooLarge &&
        fatal("virtual_size", `it says that its disk has ${size} bytes, and more than 2^53−1 can't be`),
    ),
    ...findings.flatMap(({ problems }) => problems),
  ];
  return {
    format: first.format,
    formats,
    virtualSizeBytes: size === undefined || isTooLarge ? undefined : Number(size),
    sizeBytes,
    safe: !problems.some((problem) => problem.fatal),
    problems,
    details: first.details ?? {},
  };
}

const RAW: Finding = { format: "raw", disk: { offsetBytes: 0 }, problems: [] };

function diskSizeOf({ disk }: Finding, sizeBytes: number | undefined): bigint | undefined {
  if (disk === undefined) return undefined;
  if ("sizeBytes" in disk) return disk.sizeBytes;
  return sizeBytes === undefined ? undefined : BigInt(Math.max(0, sizeBytes - disk.offsetBytes));
}

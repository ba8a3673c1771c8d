import type { InspectedFormat } from "./inspection.ts";
import { type Finding, type Parsing, parsing } from "./parser.ts";
import { FOOTER_PARSER, PARSERS } from "./parsers.ts";

/** Every format that is looked for, side by side. */
export interface Search {
  /** The parsers at work; the one that looks at the end comes last. */
  readonly parsings: readonly Parsing[];
  /** What was found so far, without what is only a part of something else. */
  findings(): readonly Finding[];
  /** Whether the data can't be of this format any more. */
  isRuledOut(format: InspectedFormat): boolean;
  /** Whether no more has to be seen. */
  isDone(): boolean;
  /** Whether nothing but the end of the data has to be seen. */
  isDoneButForEnd(): boolean;
}

export function search(): Search {
  const heads = PARSERS.map(([format, parser]) => ({ format, parsing: parsing(parser) }));
  const footer = { format: FOOTER_PARSER[0], parsing: parsing(FOOTER_PARSER[1]) };
  const everything = [...heads, footer];
  /** Where there is more than a disk, the end isn't waited for. */
  const isAtWork = (each: (typeof everything)[number]): boolean =>
    each.parsing.wanted !== undefined && (each !== footer || isPlainDisk());
  const isPlainDisk = (): boolean =>
    heads.every(
      ({ format, parsing: { found } }) => found === undefined || format === "gpt" || format === "raw",
    );

  return {
    parsings: everything.map(({ parsing }) => parsing),
    findings() {
      const parts = isPlainDisk() ? everything : heads;
      const found = parts.flatMap(({ parsing: { found } }) => found ?? []);
      // A CD may be bootable as a disk, too; a fixed VHD is a disk.
      const isMore = found.some((finding) => finding.format === "iso" || finding === footer.parsing.found);
      const whole = found.filter(({ format }) => !isMore || format !== "gpt");
      const known = whole.filter(({ format }) => format !== "raw");
      return known.length > 0 ? known : whole;
    },
    isRuledOut(format) {
      const ours = everything.filter((each) => each.format === format);
      return ours.every((each) => each.parsing.found === undefined && !isAtWork(each));
    },
    isDone: () => !everything.some(isAtWork),
    isDoneButForEnd: () =>
      everything.every(
        (each) => !isAtWork(each) || (each.parsing.wanted !== undefined && "last" in each.parsing.wanted),
      ),
  };
}

import { type Issue, SpecError, unknownKey } from "../model/index.ts";

/** The option that backends without a server have. */
interface ClockOptions {
  readonly clock?: (() => Date | number) | undefined;
}

/** What a clock tells as `Date`s. Default: the system's. */
export function nowOf({ clock = Date.now }: ClockOptions): () => Date {
  return () => new Date(clock());
}

/** What is wrong with options that have a clock and nothing else. */
export function clockIssues(options: ClockOptions): readonly Issue[] {
  const unknown = Object.keys(options)
    .filter((key) => key !== "clock")
    .map((key) => ({ path: [key], message: unknownKey(key, ["clock"]) }));
  const { clock } = options;
  if (clock === undefined || typeof clock === "function") return unknown;
  return [...unknown, { path: ["clock"], message: "must be a function that tells the time" }];
}

/** @throws SpecError `ERR_SPEC_INVALID` where there are issues. */
export function refuseIssues(issues: readonly Issue[], backend: string): void {
  if (issues.length > 0) throw new SpecError(issues, { subject: `The options of ${backend}()` });
}

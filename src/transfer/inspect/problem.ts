import type { Problem } from "./inspection.ts";

/** A problem that no image may have. */
export function fatal(check: string, message: string): Problem {
  return { check, message, fatal: true };
}

/** Keeps those problems that there are. */
export function problemsOf(...problems: readonly (Problem | false | undefined)[]): readonly Problem[] {
  return problems.filter((problem) => problem !== undefined && problem !== false);
}

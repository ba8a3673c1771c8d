import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** One thing that is wrong with what the user wrote. */
export interface Issue {
  /** Where: the keys and indices that lead to the field, such as `["source", "checksum"]`. */
  readonly path: readonly (string | number)[];
  /** What is wrong, and what is allowed. */
  readonly message: string;
}

/** What the user wrote can't be used as it stands. Nothing was sent. */
export class SpecError extends ImagewrightError {
  override readonly name = "SpecError";
  readonly code = "ERR_SPEC_INVALID";
  /** Everything that is wrong, not only the first. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], options: ErrorOptions & { readonly subject?: string } = {}) {
    const { subject = "The image spec" } = options;
    const verb = /^The (options|backends) /.test(subject) ? "are" : "is";
    super(`${subject} ${verb} invalid: ${issues.map(describe).join("; ")}`, options);
    this.issues = issues;
  }
}

function describe({ path, message }: Issue): string {
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}

import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** A plan of a batch that failed. */
export interface FailedApply {
  /** Its place in what was given to `apply`. */
  readonly index: number;
  /** The image's name. */
  readonly name: string;
  readonly error: unknown;
}

/** A plan of a batch that wasn't begun. */
export interface SkippedApply {
  readonly index: number;
  readonly name: string;
}

/** Facts of an {@link ApplyError}. */
export interface ApplyErrorOptions<Completed> extends ErrorOptions {
  readonly completed: readonly Completed[];
  readonly failed: readonly FailedApply[];
  readonly skipped: readonly SkippedApply[];
}

/** Some of several plans failed. What was done stays done, and is listed. */
export class ApplyError<Completed = unknown> extends ImagewrightError {
  override readonly name = "ApplyError";
  readonly code = "ERR_APPLY_FAILED";
  /** The results of those that succeeded. */
  readonly completed: readonly Completed[];
  readonly failed: readonly FailedApply[];
  /** Those that an abort left undone. */
  readonly skipped: readonly SkippedApply[];

  constructor(options: ApplyErrorOptions<Completed>) {
    super(summary(options), options);
    this.completed = options.completed;
    this.failed = options.failed;
    this.skipped = options.skipped;
  }
}

function summary({ completed, failed, skipped }: ApplyErrorOptions<unknown>): string {
  const total = completed.length + failed.length + skipped.length;
  const reasons = failed.map(
    ({ name, error }) => `${name}: ${error instanceof Error ? error.message : String(error)}`,
  );
  return `${failed.length} of ${total} images failed: ${reasons.join("; ")}`;
}

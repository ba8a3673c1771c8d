import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** Facts of a {@link PlanError}. */
export interface PlanErrorOptions extends ErrorOptions {
  readonly planned?: string | undefined;
  readonly observed?: string | undefined;
}

/**
 * The image isn't any more what it was when the plan was made: plan again. Nothing was written, unless another process
 * came first while the plan was being applied; `cause` is the cloud's refusal then.
 */
export class PlanError extends ImagewrightError {
  override readonly name = "PlanError";
  readonly code = "ERR_PLAN_STALE";
  /** What the plan was made for. */
  readonly planned: string | undefined;
  /** What is there now. */
  readonly observed: string | undefined;

  constructor(message: string, options: PlanErrorOptions = {}) {
    super(message, options);
    this.planned = options.planned;
    this.observed = options.observed;
  }
}

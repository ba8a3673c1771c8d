import { type ErrorOptions, ImagewrightError } from "./base.ts";
import type { Issue } from "./spec.ts";

/** Facts of a {@link ResponseError}. */
export interface ResponseErrorOptions extends ErrorOptions {
  readonly issues?: readonly Issue[];
  readonly requestId?: string | undefined;
}

/** A server's answer isn't what its API promises, such as a load balancer's page in place of JSON. */
export class ResponseError extends ImagewrightError {
  override readonly name = "ResponseError";
  readonly code = "ERR_RESPONSE_INVALID";
  /** Where the answer departs from the API. */
  readonly issues: readonly Issue[];
  readonly requestId: string | undefined;

  constructor(message: string, options: ResponseErrorOptions = {}) {
    super(message, options);
    this.issues = options.issues ?? [];
    this.requestId = options.requestId;
  }
}

import type { ApplyError } from "./apply.ts";
import type { AuthError } from "./auth.ts";
import type { FormatError } from "./format.ts";
import type { HttpError } from "./http.ts";
import type { ImageStateError } from "./image-state.ts";
import type { NetworkError } from "./network.ts";
import type { PlanError } from "./plan.ts";
import type { ResponseError } from "./response.ts";
import type { SpecError } from "./spec.ts";
import type { TransferError } from "./transfer.ts";
import type { UnsupportedError } from "./unsupported.ts";

export * from "./apply.ts";
export * from "./auth.ts";
export * from "./base.ts";
export * from "./format.ts";
export * from "./http.ts";
export * from "./image-state.ts";
export * from "./network.ts";
export * from "./plan.ts";
export * from "./response.ts";
export * from "./spec.ts";
export * from "./transfer.ts";
export * from "./unsupported.ts";

/** Every error of this library: a union to `switch` on by `code`. */
export type AnyImagewrightError =
  | SpecError
  | AuthError
  | HttpError
  | NetworkError
  | ResponseError
  | TransferError
  | FormatError
  | ImageStateError
  | UnsupportedError
  | PlanError
  | ApplyError;

/** Every stable code. */
export type ErrorCode = AnyImagewrightError["code"];

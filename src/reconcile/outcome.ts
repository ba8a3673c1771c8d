import { ImagewrightError } from "../model/index.ts";

/** Whether a write that ended in this error may have been done all the same: its answer was lost, or wrong. */
export function mayHaveSucceeded(error: unknown): boolean {
  if (!ImagewrightError.is(error)) return false;
  const noAnswer =
    error.code === "ERR_NETWORK" || error.code === "ERR_TIMEOUT" || error.code === "ERR_RESPONSE_INVALID";
  const serverFailed = "status" in error && typeof error.status === "number" && error.status >= 500;
  return noAnswer || serverFailed;
}

/** Whether a cloud answered, and its answer is a refusal. */
export function isRefusal(error: unknown): boolean {
  return ImagewrightError.is(error) && error.name === "HttpError";
}

/** Whether an upload was refused as Glance refuses one beside another, or of an image that another has deleted. */
export function isTaken(error: unknown): boolean {
  return (
    ImagewrightError.is(error) && (error.code === "ERR_HTTP_CONFLICT" || error.code === "ERR_HTTP_NOT_FOUND")
  );
}

/** Whether the image isn't any more what the plan was made for. */
export function isStale(error: unknown): boolean {
  return ImagewrightError.is(error) && error.code === "ERR_PLAN_STALE";
}

/** Whether the state of the image forbade a write. */
export function isConflict(error: unknown): error is ImagewrightError {
  return ImagewrightError.is(error) && error.code === "ERR_HTTP_CONFLICT";
}

/** Whether a cloud refused because the caller may not do so. */
export function isForbidden(error: unknown): error is ImagewrightError {
  return ImagewrightError.is(error) && error.code === "ERR_HTTP_FORBIDDEN";
}

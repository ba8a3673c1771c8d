import { ImagewrightError } from "../../model/index.ts";
import { type Calls, callOptions } from "../context.ts";
import { isStale } from "../outcome.ts";
import type { Plan } from "../plan/plan.ts";

/** Whether an apply failed because another process has changed, or deleted, what its plan was made for. */
export async function hasMoved(
  calls: Calls,
  { imageId }: Pick<Plan, "imageId">,
  error: unknown,
): Promise<boolean> {
  if (isStale(error)) return true;
  if (!ImagewrightError.is(error)) return false;
  if (error.code === "ERR_IMAGE_FAILED") return error.status === "deleted";
  if (error.code !== "ERR_HTTP_NOT_FOUND" || imageId === undefined) return false;
  // The source may be what was not found.
  const image = await calls.backend.get(imageId, callOptions(calls)).catch(() => "unknown");
  return image === undefined;
}

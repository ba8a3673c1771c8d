import { HttpError, type Image, PlanError, REPLACES_RECORD } from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import { removeImage } from "../fill/discard.ts";
import { isUnderWay } from "../lookup/under-way.ts";
import { isForbidden, isRefusal } from "../outcome.ts";
import { isEmptyRecord, replacedId } from "../plan/interrupted.ts";
import type { Plan } from "../plan/plan.ts";
import { changeMetadata } from "./metadata.ts";

/**
 * Deletes the half-made images that a plan discards.
 *
 * @throws PlanError `ERR_PLAN_STALE` when one of them isn't a half-made successor of the plan's image, nor an empty
 *   record of its name.
 * @throws HttpError when one of them can't be deleted: with another successor beside it, and the image that both
 *   replace gone, nobody could tell them apart any more.
 */
export async function discardLeftovers(context: Context, plan: Plan): Promise<void> {
  for (const id of plan.discards ?? []) {
    const image = await context.backend.get(id, callOptions(context));
    if (image === undefined) continue;
    const replaced = replacedId(image);
    const isSuccessor = replaced !== undefined && (replaced === plan.imageId || replaced === plan.supersedes);
    if (!isSuccessor && !(isEmptyRecord(image) && !isUnderWay(context, image) && image.name === plan.name)) {
      throw new PlanError(`Image ${id} is no leftover of ${plan.name} any more. Plan again`, {
        observed: replaced,
      });
    }
    await removeImage(context, id);
  }
}

/**
 * The image that an image replaces, as it is now; `undefined` when it is gone.
 *
 * @throws PlanError `ERR_PLAN_STALE` when it replaces another one.
 */
export async function supersededImage(
  context: Context,
  plan: Plan,
  image: Image,
): Promise<Image | undefined> {
  if (plan.supersedes === undefined) return undefined;
  if (replacedId(image) !== plan.supersedes) {
    throw new PlanError(`Image ${image.id} does not replace image ${plan.supersedes}. Plan again`, {
      planned: plan.supersedes,
      observed: replacedId(image),
    });
  }
  return context.backend.get(plan.supersedes, callOptions(context));
}

/** Takes the mark off an image that has replaced another one. */
export async function unmark(context: Context, image: Image): Promise<Image> {
  if (replacedId(image) === undefined) return image;
  try {
    return await changeMetadata(context, image, [{ kind: "property", op: "delete", name: REPLACES_RECORD }]);
  } catch (error) {
    // The image is whole and the only one: a mark that points nowhere does no harm.
    if (isRefusal(error)) return image;
    throw error;
  }
}

/** The new image is whole, but its cloud refuses to delete the old one. */
export function stillInUse({ id }: Image, { id: oldId, name }: Image, cause: Error): HttpError {
  const refusal = isForbidden(cause)
    ? ({ code: "ERR_HTTP_FORBIDDEN", status: 403 } as const)
    : ({ code: "ERR_HTTP_CONFLICT", status: 409 } as const);
  return new HttpError(
    `Image ${id} (${name}) is made and active, but image ${oldId}, whose place it takes, is still there: ${cause.message}. The next apply deletes it`,
    { ...refusal, cause },
  );
}

import { type Image, REPLACES_RECORD } from "../model/index.ts";
import type { Plan } from "./plan.ts";

/** An image, and the images that replacements of it have made and not finished. */
export interface Family {
  readonly image: Image;
  readonly successors: readonly Image[];
}

/** The id of the image whose place this one takes. */
export function replacedId(image: Image): string | undefined {
  const { properties } = image;
  return Object.hasOwn(properties, REPLACES_RECORD) ? properties[REPLACES_RECORD] : undefined;
}

/** The one image of several that none of the others is replaced by; `undefined` when there is not exactly one. */
export function familyOf(images: readonly Image[]): Family | undefined {
  const ids = new Set(images.map(({ id }) => id));
  const isSuccessor = (image: Image) => {
    const replaced = replacedId(image);
    return replaced !== undefined && replaced !== image.id && ids.has(replaced);
  };
  const [image, ...others] = images.filter((candidate) => !isSuccessor(candidate));
  if (image === undefined || others.length > 0) return undefined;
  return { image, successors: images.filter(isSuccessor) };
}

/** A plan that also does away with the half-made images of replacements that didn't end. */
export function discarding(plan: Plan, successors: readonly Image[]): Plan {
  if (successors.length === 0) return plan;
  return { ...plan, action: actionOf(plan), discards: successors.map(({ id }) => id) };
}

/** A plan for an image that is as declared already, and only has to take the place of another one. */
export function superseding(plan: Plan, replaced: Image): Plan {
  return { ...plan, action: actionOf(plan), supersedes: replaced.id };
}

function actionOf({ action }: Plan): Plan["action"] {
  return action === "none" ? "update" : action;
}

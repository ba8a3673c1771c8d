import { type Image, type ImageSpec, isBusy } from "../model/index.ts";
import { checkMembers, checkReplacement } from "./check-plan.ts";
import type { Context } from "./context.ts";
import { sourceFacts } from "./facts.ts";
import { findActual, withMembers } from "./find.ts";
import type { OnReplace, Plan } from "./plan.ts";
import { type ReconcileOptions, reconcile } from "./reconcile.ts";
import { waitWhileBusy } from "./wait.ts";

/** Options of `ImageManager.plan`. */
export interface PlanOptions {
  /** The image that the spec is about, whatever its name. Default: the one that this project owns by that name. */
  readonly id?: string | undefined;
  /** Who owns the properties that the spec doesn't declare. Default: `"all"`. */
  readonly properties?: ReconcileOptions["properties"];
  /** Who owns the tags that the spec doesn't declare. Default: `"all"`. */
  readonly tags?: ReconcileOptions["tags"];
  /** How a replacement goes about; `refuse` makes it an error. Default: `create-first`. */
  readonly onReplace?: OnReplace | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads what is there and plans how to get to the spec. Writes nothing. */
export async function makePlan(context: Context, spec: ImageSpec, options: PlanOptions): Promise<Plan> {
  const { backend } = context;
  const found = await findActual(context, spec, options.id);
  const actual = found !== undefined && isBusy(found.status) ? await settled(context, found, spec) : found;
  checkMembers(spec, actual);
  const plan = reconcile(spec, actual, {
    rules: backend.rules,
    properties: options.properties,
    tags: options.tags,
    source: await sourceFacts(context, spec, actual),
  });
  if (plan.action !== "replace") return plan;
  const replacement = options.onReplace === undefined ? plan : { ...plan, onReplace: options.onReplace };
  checkReplacement(replacement, spec, backend.name);
  return replacement;
}

/** What is written while data is on its way is lost: the plan is for what comes after. */
async function settled(context: Context, image: Image, spec: ImageSpec): Promise<Image | undefined> {
  const after = await waitWhileBusy(context, image.id, image.name);
  return after === undefined ? undefined : withMembers(context, after, spec.members !== undefined);
}

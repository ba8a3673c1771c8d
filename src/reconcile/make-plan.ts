import type { Image, ImageSpec } from "../model/index.ts";
import { checkImports, type DeliveryOptions, resolveStores } from "./check-imports.ts";
import { checkMembers, checkReplacement } from "./check-plan.ts";
import type { Context } from "./context.ts";
import type { Delivery } from "./delivery.ts";
import { sourceFacts } from "./facts.ts";
import { findActual, withMembers } from "./find.ts";
import { discarding, type Family, superseding } from "./interrupted.ts";
import type { OnReplace, Plan } from "./plan.ts";
import { type ReconcileOptions, reconcile } from "./reconcile.ts";
import { isUnderWay } from "./under-way.ts";
import { waitWhileBusy } from "./wait.ts";

/** Options of `ImageManager.plan`. */
export interface PlanOptions extends DeliveryOptions {
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

/** With the names of all stores. */
type ResolvedOptions = Omit<PlanOptions, "stores"> & Pick<Delivery, "stores">;

/** A plan, and what was seen when it was made. */
export interface Planned {
  readonly plan: Plan;
  /** The image, where it is as declared: there is nothing to do. */
  readonly inPlace: Image | undefined;
}

/** Reads what is there and plans how to get to the spec. Writes nothing. */
export async function makePlan(context: Context, spec: ImageSpec, options: PlanOptions): Promise<Planned> {
  const resolved = { ...options, stores: await resolveStores(context, options) };
  const family = await findActual(context, spec, options.id);
  if (family === undefined)
    return { plan: await planFor(context, spec, undefined, resolved), inPlace: undefined };
  const images = await Promise.all(
    [family.image, ...family.successors].map((image) => settled(context, image, spec)),
  );
  const [actual, ...successors] = images;
  const left = successors.filter((image) => image !== undefined);
  if (actual !== undefined) {
    const adopted = await adopt(context, spec, { image: actual, successors: left }, resolved);
    if (adopted !== undefined) return { plan: adopted, inPlace: undefined };
  }
  const plan = discarding(await planFor(context, spec, actual, resolved), left);
  return { plan, inPlace: plan.action === "none" ? actual : undefined };
}

/** The plan that ends an interrupted replacement, where one had got as far as the declared data. */
async function adopt(
  context: Context,
  spec: ImageSpec,
  { image, successors }: Family,
  options: ResolvedOptions,
): Promise<Plan | undefined> {
  for (const successor of successors) {
    if (successor.status !== "active") continue;
    const plan = await planFor(context, spec, successor, { ...options, onReplace: undefined });
    if (plan.content !== "same" || plan.action === "replace") continue;
    const others = successors.filter((other) => other !== successor);
    return superseding(discarding(plan, others), image);
  }
  return undefined;
}

async function planFor(
  context: Context,
  spec: ImageSpec,
  actual: Image | undefined,
  { properties, tags, onReplace, stores, allStoresMustSucceed, method, fallback }: ResolvedOptions,
): Promise<Plan> {
  const { rules, name } = context.backend;
  checkMembers(spec, actual);
  const source = await sourceFacts(context, spec, actual);
  const delivery = { stores, allStoresMustSucceed, method, fallback };
  const plan = reconcile(spec, actual, { rules, properties, tags, source, ...delivery });
  await checkImports(context, plan);
  if (plan.action !== "replace") return plan;
  const replacement = onReplace === undefined ? plan : { ...plan, onReplace };
  checkReplacement(replacement, spec, name);
  return replacement;
}

/** What is written while data is on its way is lost: the plan is for what comes after. */
async function settled(context: Context, image: Image, spec: ImageSpec): Promise<Image | undefined> {
  if (!isUnderWay(context, image)) return image;
  const after = await waitWhileBusy(context, image.id, image.name);
  return after === undefined ? undefined : withMembers(context, after, spec.members !== undefined);
}

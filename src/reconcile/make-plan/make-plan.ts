import { type Image, type ImageSpec, isCloudsAffair, mayHaveMembers } from "../../model/index.ts";
import type { Context } from "../context.ts";
import { findActual, withMembers } from "../lookup/find.ts";
import { isUnderWay } from "../lookup/under-way.ts";
import { waitWhileBusy } from "../lookup/wait.ts";
import type { Delivery } from "../plan/delivery.ts";
import { discarding, type Family, isRecordOf, superseding } from "../plan/interrupted.ts";
import type { OnReplace, Plan } from "../plan/plan.ts";
import { type ReconcileOptions, reconcile } from "../plan/reconcile.ts";
import { keptRecord } from "../plan/source-record.ts";
import { checkCloud } from "./check-cloud.ts";
import { checkCreation } from "./check-creation.ts";
import { checkImports, type DeliveryOptions, resolveStores } from "./check-imports.ts";
import { checkMembers, checkReplacement } from "./check-plan.ts";
import { sourceFacts } from "./facts.ts";
import { replacingImage } from "./new-image.ts";

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
  const seen = actual === undefined ? undefined : { ...family, image: actual, successors: left };
  const adopted = seen === undefined ? undefined : await adopt(context, spec, seen, resolved);
  if (adopted !== undefined) return { plan: adopted, inPlace: undefined };
  const planned = await planFor(context, spec, actual, resolved);
  const resumed = seen === undefined ? undefined : await resume(context, spec, seen, planned, resolved);
  if (resumed !== undefined) return { plan: resumed, inPlace: undefined };
  const plan = discarding(planned, [...left, ...family.doubles]);
  return { plan, inPlace: plan.action === "none" ? actual : undefined };
}

/** The plan that ends an interrupted replacement, where one had got as far as the declared data. */
async function adopt(
  context: Context,
  spec: ImageSpec,
  { image, successors, doubles }: Family,
  options: ResolvedOptions,
): Promise<Plan | undefined> {
  for (const successor of successors) {
    if (successor.status !== "active") continue;
    // A replacement is none that ends it, whatever the user says of replacements.
    const plan = await planFor(context, spec, successor, { ...options, onReplace: "delete-first" });
    if (plan.content !== "same" || plan.action === "replace") continue;
    const others = successors.filter((other) => other !== successor);
    return superseding(discarding(plan, [...others, ...doubles]), image);
  }
  return undefined;
}

/**
 * The plan that goes on with a replacement where one had got as far as the record that this one would begin with:
 * it fills that. Another process may be about to do so: the two can't make each other's work undone then.
 */
async function resume(
  context: Context,
  spec: ImageSpec,
  { image, successors, doubles }: Family,
  replacement: Plan,
  { stores, allStoresMustSucceed, method, fallback }: ResolvedOptions,
): Promise<Plan | undefined> {
  const { action, operations, onReplace } = replacement;
  if (action !== "replace" || onReplace === "delete-first") return undefined;
  // A new image gets the members of the old one in the end: its record doesn't have them.
  const { rules } = context.backend;
  if (mayHaveMembers(image, rules) && spec.members === undefined) return undefined;
  const begun = successors.find((successor) => {
    const record = replacingImage(image, operations, {
      id: successor.id,
      sourceRecord: keptRecord(spec, rules),
      isCloudsAffair: (name) => isCloudsAffair(name, rules, spec.properties),
      keepsActual: true,
    });
    return successor.status === "queued" && isRecordOf(successor, record, rules);
  });
  if (begun === undefined) return undefined;
  const options = { stores, allStoresMustSucceed, method, fallback, onReplace: "delete-first" } as const;
  const plan = await planFor(context, spec, begun, options);
  if (plan.action === "replace") return undefined;
  const others = successors.filter((other) => other !== begun);
  return superseding(discarding(plan, [...others, ...doubles]), image);
}

async function planFor(
  context: Context,
  spec: ImageSpec,
  actual: Image | undefined,
  { properties, tags, onReplace, stores, allStoresMustSucceed, method, fallback }: ResolvedOptions,
): Promise<Plan> {
  const { rules, name, createFrom } = context.backend;
  checkMembers(spec, actual, rules);
  const source = await sourceFacts(context, spec, actual);
  const delivery = { stores, allStoresMustSucceed, method, fallback };
  const plan = reconcile(spec, actual, {
    rules,
    properties,
    tags,
    source,
    createsFrom: createFrom?.kinds,
    ...delivery,
  });
  await checkImports(context, plan);
  const replacement = plan.action === "replace" && onReplace !== undefined ? { ...plan, onReplace } : plan;
  if (replacement.action === "replace") checkReplacement(replacement, spec, name, actual);
  checkCreation(replacement, spec, context.backend);
  await checkCloud(context, replacement, spec, actual);
  return replacement;
}

/** What is written while data is on its way is lost: the plan is for what comes after. */
async function settled(context: Context, image: Image, spec: ImageSpec): Promise<Image | undefined> {
  if (!isUnderWay(context, image)) return image;
  const after = await waitWhileBusy(context, image.id, image.name);
  return after === undefined ? undefined : withMembers(context, after, spec.members !== undefined);
}

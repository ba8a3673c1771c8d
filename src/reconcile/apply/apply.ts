import { randomUUID } from "node:crypto";
import {
  type Image,
  type ImageSpec,
  ImageStateError,
  isCloudsAffair,
  mayHaveMembers,
  needsData,
  type Operation,
  PlanError,
  parseSpec,
  type Rules,
  SOURCE_RECORD,
  type Source,
  SpecError,
} from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import { copyToStores } from "../fill/copies.ts";
import { type Delivered, openDelivery } from "../fill/deliver.ts";
import { unprotect } from "../fill/discard.ts";
import type { Filling } from "../fill/fill.ts";
import type { Verification } from "../fill/verify.ts";
import { findActual, withMembers } from "../lookup/find.ts";
import { isImporting } from "../lookup/under-way.ts";
import { waitUntilGone, waitWhileBusy } from "../lookup/wait.ts";
import { checkCreation } from "../make-plan/check-creation.ts";
import { checkImports } from "../make-plan/check-imports.ts";
import { checkReplacement } from "../make-plan/check-plan.ts";
import { newImage, replacingImage } from "../make-plan/new-image.ts";
import { checkSupported } from "../make-plan/supported.ts";
import { isConflict, isForbidden } from "../outcome.ts";
import { basisOf } from "../plan/basis.ts";
import { contentDigest } from "../plan/canonical.ts";
import { deliveryFor, sendsData } from "../plan/delivery.ts";
import { replacedId } from "../plan/interrupted.ts";
import type { Plan, PlannedSource } from "../plan/plan.ts";
import { isWhole, redactedField, redactSource } from "../plan/planned-source.ts";
import { keptRecord } from "../plan/source-record.ts";
import { createImage } from "./create.ts";
import { discardLeftovers, stillInUse, supersededImage, unmark } from "./leftovers.ts";
import { isNamedByCloud } from "./made.ts";
import { changeMetadata } from "./metadata.ts";
import type { IsRival } from "./rivals.ts";

/** What applying a plan came to. */
export type Applied = Omit<Delivered, "image"> & {
  /** The image as it is now; absent after a deletion. */
  readonly image: Image | undefined;
};

const NOTHING_SENT: Verification = { status: "skipped", reason: "no data was sent" };

/** What comes of an image that is as declared already. */
export function leaveInPlace(image: Image): Applied {
  return { image, verification: NOTHING_SENT };
}

/**
 * Does what a plan holds, exactly, to the image that it was made for.
 *
 * @param source The spec's source once more, for a plan that had to leave a secret or a function out.
 * @throws PlanError `ERR_PLAN_STALE` when the image isn't what the plan was made for; nothing was written.
 * @throws SpecError `ERR_SPEC_INVALID` when the source has to be given; nothing was sent.
 */
export async function applyPlan(context: Context, plan: Plan, source: Source | undefined): Promise<Applied> {
  const desired = specOf(context, plan, source);
  await checkImports(context, plan);
  if (plan.action === "create") {
    await checkAbsent(context, desired);
    return create(context, plan, desired);
  }
  const actual = await readBasis(context, plan, desired);
  if (actual === undefined) return { image: undefined, verification: NOTHING_SENT };
  if (plan.action === "replace") checkReplacement(plan, desired, context.backend.name, actual);
  const superseded = await supersededImage(context, plan, actual);
  if (superseded !== undefined) checkDeletable(superseded, desired.protected === false);
  await discardLeftovers(context, plan);
  const applied = await change(context, plan, desired, actual);
  if (superseded === undefined || applied.image === undefined) return applied;
  return { ...applied, image: await takePlace(context, applied.image, superseded) };
}

async function change(context: Context, plan: Plan, desired: ImageSpec, actual: Image): Promise<Applied> {
  switch (plan.action) {
    case "none":
    case "create":
      return leaveInPlace(actual);
    case "update":
      return update(context, plan, desired, actual);
    case "replace":
      return replace(context, plan, desired, actual);
    case "delete":
      await deleteImage(context, actual, false);
      return { image: undefined, verification: NOTHING_SENT };
    default:
      return plan.action satisfies never;
  }
}

/**
 * Deletes an image.
 *
 * @param force Whether `protected` is lifted.
 * @throws ImageStateError `ERR_IMAGE_PROTECTED` when it is protected; nothing was sent.
 */
export async function deleteImage(context: Context, image: Image, force: boolean): Promise<void> {
  checkDeletable(image, force);
  if (image.protected === true) await unprotect(context.backend, image.id, callOptions(context));
  await context.backend.delete(image.id, callOptions(context));
  await waitUntilGone(context, image);
}

/** Deletes the old image, of which is known that it may be, and takes the mark off the new one. */
async function takePlace(context: Context, image: Image, old: Image): Promise<Image> {
  await deleteImage(context, old, true).catch((error: unknown) => {
    throw isConflict(error) || isForbidden(error) ? stillInUse(image, old, error) : error;
  });
  return unmark(context, image);
}

async function create(context: Context, plan: Plan, desired: ImageSpec): Promise<Applied> {
  const id = desired.id ?? randomUUID();
  return createImage(context, {
    image: newImage(desired, id, keptRecord(desired, context.backend.rules)),
    members: desired.members ?? [],
    filling: fillingOf(plan, desired, isNamedByCloud(context) ? undefined : id),
    pinned: desired.id !== undefined,
    isRival: () => true,
  });
}

async function update(context: Context, plan: Plan, desired: ImageSpec, actual: Image): Promise<Applied> {
  const filling = plan.content === "changed" ? fillingOf(plan, desired, actual.id, actual) : undefined;
  if (filling === undefined)
    return copyToStores(
      context,
      plan,
      await changeMetadata(context, actual, plan.operations, desired.members),
    );
  const delivery = await openDelivery(context, { ...filling, staged: actual.status === "uploading" });
  try {
    const { rules } = context.backend;
    const operations = [...plan.operations, ...recordOperations(desired, actual, rules)];
    const late = operations.filter((operation) => needsData(operation, rules));
    // Before the data, never beside it: Glance reverts what is written while an upload runs.
    const early = operations.filter((operation) => !late.includes(operation));
    await changeMetadata(context, actual, early, desired.members);
    const filled = await delivery.fill(actual.id);
    return { ...filled, image: await changeMetadata(context, filled.image, late) };
  } finally {
    await delivery.close();
  }
}

async function replace(context: Context, plan: Plan, desired: ImageSpec, actual: Image): Promise<Applied> {
  const { rules } = context.backend;
  const id = desired.id ?? randomUUID();
  checkDeletable(actual, desired.protected === false);
  const image = replacingImage(actual, plan.operations, {
    id,
    sourceRecord: keptRecord(desired, rules),
    isCloudsAffair: (name) => isCloudsAffair(name, rules, desired.properties),
    keepsActual: plan.onReplace !== "delete-first" && rules.keepsRecords !== false,
  });
  const creation = {
    image,
    members: mayHaveMembers(image, rules) ? (desired.members ?? (await membersOf(context, actual))) : [],
    filling: fillingOf(plan, desired, isNamedByCloud(context) ? undefined : id, image),
    pinned: id === desired.id,
    isRival: await rivalsOf(context, actual, image.name),
  };
  if (plan.onReplace !== "delete-first") {
    const created = await createImage(context, creation);
    return { ...created, image: await takePlace(context, created.image, actual) };
  }
  return createImage(context, { ...creation, makeRoom: () => deleteImage(context, actual, true) });
}

/**
 * Rivals of a new image are all but those that are there as long as the old one is, without the mark of its successors:
 * a successor loses that when it has taken the old one's place.
 */
async function rivalsOf(context: Context, image: Image, name: string): Promise<IsRival> {
  const named = await context.lookup.named(name);
  const others = named.filter((other) => replacedId(other) !== image.id).map(({ id }) => id);
  if ((await context.backend.get(image.id, callOptions(context))) !== undefined)
    return ({ id }) => !others.includes(id);
  throw new PlanError(`Image ${image.id} (${image.name}) is gone since the plan was made. Plan again`, {
    observed: "no image",
  });
}

/** The spec that a plan fulfils, with a whole source, held against the backend once more: a plan may come from anywhere. */
function specOf({ backend }: Context, plan: Plan, given: Source | undefined): ImageSpec {
  if (plan.desired === undefined) return { name: plan.name };
  const { source: planned, ...rest } = plan.desired;
  const source = planned === undefined ? undefined : wholeSource(plan, planned, given);
  const spec = parseSpec({ ...rest, source }, backend.spec);
  checkSupported(spec, backend);
  checkCreation(plan, spec, backend);
  return spec;
}

/** The source of a plan with its secrets; `undefined` when they are missing, but nothing is sent anyway. */
function wholeSource(plan: Plan, planned: PlannedSource, given: Source | undefined): Source | undefined {
  if (given !== undefined && contentDigest(redactSource(given)) !== contentDigest(planned)) {
    throw new SpecError([
      { path: ["source"], message: "is not the one that the plan was made for: plan again" },
    ]);
  }
  const source = given ?? planned;
  if (isWhole(source)) return source;
  if (!sendsData(plan)) return undefined;
  const path = (redactedField(source) ?? "source").split(".");
  throw new SpecError([
    { path, message: "is not in the plan: give the source again, as apply(plan, { source })" },
  ]);
}

async function checkAbsent(context: Context, desired: ImageSpec): Promise<void> {
  const family = await findActual(context, desired, undefined);
  if (family === undefined) return;
  const { id } = family.image;
  throw new PlanError(
    `The plan creates ${JSON.stringify(desired.name)}, but there is an image of that name now: ${id}. Plan again`,
    { planned: "no image", observed: id },
  );
}

/** The image that the plan was made for, as it is now; `undefined` where there shall be none. */
async function readBasis(context: Context, plan: Plan, desired: ImageSpec): Promise<Image | undefined> {
  if (plan.imageId === undefined) return undefined;
  const read = await readSettled(context, plan, plan.imageId);
  const image =
    read === undefined ? undefined : await withMembers(context, read, desired.members !== undefined);
  const observed =
    image === undefined ? "no image" : basisOf(image, context.backend.rules, desired.properties);
  if (image === undefined && plan.action === "delete") return undefined;
  if (image === undefined || (plan.basis !== undefined && observed !== plan.basis)) {
    const what = image === undefined ? "is gone" : "has changed";
    throw new PlanError(`Image ${plan.imageId} (${plan.name}) ${what} since the plan was made. Plan again`, {
      planned: plan.basis,
      observed,
    });
  }
  return image;
}

/** The image, once no import into it is under way: what is written meanwhile is lost. */
async function readSettled(context: Context, { action, name }: Plan, id: string): Promise<Image | undefined> {
  const image = await context.backend.get(id, callOptions(context));
  if (image === undefined || action === "delete" || !isImporting(context, image)) return image;
  return waitWhileBusy(context, id, name);
}

async function membersOf(context: Context, image: Image): Promise<readonly string[]> {
  return (await withMembers(context, image, mayHaveMembers(image, context.backend.rules))).members ?? [];
}

/** @param image What there is, or is about to be: a spec need not declare its formats again. */
function fillingOf(
  plan: Plan,
  spec: ImageSpec,
  imageId: string | undefined,
  image: Pick<Image, "containerFormat" | "diskFormat"> = {},
): Filling | undefined {
  const { source, minDiskGb } = spec;
  if (source === undefined) return undefined;
  const containerFormat = spec.containerFormat ?? image.containerFormat;
  const diskFormat = spec.diskFormat ?? image.diskFormat;
  const declared = { containerFormat, diskFormat, minDiskGb };
  return { imageId, spec, source, declared, delivery: deliveryFor(source, plan), staged: false };
}

function recordOperations(desired: ImageSpec, actual: Image, rules: Rules): Operation[] {
  const to = keptRecord(desired, rules);
  const from = actual.properties[SOURCE_RECORD];
  if (to === from) return [];
  if (to === undefined) return [{ kind: "property", op: "delete", name: SOURCE_RECORD }];
  return [{ kind: "property", op: "add", name: SOURCE_RECORD, to }];
}

function checkDeletable({ id, name, status, protected: isProtected }: Image, force: boolean): void {
  if (isProtected !== true || force) return;
  throw new ImageStateError(
    `Image ${id} (${name}) is protected: set protected to false, or destroy it with force`,
    {
      code: "ERR_IMAGE_PROTECTED",
      imageId: id,
      status,
    },
  );
}

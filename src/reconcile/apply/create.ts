import {
  forcesReplacement,
  type Image,
  isCreationProperty,
  type MemberOperation,
  type NewImage,
  type Operation,
  type Rules,
  UnsupportedError,
} from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import { type Delivered, type OpenDelivery, openDelivery } from "../fill/deliver.ts";
import type { Filling } from "../fill/fill.ts";
import { isStale } from "../outcome.ts";
import { deliveryMethod } from "../plan/delivery.ts";
import { diffAttributes, diffProperties, diffTags } from "../plan/diff.ts";
import { createFromCloud } from "./create-from.ts";
import type { Creation } from "./creation.ts";
import { discardMade, type Made, makeOnce } from "./made.ts";
import { changeMetadata } from "./metadata.ts";
import { giveWay } from "./rivals.ts";

/**
 * Makes an image: record, data, verification, members. When there is no verified data in the end, by a failure or
 * an abort, the half-made image is deleted; one with an id that the user chose stays, queued and empty, for the
 * next attempt.
 *
 * @throws HttpError `ERR_HTTP_CONFLICT` when the id was used before.
 * @throws PlanError `ERR_PLAN_STALE` when another process has made, or filled, an image of the name meanwhile.
 */
export async function createImage(context: Context, creation: Creation): Promise<Delivered> {
  const { image: wanted, filling, members } = creation;
  const filled =
    filling === undefined
      ? await createEmpty(context, creation)
      : await createWhole(context, creation, filling);
  const added = members.map((project): MemberOperation => ({ kind: "member", op: "add", project }));
  const lost = lostOperations(wanted, filled.image, context.backend.rules);
  return { ...filled, image: await changeMetadata(context, filled.image, [...lost, ...added]) };
}

/** What the cloud did not keep of a creation, as far as it can be changed in place. */
function lostOperations(wanted: NewImage, image: Image, rules: Rules): Operation[] {
  return [
    ...diffAttributes(wanted, image).filter(
      ({ name }) => name !== "id" && !forcesReplacement(name, image.status, rules),
    ),
    ...diffProperties(wanted.properties, image.properties, "declared", rules).filter(
      ({ name }) => !isCreationProperty(name, "shown", rules),
    ),
    ...diffTags(wanted.tags, image.tags, "declared"),
  ];
}

async function createEmpty(context: Context, creation: Creation): Promise<Delivered> {
  await creation.makeRoom?.();
  return withRecord(context, creation, async (image) => ({
    image,
    verification: { status: "skipped", reason: "the spec declares no data" },
  }));
}

async function createWhole(context: Context, creation: Creation, filling: Filling): Promise<Delivered> {
  if (deliveryMethod(filling.source, filling.delivery, context.backend) === "create-from")
    return createFromCloud(context, creation, filling);
  const delivery = await openDelivery(context, filling);
  try {
    await creation.makeRoom?.();
    return await withRecord(context, creation, ({ id }) => delivery.fill(id), delivery);
  } finally {
    await delivery.close();
  }
}

/** Makes a record and goes on with it; it is deleted when that fails. */
async function withRecord(
  context: Context,
  creation: Creation,
  use: (record: Image) => Promise<Delivered>,
  delivery?: OpenDelivery,
): Promise<Delivered> {
  const { image: wanted, pinned, isRival } = creation;
  let made: Made | undefined;
  try {
    made = await createRecord(context, creation);
    context.signal?.throwIfAborted();
    const { id, status } = made.image;
    if (delivery !== undefined) context.emit("image-status", { name: wanted.name, imageId: id, status });
    if (!pinned) await giveWay(context, made.image, isRival);
    return await use(made.image);
  } catch (error) {
    // Another process may have filled it meanwhile.
    const isOthers = delivery !== undefined && (!delivery.isBegun() || isStale(error));
    await discardMade(context, creation, made, isOthers ? "unfilled" : "any");
    throw error;
  }
}

function createRecord(context: Context, creation: Creation): Promise<Made> {
  const { backend } = context;
  const { create } = backend;
  if (create === undefined) throw new UnsupportedError({ backend: backend.name, capability: "source" });
  const { image: wanted } = creation;
  return makeOnce(context, creation, {
    make: (calls) => create(wanted, callOptions(calls)),
    isLike: ({ status, name }) => status === "queued" && name === wanted.name,
  });
}

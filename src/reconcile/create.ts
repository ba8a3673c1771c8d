import {
  forcesReplacement,
  HttpError,
  type Image,
  type MemberOperation,
  type NewImage,
  type Operation,
  PlanError,
  type Rules,
  UnsupportedError,
} from "../model/index.ts";
import { type Context, callOptions } from "./context.ts";
import { type Delivered, type OpenDelivery, openDelivery } from "./deliver.ts";
import { diffAttributes, diffProperties, diffTags } from "./diff.ts";
import { discardImage } from "./discard.ts";
import type { Filling } from "./fill.ts";
import { changeMetadata } from "./metadata.ts";
import { isConflict, isStale, mayHaveSucceeded } from "./outcome.ts";
import { giveWay, type IsRival } from "./rivals.ts";

/** An image that is to be made. */
export interface Creation {
  readonly image: NewImage;
  readonly members: readonly string[];
  /** Absent: a record without data. */
  readonly filling: Filling | undefined;
  /** Whether the user chose the id: a cloud never gives it again after the image is deleted. */
  readonly pinned: boolean;
  /** Called when the data is there to be sent, before the record is made. */
  readonly makeRoom?: (() => Promise<void>) | undefined;
  /** Which images of its name it has to look out for. */
  readonly isRival: IsRival;
}

/** How long a creation that is under way may go on after an abort: its outcome has to be known to be undone. */
const GRACE_MS = 5_000;

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
      : await createFilled(context, creation, filling);
  const added = members.map((project): MemberOperation => ({ kind: "member", op: "add", project }));
  const lost = lostOperations(wanted, filled.image, context.backend.rules);
  return { ...filled, image: await changeMetadata(context, filled.image, [...lost, ...added]) };
}

/** What the cloud did not keep of a creation, as far as it can be changed in place. */
function lostOperations(wanted: NewImage, image: Image, rules: Rules): Operation[] {
  return [
    ...diffAttributes(wanted, image).filter(({ name }) => !forcesReplacement(name, image.status, rules)),
    ...diffProperties(wanted.properties, image.properties, "declared", rules),
    ...diffTags(wanted.tags, image.tags, "declared"),
  ];
}

async function createEmpty(
  context: Context,
  { image: wanted, pinned, makeRoom, isRival }: Creation,
): Promise<Delivered> {
  await makeRoom?.();
  try {
    const image = await createRecord(context, wanted);
    if (!pinned) await giveWay(context, wanted, isRival);
    return { image, verification: { status: "skipped", reason: "the spec declares no data" } };
  } catch (error) {
    if (!pinned) await discardImage(context, wanted.id);
    throw error;
  }
}

async function createFilled(context: Context, creation: Creation, filling: Filling): Promise<Delivered> {
  const delivery = await openDelivery(context, filling);
  try {
    await creation.makeRoom?.();
    return await createAndFill(context, creation, delivery);
  } finally {
    await delivery.close();
  }
}

async function createAndFill(
  context: Context,
  { image: wanted, pinned, isRival }: Creation,
  delivery: OpenDelivery,
): Promise<Delivered> {
  try {
    const { id, status } = await createRecord(context, wanted);
    context.emit("image-status", { name: wanted.name, imageId: id, status });
    if (!pinned) await giveWay(context, wanted, isRival);
    return await delivery.fill();
  } catch (error) {
    // Another process may have filled it meanwhile.
    const isOthers = !delivery.isBegun() || isStale(error);
    if (!pinned) await discardImage(context, wanted.id, isOthers ? "unfilled" : "any");
    throw error;
  }
}

async function createRecord(context: Context, image: NewImage): Promise<Image> {
  const { signal } = context;
  signal?.throwIfAborted();
  const grace = graceful(signal);
  try {
    const created = await createOnce({ ...context, signal: grace.signal }, image, true);
    signal?.throwIfAborted();
    return created;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    grace.release();
  }
}

/** An answer may be lost on its way back. The id was chosen here, so the image that has it is ours. */
async function createOnce(context: Context, image: NewImage, again: boolean): Promise<Image> {
  const { backend } = context;
  if (backend.create === undefined) {
    throw new UnsupportedError({ backend: backend.name, capability: "source" });
  }
  try {
    return await backend.create(image, callOptions(context));
  } catch (error) {
    const conflict = isConflict(error);
    if (!conflict && !mayHaveSucceeded(error)) throw error;
    const existing = await backend.get(image.id, callOptions(context)).catch(() => undefined);
    if (existing?.status === "queued" && existing.name === image.name) return existing;
    if (conflict) throw existing === undefined ? burnt(image.id, error) : taken(existing, error);
    if (existing !== undefined || !again) throw error;
    return createOnce(context, image, false);
  }
}

/** A signal that follows another one after a while. */
function graceful(signal: AbortSignal | undefined): { signal: AbortSignal; release(): void } {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const abort = () => {
    timer = setTimeout(() => late.abort(signal?.reason), GRACE_MS);
  };
  signal?.addEventListener("abort", abort, { once: true });
  return {
    signal: late.signal,
    release() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    },
  };
}

function taken({ id, name }: Image, cause: unknown): PlanError {
  const message = `Image ${id} (${name}) was made by another process meanwhile. Plan again`;
  return new PlanError(message, { planned: "no image", observed: id, cause });
}

function burnt(id: string, cause: unknown): HttpError {
  return new HttpError(
    `The id ${id} was used by an image that is deleted, or belongs to another project: a cloud never gives an id twice. Choose another id`,
    {
      code: "ERR_HTTP_CONFLICT",
      status: 409,
      cause,
    },
  );
}

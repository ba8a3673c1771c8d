import { HttpError, type Image, isGone, type NewImage, PlanError, pause } from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import { type Discarded, discardImage } from "../fill/discard.ts";
import { lookupByRequest } from "../lookup/lookup.ts";
import { isConflict, mayHaveSucceeded } from "../outcome.ts";
import type { Creation } from "./creation.ts";
import { graceful } from "./grace.ts";

/** An image that was made for a creation. */
export interface Made {
  readonly image: Image;
  /** Whether it was found under its name, when the answer was lost: another process may have made it. */
  readonly isFound: boolean;
}

/** How an image is made. */
export interface Making {
  make(context: Context): Promise<Image>;
  /** Whether an image that was found may be what this has made. */
  isLike(found: Image): boolean;
}

/** How often an image is looked for under its name: a request whose answer is lost may still be under way. */
const LOOKS = 4;
const FIRST_PAUSE_MS = 200;

/**
 * Has the cloud make an image. An answer may be lost on its way back: the image is looked for before it is made again,
 * by its id where that was chosen here, else under its name, among those that weren't there before.
 *
 * @throws HttpError `ERR_HTTP_CONFLICT` when the id was used before.
 * @throws PlanError `ERR_PLAN_STALE` when another process has made the image meanwhile.
 */
export async function makeOnce(context: Context, creation: Creation, making: Making): Promise<Made> {
  const { signal } = context;
  signal?.throwIfAborted();
  const grace = graceful(signal);
  try {
    return await attempt({ ...context, signal: grace.signal }, creation, making, true);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    grace.release();
  }
}

/** Deletes what a creation has made that failed; not where the user chose its id, nor data of another process. */
export async function discardMade(
  context: Context,
  { image: wanted, pinned }: Creation,
  made: Made | undefined,
  what: Discarded,
): Promise<void> {
  const id = made?.image.id ?? (isNamedByCloud(context) ? undefined : wanted.id);
  if (pinned || id === undefined) return;
  await discardImage(context, id, made?.isFound === true ? "unfilled" : what);
}

/** Whether an image has no id that anybody knows before it is made. */
export function isNamedByCloud({ backend }: Pick<Context, "backend">): boolean {
  return backend.idsAreGivenBy === "cloud";
}

async function attempt(context: Context, creation: Creation, making: Making, again: boolean): Promise<Made> {
  try {
    return { image: await making.make(context), isFound: false };
  } catch (error) {
    const conflict = isConflict(error);
    if (!conflict && !mayHaveSucceeded(error)) throw error;
    const byName = isNamedByCloud(context);
    const candidates = byName
      ? await lookForName(context, creation, conflict ? 1 : LOOKS)
      : await lookForId(context, creation.image);
    const [image, ...others] = candidates ?? [];
    if (image !== undefined && others.length === 0 && making.isLike(image)) return { image, isFound: byName };
    if (image !== undefined && conflict) throw taken(image, error);
    if (conflict) throw byName ? error : burnt(creation.image.id, error);
    if (candidates === undefined || candidates.length > 0 || !again) throw error;
    return attempt(context, creation, making, false);
  }
}

async function lookForId(context: Context, { id }: NewImage): Promise<readonly Image[]> {
  const image = await context.backend.get(id, callOptions(context)).catch(() => undefined);
  return image === undefined ? [] : [image];
}

/** The images of the name that weren't there before; `undefined` when that can't be told. */
async function lookForName(
  context: Context,
  { image: { name }, isRival }: Creation,
  looks: number,
): Promise<readonly Image[] | undefined> {
  const { named } = lookupByRequest(context);
  try {
    for (let look = 1, pauseMs = FIRST_PAUSE_MS; ; look++, pauseMs *= 2) {
      const found = (await named(name)).filter((image) => !isGone(image.status) && isRival(image));
      if (found.length > 0 || look === looks) return found;
      await pause(pauseMs, context.signal);
    }
  } catch {
    return undefined;
  }
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

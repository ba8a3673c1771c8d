import type { CloudSource, CreateFrom } from "../../backends/backend.ts";
import {
  FormatError,
  type Image,
  ImagewrightError,
  type Source,
  sourceKind,
  UnsupportedError,
} from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import { discardImage, verifyOrDiscard } from "../fill/discard.ts";
import type { Filled, Filling } from "../fill/fill.ts";
import { type Verification, verifyCopy } from "../fill/verify.ts";
import { waitUntilMade } from "../lookup/wait.ts";
import { isElsewhere } from "../plan/delivery.ts";
import type { Creation } from "./creation.ts";
import { discardMade, type Made, makeOnce } from "./made.ts";
import { giveWay, type Race } from "./rivals.ts";

/** Data is on its way into such an image from the first: only what is whole is ahead. A deletion may take its time. */
const RACE: Race = {
  patienceMs: 30_000,
  isAhead: ({ status }) => status === "active" || status === "deactivated",
};

/**
 * Has the cloud make an image of data that it has, and waits until it is active. When it isn't in the end, by a failure
 * or an abort, it is deleted, as far as the cloud lets an image be deleted that it is making.
 *
 * @throws ImageStateError `ERR_IMAGE_FAILED` when the cloud gave up, `ERR_IMAGE_TIMEOUT` when it took too long.
 * @throws FormatError `ERR_FORMAT_MISMATCH` when it has made another format than the spec declares.
 */
export async function createFromCloud(
  context: Context,
  creation: Creation,
  filling: Filling,
): Promise<Filled> {
  const { image: wanted, pinned, isRival } = creation;
  const { createFrom, source } = requireCreateFrom(context, filling.source);
  const original = await originalOf(context, source);
  await creation.makeRoom?.();
  let made: Made | undefined;
  try {
    made = await makeOnce(context, creation, {
      make: (calls) => createFrom.start(wanted, source, callOptions(calls)),
      isLike: () => true,
    });
    if (!pinned) await giveWay(context, made.image, isRival, RACE);
    const image = await waitUntilMade(context, made.image.id, wanted.name);
    const verification = await verifyOrDiscard(context, image.id, () => verify(image, filling, original));
    return { image, verification, method: "create-from" };
  } catch (error) {
    await discardMade(context, creation, made, "any");
    if (made === undefined) await discardFailed(context, error);
    throw error;
  }
}

function requireCreateFrom(
  { backend }: Context,
  source: Source,
): { readonly createFrom: CreateFrom; readonly source: CloudSource } {
  const { createFrom } = backend;
  const isCloudSource = "volumeId" in source || "object" in source || "imageId" in source;
  if (createFrom === undefined || !isCloudSource)
    throw new UnsupportedError({ backend: backend.name, capability: `source.${sourceKind(source)}` });
  return { createFrom, source };
}

/** The image that the new one is a copy of, where it can be read here. */
async function originalOf(context: Context, source: CloudSource): Promise<Image | undefined> {
  const { backend } = context;
  if (!("imageId" in source) || isElsewhere(source, backend.region)) return undefined;
  return backend.get(source.imageId, callOptions(context));
}

/** A cloud may have made the image that it gives up. */
async function discardFailed(context: Context, error: unknown): Promise<void> {
  if (!ImagewrightError.is(error) || error.code !== "ERR_IMAGE_FAILED" || error.imageId === undefined) return;
  await discardImage(context, error.imageId, "unfilled");
}

function verify(image: Image, { spec }: Filling, original: Image | undefined): Verification {
  const { diskFormat: declared, verifyChecksum } = spec;
  const { diskFormat: detected } = image;
  if (declared !== undefined && detected !== undefined && declared !== detected) {
    const message = `The cloud made image ${image.id} (${image.name}) as ${detected}, and the spec declares ${declared}: declare diskFormat: ${JSON.stringify(detected)}, or leave it out`;
    throw new FormatError(message, { code: "ERR_FORMAT_MISMATCH", detected, declared });
  }
  if (verifyChecksum === false) return { status: "skipped", reason: "the spec says verifyChecksum: false" };
  return verifyCopy(image, original);
}

import type { HttpError } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { missing } from "../record.ts";
import { ATTRIBUTE_CONFLICT } from "./codes.ts";
import { imsError, refusalOf } from "./errors.ts";
import { otherStep, type PatchStep, patchSteps, type WantedField } from "./patch-steps.ts";
import { type Calls, readWire } from "./requests.ts";
import { WireImage } from "./wire.ts";

/** The native PATCH's own type: the extension's takes plain JSON. */
const NATIVE_TYPE = "application/openstack-images-v2.1-json-patch";

/** What came of a PATCH. */
type Outcome = { readonly image: WireImage } | { readonly conflict: HttpError };

/**
 * Changes fields of an image, in one request where the cloud sees them as they were read. Where it finds one there that
 * shouldn't be, or the other way about (`IMG.0035`), each is sent once more by itself, with the other operation if need
 * be: what was done before the refused one may have been kept or not.
 */
export async function changeFields(
  calls: Calls,
  image: WireImage,
  fields: readonly WantedField[],
  options?: CallOptions,
): Promise<WireImage> {
  const steps = patchSteps(image, fields);
  if (steps.length === 0) return image;
  const outcome = await patch(calls, image, steps, options);
  if ("image" in outcome) return outcome.image;
  let current = image;
  for (const field of fields) {
    current = await reread(calls, image.id, options);
    for (const step of patchSteps(current, [field])) current = await either(calls, current, step, options);
  }
  return current;
}

async function reread(calls: Calls, id: string, options?: CallOptions): Promise<WireImage> {
  const image = await readWire(calls, id, `Update of image ${id}`, options);
  if (image === undefined) throw missing(id);
  return image;
}

/** One step, or the other one. */
async function either(
  calls: Calls,
  image: WireImage,
  step: PatchStep,
  options?: CallOptions,
): Promise<WireImage> {
  const first = await patch(calls, image, [step], options);
  if ("image" in first) return first.image;
  const other = otherStep(step);
  if (other === undefined) throw first.conflict;
  const second = await patch(calls, image, [other], options);
  if ("image" in second) return second.image;
  throw second.conflict;
}

/** The extension changes active images; any other is changed as Glance does it. */
async function patch(
  { connection, urls }: Calls,
  { id, status }: WireImage,
  steps: readonly PatchStep[],
  options?: CallOptions,
): Promise<Outcome> {
  const what = `Update of image ${id}`;
  const isActive = status === "active";
  const url = isActive ? urls.cloudImage(id) : urls.image(id);
  const headers: Record<string, string> = isActive ? {} : { "content-type": NATIVE_TYPE };
  const answer = await connection.client({ method: "PATCH", url, headers, json: steps }, options);
  if (answer.status === 200) return { image: readBody(answer, WireImage, what) };
  const refusal = imsError(answer, what);
  if (refusalOf(answer.body)?.code === ATTRIBUTE_CONFLICT) return { conflict: refusal };
  throw refusal;
}

import { Refusal } from "../fake/wire.ts";
import type { Call, Cloud, StoredImage } from "./state.ts";
import { memberOf } from "./view.ts";

const STATES: Readonly<Record<string, "saving" | "outcome">> = { queued: "saving", saving: "outcome" };

/** An image that the caller sees, else 404. */
export function visibleImage({ cloud, project }: Call, id: string): StoredImage {
  const image = cloud.images.get(id);
  if (image === undefined || image.unknownReads > 0 || !isVisible(image, project.id)) throw notFound(id);
  return image;
}

/** An image of the caller's own: 404 where it isn't seen, 403 where it is somebody else's. */
export function ownImage(call: Call, id: string): StoredImage {
  const image = visibleImage(call, id);
  if (image.owner !== call.project.id) throw new Refusal(403, "The image belongs to another project.");
  return image;
}

export function isVisible(image: StoredImage, project: string): boolean {
  return image.owner === project || memberOf(image, project) !== undefined;
}

/** An image as it is at this reading, which brings it further. */
export function readImage(call: Call, id: string): StoredImage {
  const { cloud, project } = call;
  const found = cloud.images.get(id);
  if (found === undefined || !isVisible(found, project.id)) throw notFound(id);
  const image = advanced(cloud, found);
  if (image === undefined) cloud.images.delete(id);
  else cloud.images.set(id, image);
  if (image === undefined || found.unknownReads > 0) throw notFound(id);
  return image;
}

/** The image after one more reading; `undefined` when it is gone by then. */
function advanced(cloud: Cloud, image: StoredImage): StoredImage | undefined {
  if (image.unknownReads > 0) return { ...image, unknownReads: image.unknownReads - 1 };
  if (image.readsLeft === 0) return undefined;
  if (image.readsLeft !== undefined) return { ...image, readsLeft: image.readsLeft - 1 };
  const { readsPerState, stateMs } = cloud.settings;
  const nowMs = cloud.nowMs();
  const reads = image.reads + 1;
  const next = STATES[image.status];
  if (next === undefined || reads < readsPerState || nowMs - image.stateSinceMs < stateMs)
    return { ...image, reads };
  const status = next === "outcome" ? image.outcome : next;
  return { ...image, status, reads: 0, stateSinceMs: nowMs, updatedAtMs: nowMs };
}

function notFound(id: string): Refusal {
  return new Refusal(404, `Image ${id} could not be found`);
}

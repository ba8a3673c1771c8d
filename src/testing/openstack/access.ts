import { Refusal } from "../fake/wire.ts";
import type { Call, StoredImage } from "./state.ts";

export function isVisible({ cloud, user }: Call, image: StoredImage): boolean {
  return (
    user.role === "admin" ||
    image.owner === null ||
    image.owner === user.projectId ||
    image.visibility === "public" ||
    image.visibility === "community" ||
    (image.visibility === "shared" && cloud.members.get(image.id)?.has(user.projectId) === true)
  );
}

/** An image that the caller sees, else 404. */
export function visibleImage(call: Call, id: string): StoredImage {
  const image = call.cloud.images.get(id);
  if (image === undefined || image.status === "deleted" || !isVisible(call, image))
    throw new Refusal(404, `No image found with ID ${id}`);
  return image;
}

export function isOwn({ user }: Call, image: StoredImage): boolean {
  return user.role === "admin" || image.owner === user.projectId;
}

/** An image that the caller may change: 404 where it isn't seen, 403 where it is somebody else's. */
export function ownImage(call: Call, id: string): StoredImage {
  const image = visibleImage(call, id);
  if (!isOwn(call, image)) throw new Refusal(403, "You are not authorized to complete this action.");
  return image;
}

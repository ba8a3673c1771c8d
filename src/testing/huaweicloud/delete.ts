import { type FakeResponse, NO_CONTENT } from "../fake/wire.ts";
import { isVisible } from "./images.ts";
import { ImsRefusal } from "./refusals.ts";
import { type Call, save } from "./state.ts";

/** `DELETE /v2/images/{id}`: 204 whether there is such an image or not; it is gone only by and by. */
export function deleteImage(call: Call, id: string): FakeResponse {
  const { cloud } = call;
  const image = cloud.images.get(id);
  if (image === undefined || !isVisible(call, image) || image.pending?.to === "deleted") return NO_CONTENT;
  if (image.owner !== call.projectId)
    throw new ImsRefusal("IMG.0047", "Only the owner of the image may do this.");
  if (image.protected) throw new ImsRefusal("IMG.0028", "The image is protected.");
  if (image.busy === "created")
    throw new ImsRefusal("IMG.0090", "The image is being created and cannot be deleted.");
  if (image.busy === "exported")
    throw new ImsRefusal("IMG.0148", "The image is being exported and cannot be deleted.");
  save(cloud, { ...image, pending: { to: "deleted", sinceMs: cloud.nowMs(), reads: 0 } });
  return NO_CONTENT;
}

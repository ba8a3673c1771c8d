import type { StoredImage } from "./records.ts";
import { ImsRefusal } from "./refusals.ts";
import type { Call, Cloud } from "./state.ts";
import { save } from "./state.ts";

/** What an image has to begin with. */
export function newImage(call: Call, given: Partial<StoredImage>): StoredImage {
  const { cloud, region, projectId } = call;
  const now = cloud.nowMs();
  return {
    id: cloud.newId(),
    region,
    owner: projectId,
    sequence: cloud.sequence++,
    status: "queued",
    name: "",
    description: undefined,
    protected: false,
    diskFormat: "zvhd2",
    minDiskGb: 0,
    minRamMb: 0,
    maxRamMb: undefined,
    firmware: undefined,
    osVersion: "",
    osType: undefined,
    architecture: "x86",
    environment: "FusionCompute",
    isWhole: false,
    keyId: undefined,
    dataOrigin: undefined,
    enterpriseProjectId: "0",
    tags: new Map(),
    properties: new Map(),
    members: new Map(),
    data: undefined,
    busy: undefined,
    pending: undefined,
    createdAtMs: now,
    updatedAtMs: now,
    activeAtMs: undefined,
    ...given,
  };
}

/** An image whose data is there. */
export function activated(cloud: Cloud, image: StoredImage, data: Uint8Array): StoredImage {
  return {
    ...image,
    status: "active",
    busy: undefined,
    pending: undefined,
    data,
    activeAtMs: cloud.nowMs(),
  };
}

/** @throws ImsRefusal IMG.0015 where the project has as many as it may. */
export function checkQuota(call: Call, added = 1): void {
  if (imageCount(call) + added > call.cloud.settings.imageQuota)
    throw new ImsRefusal("IMG.0015", "The quota of private images has been reached.");
}

/** @throws ImsRefusal IMG.0009 where an image of the project, even one that is being deleted, has the name. */
export function checkUnique({ cloud, projectId }: Call, name: string, except?: string): void {
  const isTaken = [...cloud.images.values()].some(
    ({ id, owner, status, name: one }) =>
      owner === projectId && status !== "deleted" && one === name && id !== except,
  );
  if (isTaken) throw new ImsRefusal("IMG.0009", "The image name already exists.");
}

export function imageCount({ cloud, projectId }: Call): number {
  return [...cloud.images.values()].filter(({ owner, status }) => owner === projectId && status !== "deleted")
    .length;
}

/** Whether it is there for whom it is listed to. */
export function isVisible({ region, projectId }: Call, image: StoredImage): boolean {
  if (image.status === "deleted" || image.region !== region) return false;
  return image.owner === undefined || image.owner === projectId || image.members.has(projectId);
}

/** An image that the caller sees, which is not being deleted. */
export function visibleImage(call: Call, id: string, status = 400): StoredImage {
  const image = call.cloud.images.get(id);
  if (image === undefined || !isVisible(call, image) || image.pending?.to === "deleted")
    throw new ImsRefusal(status === 404 ? "IMG.0144" : "IMG.0027", `The image ${id} does not exist.`, status);
  return image;
}

/** An image that the caller may change. */
export function ownImage(call: Call, id: string, status = 400): StoredImage {
  const image = visibleImage(call, id, status);
  if (image.owner !== call.projectId)
    throw new ImsRefusal("IMG.0047", "Only the owner of the image may do this.");
  return image;
}

/** Its own, with its data. */
export function activeImage(call: Call, id: string): StoredImage {
  const image = ownImage(call, id);
  if (image.status !== "active") throw new ImsRefusal("IMG.0046", "The image is not available.");
  return image;
}

/** Images that are shown count it: what was to happen to them after so many reads happens. */
export function countReads(cloud: Cloud, images: readonly StoredImage[]): void {
  for (const image of images)
    if (image.pending !== undefined)
      cloud.images.set(image.id, { ...image, pending: { ...image.pending, reads: image.pending.reads + 1 } });
}

/** Brings images as far as they are by now. */
export function settleImages(cloud: Cloud): void {
  const { jobPolls, jobMs, deletionReads, deletionMs } = cloud.settings;
  for (const image of cloud.images.values()) {
    if (image.pending === undefined) continue;
    const { to, sinceMs, reads } = image.pending;
    const [minReads, minMs] = to === "active" ? [jobPolls, jobMs] : [deletionReads, deletionMs];
    if (reads < minReads || cloud.nowMs() - sinceMs < minMs) continue;
    if (to === "deleted")
      save(cloud, { ...image, status: "deleted", pending: undefined, data: undefined, members: new Map() });
    else save(cloud, activated(cloud, image, image.data ?? new Uint8Array()));
  }
}

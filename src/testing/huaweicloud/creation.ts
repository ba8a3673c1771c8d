import type { FakeResponse } from "../fake/wire.ts";
import { type Body, checkDescription, checkMemory, checkName, memory, requiredText, text } from "./fields.ts";
import { activated, checkQuota, checkUnique, newImage } from "./images.ts";
import { startJob, type Work } from "./jobs.ts";
import type { Outcome, StoredImage } from "./records.ts";
import { ImsRefusal } from "./refusals.ts";
import { type Call, type Cloud, save } from "./state.ts";
import { actionTags } from "./tags.ts";

/** Where a job has the data from: at its end, or why there is none. */
export type Found = { readonly data: Uint8Array } | Extract<Outcome, { readonly code: string }>;

/** What every body of a creation may say. */
export const COMMON: readonly string[] = [
  "name",
  "description",
  "tags",
  "image_tags",
  "enterprise_project_id",
];

/** The fields of memory. */
export const MEMORY: readonly string[] = ["min_ram", "max_ram"];

/** The fields of {@link COMMON}, and memory where it is given. */
export function commonFields(call: Call, body: Body): Partial<StoredImage> {
  const name = checkName(requiredText(body, "name"));
  const description = text(body, "description");
  const minRamMb = memory(body, "min_ram") ?? 0;
  const maxRamMb = memory(body, "max_ram");
  checkMemory(minRamMb, maxRamMb ?? 0);
  return {
    name,
    minRamMb,
    maxRamMb,
    description: description === undefined ? undefined : checkDescription(description),
    tags: actionTags(body),
    enterpriseProjectId: enterpriseProject(call.cloud, body),
  };
}

export function enterpriseProject({ settings }: Cloud, body: Body): string {
  const id = text(body, "enterprise_project_id") ?? "0";
  if (id !== "0" && !settings.enterpriseProjects.includes(id))
    throw new ImsRefusal("IMG.0154", `The enterprise project ${id} does not exist.`);
  return id;
}

/** Starts the job that makes an image, perhaps in another region than the job's own. */
export function startCreation(
  call: Call,
  type: string,
  given: Partial<StoredImage>,
  find: () => Found,
  target: Call = call,
): FakeResponse {
  checkUnique(target, given.name ?? "");
  checkQuota(target);
  return startJob(call, creation(target, type, given, find));
}

/** The image is there at once, without its data; if the job fails it has never been. */
export function creation(call: Call, type: string, given: Partial<StoredImage>, find: () => Found): Work {
  const { cloud } = call;
  const { id, name } = save(cloud, newImage(call, { ...given, status: "saving", busy: "created" }));
  return {
    type,
    entities: { current_task: "importImage", image_id: id, image_name: name },
    finish: () => filled(cloud, id, find()),
    abandon: () => {
      const image = cloud.images.get(id);
      if (image !== undefined) save(cloud, { ...image, status: "deleted", busy: undefined });
    },
  };
}

/** Gives an image its data, if there is any. */
export function filled(cloud: Cloud, id: string, found: Found): Outcome {
  if ("code" in found) return found;
  const image = cloud.images.get(id);
  if (image === undefined || image.status === "deleted")
    return { code: "IMG.0144", reason: "The image does not exist." };
  save(cloud, activated(cloud, image, found.data));
  return { entities: { image_id: id, image_name: image.name } };
}

/** The data of an object, `bucket:key`. */
export function objectData({ cloud, region }: Call, address: string): Found {
  const object = cloud.objects.get(address);
  if (object === undefined) return { code: "IMG.0057", reason: "The image file does not exist." };
  if (object.region !== region)
    return { code: "IMG.0058", reason: "The bucket of the image file is in another region." };
  if (object.data.length === 0) return { code: "IMG.0057", reason: "The image file is empty." };
  return { data: object.data };
}

import { type FakeRequest, type FakeResponse, jsonOf } from "../fake/wire.ts";
import { enterpriseProject, filled, objectData, startCreation } from "./creation.ts";
import {
  address,
  type Body,
  checkDescription,
  checkName,
  checkNames,
  choice,
  flag,
  objectOf,
  requiredText,
  text,
} from "./fields.ts";
import { activeImage, ownImage } from "./images.ts";
import { startJob } from "./jobs.ts";
import type { StoredImage } from "./records.ts";
import { ImsRefusal, malformed } from "./refusals.ts";
import { type Call, projectIdOf, save } from "./state.ts";

/** `PUT /v1/cloudimages/{id}/upload`: the data of an image that has none yet, from the object storage. */
export async function registerImage(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const { cloud } = call;
  const body = objectOf(await jsonOf(request));
  checkNames(body, ["image_url"]);
  const url = address(body, "image_url");
  const image = ownImage(call, id);
  if (image.status !== "queued")
    throw new ImsRefusal("IMG.1075", `The image is ${image.status}, not queued.`);
  const { name } = save(cloud, { ...image, status: "saving", busy: "created" });
  return startJob(call, {
    type: "imsImportImageJob",
    entities: { current_task: "importImage", image_id: id, image_name: name },
    finish: () => {
      change(call, id, { dataOrigin: `file,${url}` });
      return filled(cloud, id, objectData(call, url));
    },
    abandon: () => change(call, id, { status: "queued", busy: undefined, dataOrigin: undefined }),
  });
}

/** `POST /v1/cloudimages/{id}/file`: the data as an object. */
export async function exportImage(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const { cloud, region } = call;
  const body = objectOf(await jsonOf(request));
  checkNames(body, ["bucket_url", "file_format", "is_quick_export"]);
  const url = address(body, "bucket_url");
  const isQuick = flag(body, "is_quick_export") ?? false;
  const format = choice(body, "file_format", ["qcow2", "vhd", "zvhd", "vmdk"]);
  if (isQuick === (format !== undefined))
    throw malformed("file_format is needed, and not with a quick export.");
  const image = activeImage(call, id);
  if (image.busy !== undefined) throw new ImsRefusal("IMG.0010", "A task of the image is in progress.");
  save(cloud, { ...image, busy: "exported" });
  return startJob(call, {
    type: "imsNativeExportImageJob",
    entities: { current_task: "exportImage", image_id: id, image_name: image.name },
    finish: () => {
      cloud.objects.set(url, { region, data: image.data ?? new Uint8Array() });
      change(call, id, { busy: undefined });
      return { entities: { image_id: id, image_name: image.name } };
    },
    abandon: () => change(call, id, { busy: undefined }),
  });
}

function change({ cloud }: Call, id: string, changes: Partial<StoredImage>): void {
  const image = cloud.images.get(id);
  if (image !== undefined && image.status !== "deleted") save(cloud, { ...image, ...changes });
}

/** `POST /v1/cloudimages/{id}/copy`: in the same region. */
export async function copyImage(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  checkNames(body, ["name", "description", "cmk_id", "enterprise_project_id"]);
  const image = activeImage(call, id);
  const given = {
    ...copied(image, body),
    keyId: text(body, "cmk_id") ?? image.keyId,
    enterpriseProjectId: enterpriseProject(call.cloud, body),
  };
  return startCreation(call, "imsCopyImageInRegionJob", given, () => ({
    data: image.data ?? new Uint8Array(),
  }));
}

/** `POST /v1/cloudimages/{id}/cross_region_copy`: the job stays in this region, the image is made in the other. */
export async function copyToRegion(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const { cloud, user } = call;
  const body = objectOf(await jsonOf(request));
  checkNames(body, ["name", "description", "region", "project_name", "agency_name", "vault_id"]);
  const region = requiredText(body, "region");
  requiredText(body, "agency_name");
  if (requiredText(body, "project_name") !== region)
    throw malformed(`There is no project of this name in ${region}.`);
  if (!cloud.settings.regions.includes(region) || region === call.region)
    throw malformed(`${region} is no other region.`);
  const image = activeImage(call, id);
  if (image.keyId !== undefined)
    throw new ImsRefusal("IMG.0098", "An encrypted image cannot be copied there.");
  const target = { ...call, region, projectId: projectIdOf(cloud, user, region) };
  const find = () => ({ data: image.data ?? new Uint8Array() });
  return startCreation(call, "imsCopyImageCrossRegionJob", copied(image, body), find, target);
}

/** What a copy has of its original: not its tags, not its protection. */
function copied(image: StoredImage, body: Body) {
  const {
    minDiskGb,
    minRamMb,
    maxRamMb,
    firmware,
    osVersion,
    osType,
    architecture,
    environment,
    diskFormat,
  } = image;
  const description = text(body, "description");
  return {
    name: checkName(requiredText(body, "name")),
    description: description === undefined ? undefined : checkDescription(description),
    minDiskGb,
    minRamMb,
    maxRamMb,
    firmware,
    osVersion,
    osType,
    architecture,
    environment,
    diskFormat,
    isWhole: image.isWhole,
    dataOrigin: image.dataOrigin,
  };
}

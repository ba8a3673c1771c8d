import { type FakeRequest, type FakeResponse, jsonOf } from "../fake/wire.ts";
import { COMMON, commonFields, creation, MEMORY, startCreation } from "./creation.ts";
import { type Body, checkNames, choice, objectOf, requiredText } from "./fields.ts";
import { checkQuota, checkUnique } from "./images.ts";
import { startJob } from "./jobs.ts";
import { imageOfObject } from "./objects.ts";
import { OTHER_LINUX } from "./os.ts";
import { environmentOf, osFields } from "./os-fields.ts";
import type { StoredImage } from "./records.ts";
import { ImsRefusal, malformed } from "./refusals.ts";
import type { Call } from "./state.ts";

/** `POST /v2/cloudimages/action`: which of four it is, its fields say. */
export async function createImage(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  if (body["data_images"] !== undefined) return dataImagesOfVolumes(call, body);
  if (body["instance_id"] !== undefined) return imageOfServer(call, body);
  if (body["volume_id"] !== undefined) return imageOfVolume(call, body);
  if (body["image_url"] !== undefined) return imageOfObject(call, body);
  throw malformed("One of instance_id, volume_id, image_url and data_images is needed.");
}

function imageOfServer(call: Call, body: Body): FakeResponse {
  checkNames(body, [...COMMON, ...MEMORY, "instance_id"]);
  return startCreation(call, "imsCreateImageByInstance", ...ofServer(call, body));
}

function ofServer(
  call: Call,
  body: Body,
): readonly [Partial<StoredImage>, () => { readonly data: Uint8Array }] {
  const id = requiredText(body, "instance_id");
  const server = call.cloud.servers.get(id);
  if (server === undefined || server.region !== call.region)
    throw new ImsRefusal("IMG.0005", `The server ${id} does not exist.`);
  if (server.isRunning) throw new ImsRefusal("IMG.0008", `The server ${id} is not stopped.`);
  const { osVersion, diskSizeGb, data } = server;
  const fields = { osVersion, minDiskGb: diskSizeGb, dataOrigin: `instance,${id}` };
  return [{ ...commonFields(call, body), ...fields }, () => ({ data })];
}

function imageOfVolume(call: Call, body: Body): FakeResponse {
  checkNames(body, [...COMMON, ...MEMORY, "volume_id", "os_version", "type"]);
  const volume = volumeOf(call, requiredText(body, "volume_id"));
  const given = {
    ...commonFields(call, body),
    ...volume.fields,
    ...osFields(body, requiredText(body, "os_version")),
    environment: environmentOf(body),
  };
  return startCreation(call, "imsVolumeCreateImageJob", given, () => volume);
}

function dataImagesOfVolumes(call: Call, body: Body): FakeResponse {
  checkNames(body, ["data_images", "enterprise_project_id"]);
  const list = body["data_images"];
  if (!Array.isArray(list) || list.length === 0) throw malformed("data_images has to be a list.");
  const images = list.map((one: unknown) => {
    const entry = objectOf(one);
    checkNames(entry, ["name", "volume_id", "description", "tags", "image_tags"]);
    const volume = volumeOf(call, requiredText(entry, "volume_id"));
    const ours = { ...entry, enterprise_project_id: body["enterprise_project_id"] };
    return {
      volume,
      given: { ...commonFields(call, ours), ...volume.fields, osType: "Linux", environment: "DataImage" },
    };
  });
  const names = images.map(({ given }) => given.name ?? "");
  for (const name of names) checkUnique(call, name);
  if (new Set(names).size < names.length) throw malformed("Two of data_images have the same name.");
  checkQuota(call, images.length);
  const parts = images.map(({ given, volume }) => creation(call, "imsImportImageJob", given, () => volume));
  return startJob(call, { type: "imsImportOvaImageJob", parts, finish: () => ({ entities: {} }) });
}

function volumeOf(
  { cloud, region }: Call,
  id: string,
): { readonly fields: Partial<StoredImage>; readonly data: Uint8Array } {
  const volume = cloud.volumes.get(id);
  if (volume === undefined || volume.region !== region) throw malformed(`The volume ${id} does not exist.`);
  return { fields: { minDiskGb: volume.sizeGb, dataOrigin: `volume,${id}` }, data: volume.data };
}

/** `POST /v1/cloudimages/wholeimages/action`: of a server with all its disks, or of a backup. */
export async function createWholeImage(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  if (body["instance_id"] !== undefined) {
    checkNames(body, [...COMMON, ...MEMORY, "instance_id", "vault_id"]);
    const [given, find] = ofServer(call, body);
    return startCreation(call, "imsCreateWholeImageByInstanceJob", { ...given, isWhole: true }, find);
  }
  checkNames(body, [...COMMON, ...MEMORY, "backup_id", "whole_image_type"]);
  const backup = requiredText(body, "backup_id");
  choice(body, "whole_image_type", ["CBR"]);
  const given = { ...commonFields(call, body), osVersion: OTHER_LINUX, minDiskGb: 40, isWhole: true };
  return startCreation(
    call,
    "imsCreateWholeImageByBackupJob",
    { ...given, dataOrigin: `server_backup,${backup}` },
    () => ({ data: new Uint8Array() }),
  );
}

import { type FakeRequest, type FakeResponse, jsonOf } from "../fake/wire.ts";
import { COMMON, checkUnique, commonFields, creation, objectData, startCreation } from "./creation.ts";
import {
  address,
  amount,
  checkFirmware,
  checkNames,
  choice,
  flag,
  objectOf,
  requiredText,
  text,
} from "./fields.ts";
import { checkQuota } from "./images.ts";
import { startJob } from "./jobs.ts";
import { OTHER_LINUX, osFacts } from "./os.ts";
import { ImsRefusal, malformed } from "./refusals.ts";
import type { Call, StoredImage } from "./state.ts";

type Body = Readonly<Record<string, unknown>>;

const MEMORY = ["min_ram", "max_ram"];
const OBJECT = [
  "image_url",
  "min_disk",
  "os_type",
  "os_version",
  "type",
  "architecture",
  "cmk_id",
  "is_config",
];
/** What a system is for: a virtual server or one of bare metal. */
const ENVIRONMENTS: Readonly<Record<string, string>> = {
  ECS: "FusionCompute",
  FusionCompute: "FusionCompute",
  BMS: "Ironic",
  Ironic: "Ironic",
};

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
  for (const { given } of images) checkUnique(call, given.name ?? "");
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

function imageOfObject(call: Call, body: Body): FakeResponse {
  checkNames(body, [...COMMON, ...MEMORY, ...OBJECT, "is_quick_import"]);
  flag(body, "is_quick_import");
  return startObjectImport(call, body, "imsImportImageJob", {
    ...systemFields(body, text(body, "os_version")),
    environment: environmentOf(body),
  });
}

/** `POST /v1/cloudimages/dataimages/action`: data, or an ISO. */
export async function createDataImage(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  const type = choice(body, "type", ["IsoImage", "DataImage"]);
  if (type === "IsoImage") {
    checkNames(body, [...COMMON, ...OBJECT]);
    return startObjectImport(call, body, "imsImportImageJob", {
      ...systemFields(body, requiredText(body, "os_version")),
      environment: "IsoImage",
      diskFormat: "iso",
    });
  }
  checkNames(body, [...COMMON, "type", "image_url", "min_disk", "os_type", "cmk_id"]);
  return startObjectImport(call, body, "imsImportDataImageJob", dataFields(body));
}

/** `POST /v2/cloudimages/quickimport/action`. */
export async function quickImport(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  const type = choice(body, "type", ["ECS", "BMS", "DataImage"]) ?? "ECS";
  if (type === "DataImage") {
    checkNames(body, [...COMMON, "type", "image_url", "min_disk", "os_type"]);
    return startObjectImport(call, body, "imsImportDataImageJob", dataFields(body));
  }
  const names = [
    "type",
    "image_url",
    "min_disk",
    "os_version",
    "architecture",
    "license_type",
    "hw_firmware_type",
  ];
  checkNames(body, [...COMMON, ...names]);
  const firmware = body["hw_firmware_type"];
  return startObjectImport(call, body, "imsImportImageJob", {
    ...systemFields(body, requiredText(body, "os_version")),
    environment: environmentOf(body),
    firmware: firmware === undefined ? undefined : checkFirmware(firmware),
  });
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

function startObjectImport(call: Call, body: Body, type: string, fields: Partial<StoredImage>): FakeResponse {
  const url = address(body, "image_url");
  flag(body, "is_config");
  const given = {
    ...commonFields(call, body),
    ...fields,
    keyId: text(body, "cmk_id"),
    dataOrigin: `file,${url}`,
  };
  return startCreation(call, type, given, () => objectData(call, url));
}

function systemFields(body: Body, osVersion: string | undefined): Partial<StoredImage> {
  const fields = osFields(body, osVersion ?? OTHER_LINUX);
  const isWindows = osFacts(fields.osVersion, fields.osType)?.type === "Windows";
  return { ...fields, minDiskGb: requiredDisk(body, isWindows ? 20 : 10, 1024) };
}

function dataFields(body: Body): Partial<StoredImage> {
  const osType = choice(body, "os_type", ["Linux", "Windows"]) ?? "Linux";
  return { osType, environment: "DataImage", minDiskGb: requiredDisk(body, 40, 2048) };
}

function requiredDisk(body: Body, min: number, max: number): number {
  const minDiskGb = amount(body, "min_disk", min, max);
  if (minDiskGb === undefined) throw new ImsRefusal("IMG.0055", "min_disk is missing.");
  return minDiskGb;
}

function osFields(body: Body, osVersion: string) {
  const osType = choice(body, "os_type", ["Linux", "Windows"]);
  if (osFacts(osVersion, osType) === undefined)
    throw new ImsRefusal("IMG.0056", `The OS version ${osVersion} is invalid.`);
  const architecture = choice(body, "architecture", ["x86", "arm"], "IMG.0212") === "arm" ? "arm" : "x86";
  return { osVersion, osType, architecture } as const;
}

function environmentOf(body: Body): string {
  const type = choice(body, "type", Object.keys(ENVIRONMENTS)) ?? "ECS";
  return ENVIRONMENTS[type] ?? "FusionCompute";
}

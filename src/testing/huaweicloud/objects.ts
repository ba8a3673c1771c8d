import { type FakeRequest, type FakeResponse, jsonOf } from "../fake/wire.ts";
import { COMMON, commonFields, MEMORY, objectData, startCreation } from "./creation.ts";
import {
  address,
  amount,
  type Body,
  checkFirmware,
  checkNames,
  choice,
  flag,
  objectOf,
  requiredText,
  text,
} from "./fields.ts";
import { OTHER_LINUX, osFacts } from "./os.ts";
import { environmentOf, osFields } from "./os-fields.ts";
import type { StoredImage } from "./records.ts";
import { ImsRefusal } from "./refusals.ts";
import type { Call } from "./state.ts";

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

/** `POST /v2/cloudimages/action` with `image_url`. */
export function imageOfObject(call: Call, body: Body): FakeResponse {
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

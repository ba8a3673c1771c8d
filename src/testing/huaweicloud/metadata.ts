import { type FakeRequest, type FakeResponse, json, jsonOf } from "../fake/wire.ts";
import { amount, checkName, checkNames, choice, flag, memory, objectOf, text } from "./fields.ts";
import { checkQuota, checkUnique, newImage } from "./images.ts";
import { OTHER_LINUX, osFacts } from "./os.ts";
import { ImsRefusal } from "./refusals.ts";
import type { Call } from "./state.ts";
import { plainTags } from "./tags.ts";
import { imageView } from "./view.ts";

const FIELDS: readonly string[] = [
  "__os_version",
  "visibility",
  "name",
  "protected",
  "container_format",
  "disk_format",
  "tags",
  "min_ram",
  "min_disk",
];

/** `POST /v2/images`: an image without data. */
export async function createMetadata(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  checkNames(body, FIELDS);
  choice(body, "visibility", ["private"]);
  choice(body, "container_format", ["bare"]);
  const name = text(body, "name");
  const osVersion = text(body, "__os_version") ?? OTHER_LINUX;
  if (osFacts(osVersion, undefined) === undefined)
    throw new ImsRefusal("IMG.0056", `The OS version ${osVersion} is invalid.`);
  const image = newImage(call, {
    name: name === undefined ? "" : checkName(name, 255),
    osVersion,
    protected: flag(body, "protected") ?? false,
    diskFormat: choice(body, "disk_format", ["zvhd2", "vhd", "raw", "qcow2", "iso"]) ?? "zvhd2",
    minDiskGb: amount(body, "min_disk", 1, 1024) ?? 0,
    minRamMb: memory(body, "min_ram") ?? 0,
    tags: plainTags(body),
  });
  if (call.cloud.settings.namesAreUnique && image.name !== "") checkUnique(call, image.name);
  checkQuota(call);
  call.cloud.images.set(image.id, image);
  return json(201, imageView(image, call.projectId));
}

import { type FakeRequest, type FakeResponse, isObject, json, jsonOf, Refusal } from "../fake/wire.ts";
import { checkDescription, checkFirmware, checkMemory, checkName, memory } from "./fields.ts";
import { checkUnique, ownImage } from "./images.ts";
import type { StoredImage } from "./records.ts";
import { ImsRefusal, malformed } from "./refusals.ts";
import { type Call, save } from "./state.ts";
import { imageView } from "./view.ts";

/** One step of a PATCH. */
interface Step {
  readonly op: "add" | "replace" | "remove";
  readonly name: string;
  readonly value: unknown;
}

const PATCH_TYPES: readonly string[] = [
  "application/openstack-images-v2.1-json-patch",
  "application/openstack-images-v2.0-json-patch",
];

/** `PATCH /v2/cloudimages/{id}`: step by step, what was done before a refusal stays. */
export async function updateCloudImage(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const steps = await stepsOf(request, ["application/json", ...PATCH_TYPES]);
  const image = ownImage(call, id);
  if (image.status !== "active")
    throw new ImsRefusal("IMG.0168", `The image is ${image.status}: only active images are updated.`);
  for (const step of steps) save(call.cloud, checked(call, withField(ownImage(call, id), step)));
  return json(200, imageView(ownImage(call, id), call.projectId));
}

/** `PATCH /v2/images/{id}`: the name, the description and attributes of the user's own; all of it, or nothing. */
export async function updateImage(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const steps = await stepsOf(request, PATCH_TYPES);
  const image = steps.reduce(
    (changed, step) =>
      step.name === "name" || step.name === "__description"
        ? withField(changed, step)
        : withProperty(changed, step),
    ownImage(call, id, 404),
  );
  return json(200, imageView(save(call.cloud, checked(call, image)), call.projectId));
}

function checked(call: Call, image: StoredImage): StoredImage {
  if (call.cloud.settings.namesAreUnique) checkUnique(call, image.name, image.id);
  return image;
}

async function stepsOf(request: FakeRequest, types: readonly string[]): Promise<readonly Step[]> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  if (!types.includes(type)) throw new Refusal(415, `The content type is none of ${types.join(", ")}.`);
  const body = await jsonOf(request);
  if (!Array.isArray(body) || body.length === 0) throw malformed("The body has to be a list of operations.");
  return body.map(stepOf);
}

function stepOf(step: unknown): Step {
  if (!isObject(step)) throw malformed("An operation has to be an object.");
  const { op, path, value } = step;
  if (op !== "add" && op !== "replace" && op !== "remove")
    throw malformed("op has to be add, replace or remove.");
  if (typeof path !== "string" || !/^\/[^/]+$/.test(path)) throw malformed("path has to be /attribute.");
  if (op !== "remove" && value === undefined) throw malformed("value is missing.");
  return { op, name: path.slice(1).replaceAll("~1", "/").replaceAll("~0", "~"), value };
}

/** What can be changed, and whether it is there; what is always there can't be removed. */
const FIELDS: Readonly<
  Record<
    string,
    {
      readonly isSet: (image: StoredImage) => boolean;
      readonly set: (value: unknown) => Partial<StoredImage>;
      readonly unset?: Partial<StoredImage>;
    }
  >
> = {
  name: { isSet: () => true, set: (value) => ({ name: checkName(textOf(value)) }) },
  __description: {
    isSet: ({ description }) => description !== undefined,
    set: (value) => ({ description: checkDescription(textOf(value)) }),
    unset: { description: undefined },
  },
  min_ram: { isSet: () => true, set: (value) => ({ minRamMb: memory({ min_ram: value }, "min_ram") ?? 0 }) },
  max_ram: {
    isSet: ({ maxRamMb }) => maxRamMb !== undefined,
    set: (value) => ({ maxRamMb: memory({ max_ram: value }, "max_ram") }),
    unset: { maxRamMb: undefined },
  },
  hw_firmware_type: {
    isSet: ({ firmware }) => firmware !== undefined,
    set: (value) => ({ firmware: checkFirmware(value) }),
    unset: { firmware: undefined },
  },
};

function withField(image: StoredImage, { op, name, value }: Step): StoredImage {
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field === undefined || (op === "remove" && field.unset === undefined))
    throw new ImsRefusal("IMG.0034", `The attribute ${name} cannot be changed so.`);
  if ((op === "add") === field.isSet(image)) throw conflict(name);
  const changed = { ...image, ...(op === "remove" ? field.unset : field.set(value)) };
  checkMemory(changed.minRamMb, changed.maxRamMb ?? 0);
  return changed;
}

const BASE =
  /^(__.*|id|status|owner|visibility|protected|container_format|disk_format|min_disk|min_ram|max_ram|size|virtual_size|checksum|tags|created_at|updated_at|active_at|self|file|schema|hw_firmware_type|virtual_env_type|enterprise_project_id)$/;

function withProperty(image: StoredImage, { op, name, value }: Step): StoredImage {
  if (BASE.test(name)) throw new ImsRefusal("IMG.0034", `The attribute ${name} cannot be changed.`);
  if ((op === "add") === image.properties.has(name)) throw conflict(name);
  const properties = new Map(image.properties);
  if (op === "remove") properties.delete(name);
  else properties.set(name, textOf(value));
  return { ...image, properties };
}

function conflict(name: string): ImsRefusal {
  return new ImsRefusal("IMG.0035", `The attribute ${name} conflicts with the existing one.`);
}

function textOf(value: unknown): string {
  if (typeof value !== "string") throw malformed("value has to be a text.");
  return value;
}

import { type FakeRequest, type FakeResponse, isObject, json, jsonOf, Refusal } from "../fake/wire.ts";
import { DISALLOWED, isReserved, RESERVED_AT_CREATION } from "./names.ts";
import { checkPropertyQuota, checkTags } from "./quota.ts";
import { checkStorable, validate } from "./schema.ts";
import type { Call, StoredImage } from "./state.ts";
import { imageView } from "./view.ts";

const WRITABLE: readonly string[] = [
  "name",
  "visibility",
  "protected",
  "os_hidden",
  "min_disk",
  "min_ram",
  "owner",
  "disk_format",
  "container_format",
];
const READ_ONLY: readonly string[] = [
  "created_at",
  "updated_at",
  "status",
  "checksum",
  "size",
  "virtual_size",
];

/** `POST /v2/images`. */
export async function createImage(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const { cloud, user } = call;
  const body = await jsonOf(request);
  if (!isObject(body)) throw new Refusal(400, "Provided object does not match schema 'image'");
  const denied = DISALLOWED.find((name) => Object.hasOwn(body, name));
  if (denied !== undefined) throw new Refusal(403, `Attribute '${denied}' is read-only.`);
  validate(cloud.settings, body);
  const { id = cloud.newId(), tags = [], ...rest } = body;
  const names = Object.keys(rest);
  const custom = names.filter((name) => !WRITABLE.includes(name) && !READ_ONLY.includes(name));
  for (const name of custom) {
    if ([...name].length > 255)
      throw new Refusal(400, "Custom property should not be greater than 255 characters.");
    if (isReserved(name)) throw new Refusal(403, `Attribute '${name}' is reserved.`);
  }
  const owner = Object.hasOwn(rest, "owner") ? rest["owner"] : user.projectId;
  if (user.role !== "admin" && owner !== user.projectId)
    throw new Refusal(403, `You are not permitted to create images owned by '${String(owner)}'`);
  if (user.role !== "admin" && rest["visibility"] === "public")
    throw new Refusal(403, "You are not authorized to complete publicize_image action.");
  const readOnly = names.find((name) => READ_ONLY.includes(name));
  if (readOnly !== undefined) throw new Refusal(403, `Attribute '${readOnly}' is read-only.`);
  const reserved = custom.find((name) => RESERVED_AT_CREATION.includes(name));
  if (reserved !== undefined) throw new Refusal(403, `Attribute '${reserved}' is reserved.`);
  for (const name of ["min_disk", "min_ram"])
    if (Number(rest[name] ?? 0) < 0) throw new Refusal(400, `Invalid value for parameter '${name}'.`);
  checkPropertyQuota(custom.length);
  const checkedTags = checkTags(Array.isArray(tags) ? tags : []);
  const now = cloud.nowMs();
  const attributes = Object.fromEntries(
    names.filter((name) => WRITABLE.includes(name)).map((name) => [name, rest[name]]),
  );
  const image: StoredImage = {
    ...EMPTY,
    owner: user.projectId,
    ...attributes,
    id: String(id),
    sequence: cloud.sequence++,
    tags: checkedTags,
    properties: new Map(custom.map((name) => [name, rest[name] === null ? null : String(rest[name])])),
    createdAtMs: now,
    updatedAtMs: now,
  };
  checkStorable(image);
  // The id of a deleted image is burnt.
  if (cloud.images.has(String(id))) throw new Refusal(409, `Image ID ${String(id)} already exists!`);
  cloud.images.set(image.id, image);
  const { stores, importMethods } = cloud.settings;
  return json(201, imageView(image, call), {
    location: new URL(`${request.url.pathname.replace(/\/$/, "")}/${image.id}`, request.url).href,
    ...(importMethods.length > 0 ? { "openstack-image-import-methods": importMethods.join(",") } : {}),
    ...(stores.length > 0 ? { "openstack-image-store-ids": stores.join(",") } : {}),
  });
}

const EMPTY = {
  status: "queued",
  name: null,
  visibility: "shared",
  protected: false,
  os_hidden: false,
  container_format: null,
  disk_format: null,
  min_disk: 0,
  min_ram: 0,
  size: null,
  virtual_size: null,
  checksum: null,
  os_hash_algo: null,
  os_hash_value: null,
  stores: [],
  data: undefined,
  staged: undefined,
};

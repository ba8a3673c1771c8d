import { type FakeRequest, type FakeResponse, json, Refusal } from "../fake/wire.ts";
import { isOwn, ownImage, visibleImage } from "./access.ts";
import { CRASHING, SWALLOWED } from "./names.ts";
import { changesOf } from "./patch-request.ts";
import { checkPropertyQuota, checkTags } from "./quota.ts";
import { checkCharacters, checkStorable } from "./schema.ts";
import { type Call, type StoredImage, save } from "./state.ts";
import { imageView } from "./view.ts";

const BASE: readonly string[] = [
  "name",
  "visibility",
  "protected",
  "os_hidden",
  "min_disk",
  "min_ram",
  "owner",
  "tags",
  "disk_format",
  "container_format",
];

/** `PATCH /v2/images/{id}`: all of it, or nothing. */
export async function updateImage(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const { cloud } = call;
  const changes = await changesOf(request, cloud.settings);
  const before = visibleImage(call, id);
  let image = before;
  for (const change of changes) {
    if (change.name === "owner" && change.op === "replace" && call.user.role !== "admin")
      throw new Refusal(403, "Owner can't be updated by non admin.");
    if (
      change.name === "visibility" &&
      change.value === "public" &&
      change.op !== "remove" &&
      call.user.role !== "admin"
    )
      throw new Refusal(403, "You are not authorized to complete publicize_image action.");
    ownImage(call, id);
    if (change.name === "locations") throw new Refusal(403, "It's not allowed to change locations.");
    if (change.op === "remove") image = removed(image, change.name);
    else image = written(image, change);
  }
  if (changes.length > 0) {
    if ([...image.properties.keys()].some((name) => !before.properties.has(name)))
      checkPropertyQuota(image.properties.size);
    checkStorable(image);
    // Who gives an image away may not write it any more.
    if (!isOwn(call, image)) throw new Refusal(403, "You are not authorized to complete this action.");
    image = save(cloud, image);
  }
  return json(200, imageView(image, call));
}

function removed(image: StoredImage, name: string): StoredImage {
  if (isAttribute(name)) throw new Refusal(403, `Property ${name} may not be removed.`);
  if (!image.properties.has(name)) throw new Refusal(409, `Property ${name} does not exist.`);
  const properties = new Map(image.properties);
  properties.delete(name);
  return { ...image, properties };
}

function written(
  image: StoredImage,
  { op, name, value, strictAdd }: { op: string; name: string; value: unknown; strictAdd: boolean },
): StoredImage {
  if (op === "add" && strictAdd && (isAttribute(name) || image.properties.has(name)))
    throw new Refusal(409, `Property ${name} already present.`);
  if (CRASHING.includes(name)) throw new Refusal(500);
  if (name === "image_id") {
    // Glance looks for the image of that id.
    checkCharacters([String(value)]);
    throw new Refusal(404, `No image found with ID ${String(value)}`);
  }
  if (SWALLOWED.includes(name)) return image;
  if (BASE.includes(name)) return withAttribute(image, name, value);
  if (op === "replace" && !image.properties.has(name))
    throw new Refusal(409, `Property ${name} does not exist.`);
  return { ...image, properties: new Map(image.properties).set(name, value === null ? null : String(value)) };
}

function isAttribute(name: string): boolean {
  return BASE.includes(name) || SWALLOWED.includes(name) || CRASHING.includes(name) || name === "image_id";
}

function withAttribute(image: StoredImage, name: string, value: unknown): StoredImage {
  if (
    (name === "disk_format" || name === "container_format") &&
    !["queued", "importing"].includes(image.status)
  )
    throw new Refusal(403, `Attribute ${name} can be only replaced for a queued image.`);
  if (typeof value === "number" && value < 0)
    throw new Refusal(400, `Invalid value '${value}' for parameter '${name}'.`);
  if (Array.isArray(value)) return { ...image, tags: checkTags(value) };
  return { ...image, [name]: value };
}

import { type FakeRequest, type FakeResponse, json, jsonOf, NO_CONTENT } from "../fake/wire.ts";
import { checkNames, choice, objectOf, requiredText, text } from "./fields.ts";
import { countReads, isVisible, ownImage, visibleImage } from "./images.ts";
import type { StoredImage } from "./records.ts";
import { ImsRefusal, malformed } from "./refusals.ts";
import { type Call, save } from "./state.ts";
import { halves, pair, pairs, withTags } from "./tags.ts";

/** `GET /v2/{project_id}/images/{id}/tags`. */
export function listTags(call: Call, id: string): FakeResponse {
  const { tags } = visibleImage(call, id, 404);
  return json(200, { tags: [...tags].map(([key, value]) => ({ key, value })) });
}

/** `POST /v2/{project_id}/images/{id}/tags`. */
export async function addTag(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  return tagged(call, id, [pair(body["tag"])], 404);
}

/** `POST /v2/{project_id}/images/{id}/tags/action`: what is there already, or gone already, is no error. */
export async function changeTags(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  checkNames(body, ["action", "tags"]);
  const action = choice(body, "action", ["create", "delete"]) ?? requiredText(body, "action");
  const list = pairs(body["tags"]);
  if (list.length === 0) throw malformed("There are no tags.");
  if (action === "create") return tagged(call, id, list, 404);
  const image = ownImage(call, id, 404);
  const keys = list.map(([key]) => key);
  save(call.cloud, { ...image, tags: new Map([...image.tags].filter(([key]) => !keys.includes(key))) });
  return NO_CONTENT;
}

/** `PUT /v1/cloudimages/tags`. */
export async function putTag(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  checkNames(body, ["image_id", "tag", "image_tag"]);
  const old = text(body, "tag");
  return tagged(call, requiredText(body, "image_id"), [
    old === undefined ? pair(body["image_tag"]) : halves(old, "."),
  ]);
}

/** `PUT /v2/images/{id}/tags/{tag}`: a key without a value. */
export function addKey(call: Call, id: string, key: string): FakeResponse {
  if (!/^[A-Za-z0-9_-]+$/.test(key)) throw new ImsRefusal("IMG.0115", "The format of the tag is wrong.");
  return tagged(call, id, [[key, ""]], 404);
}

/** By either API. */
export function removeKey(call: Call, id: string, key: string): FakeResponse {
  const image = ownImage(call, id, 404);
  if (!image.tags.has(key)) throw new ImsRefusal("IMG.0115", `The image has no tag ${key}.`, 404);
  save(call.cloud, { ...image, tags: new Map([...image.tags].filter(([one]) => one !== key)) });
  return NO_CONTENT;
}

function tagged(
  call: Call,
  id: string,
  list: readonly (readonly [string, string])[],
  missingStatus = 400,
): FakeResponse {
  const image = ownImage(call, id, missingStatus);
  save(call.cloud, { ...image, tags: withTags(image.tags, list) });
  return NO_CONTENT;
}

/** `GET /v2/{project_id}/images/tags`. */
export function allTags(call: Call): FakeResponse {
  const values = new Map<string, Set<string>>();
  for (const { tags } of ownImages(call))
    for (const [key, value] of tags) values.set(key, (values.get(key) ?? new Set()).add(value));
  return json(200, { tags: [...values].map(([key, set]) => ({ key, values: [...set] })) });
}

/** `GET /v1/cloudimages/tags`. */
export function plainTagList(call: Call): FakeResponse {
  const tags = new Set(
    ownImages(call).flatMap((image) => [...image.tags].map(([key, value]) => `${key}.${value}`)),
  );
  return json(200, { tags: [...tags] });
}

/** `POST /v2/{project_id}/images/resource_instances/action`: its numbers are texts. */
export async function imagesByTags(call: Call, request: FakeRequest): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  const action = choice(body, "action", ["filter", "count"]) ?? requiredText(body, "action");
  const wanted = tagFilters(body["tags"]);
  const found = ownImages(call).filter(({ tags }) =>
    wanted.every(
      ([key, values]) => tags.has(key) && (values.length === 0 || values.includes(tags.get(key) ?? "")),
    ),
  );
  if (action === "count") return json(200, { total_count: found.length });
  const limit = Number(text(body, "limit") ?? "1000");
  const offset = Number(text(body, "offset") ?? "0");
  const page = found.slice(offset, offset + limit);
  countReads(call.cloud, page);
  const resources = page.map(({ id, name, tags }) => ({
    resource_id: id,
    resource_name: name,
    resource_detail: null,
    tags: [...tags].map(([key, value]) => ({ key, value })),
  }));
  return json(200, { resources, total_count: found.length });
}

function tagFilters(value: unknown): readonly (readonly [string, readonly unknown[]])[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw malformed("tags has to be a list.");
  return value.map((tag: unknown) => {
    const { key, values = [] } = objectOf(tag);
    if (typeof key !== "string" || !Array.isArray(values)) throw malformed("A tag has a key and values.");
    return [key, values];
  });
}

function ownImages(call: Call): readonly StoredImage[] {
  return [...call.cloud.images.values()].filter(
    (image) => image.owner === call.projectId && isVisible(call, image),
  );
}

import { isObject } from "../fake/wire.ts";
import type { Body } from "./fields.ts";
import { ImsRefusal, malformed } from "./refusals.ts";

export type Tags = ReadonlyMap<string, string>;

const MAX_TAGS = 10;

/** The tags of the body of a metadata creation: `key=value`. */
export function plainTags(body: Body): Tags {
  return checked(listOf(body, "tags").map((tag) => halves(tag, "=")));
}

/** Those of an action: objects, or in older clients `key.value`; not both. */
export function actionTags(body: Body): Tags {
  if (body["tags"] !== undefined && body["image_tags"] !== undefined)
    throw new ImsRefusal("IMG.0115", "There are tags and image_tags.");
  const old = listOf(body, "tags").map((tag) => halves(tag, "."));
  return checked(body["image_tags"] === undefined ? old : pairs(body["image_tags"]));
}

/** Tags as objects with a key and a value. */
export function pairs(value: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(value)) throw malformed("Tags have to be a list.");
  return value.map((tag: unknown) => pair(tag));
}

export function pair(tag: unknown): readonly [string, string] {
  const { key, value = "" } = isObject(tag) ? tag : {};
  if (typeof key !== "string" || typeof value !== "string")
    throw new ImsRefusal("IMG.0115", "A tag has a key and a value, both texts.");
  return [key.trim(), value.trim()];
}

/** Tags beside those that are there: one whose key is there takes its place. */
export function withTags(tags: Tags, added: readonly (readonly [string, string])[]): Tags {
  return checked([...tags, ...added]);
}

/** A text in two, at the first separator. */
export function halves(tag: string, separator: string): readonly [string, string] {
  const at = tag.indexOf(separator);
  return at < 0 ? [tag, ""] : [tag.slice(0, at), tag.slice(at + 1)];
}

function listOf(body: Body, name: string): readonly string[] {
  const value = body[name] ?? [];
  if (!Array.isArray(value) || !value.every((one) => typeof one === "string"))
    throw new ImsRefusal("IMG.0115", `${name} has to be a list of texts.`);
  return value;
}

function checked(list: readonly (readonly [string, string])[]): Tags {
  for (const [key, value] of list) {
    const keyLength = [...key].length;
    if (keyLength < 1 || keyLength > 36) throw new ImsRefusal("IMG.0115", "A key has 1 to 36 characters.");
    if ([...value].length > 43) throw new ImsRefusal("IMG.0115", "A value has up to 43 characters.");
  }
  const tags = new Map(list);
  if (tags.size > MAX_TAGS) throw new ImsRefusal("IMG.0116", `An image has up to ${MAX_TAGS} tags.`);
  return tags;
}

import { nearestKey } from "./nearest.ts";

/** The property in which the library records what an image was made from. */
export const SOURCE_RECORD = "imagewright.source";

/** The property in which an image says whose place it takes, until the other one is deleted. */
export const REPLACES_RECORD = "imagewright.replaces";

/** The properties that this library writes. */
export const OWN_PROPERTIES: readonly string[] = [SOURCE_RECORD, REPLACES_RECORD];

/** Glance's own limits (`String(255)` columns, a MySQL `TEXT`, `image_property_quota`, `image_tag_quota`). */
export const LIMITS = {
  nameCharacters: 255,
  propertyNameCharacters: 255,
  propertyValueBytes: 65_535,
  tagCharacters: 255,
  properties: 128,
  tags: 128,
  members: 128,
  integer: 2_147_483_647,
} as const;

/** Names that only the server writes: Glance answers 403, or takes them and shows something else. */
export const SERVER_PROPERTIES: readonly string[] = [
  "checksum",
  "created_at",
  "deleted",
  "deleted_at",
  "direct_url",
  "file",
  "id",
  "location",
  "locations",
  "os_hash_algo",
  "os_hash_value",
  "owner",
  "schema",
  "self",
  "size",
  "status",
  "stores",
  "updated_at",
  "virtual_size",
];

/** What the server writes begins with this; Glance refuses it without an underscore behind it, too. */
export const SERVER_PREFIX = "os_glance";

/** Names that Glance answers 200 for and doesn't store, or answers 500 or 404 for (seen on 25.1). */
const SWALLOWED: readonly string[] = [
  "__class__",
  "base",
  "context",
  "deactivate",
  "delete",
  "extra_properties",
  "get_data",
  "helper",
  "image_id",
  "member",
  "notifier",
  "reactivate",
  "set_data",
];

const WRITTEN_BY_CLOUD = "is written by the cloud only";

/** Names that no user's property can have, and why. */
const RESERVED: ReadonlyMap<string, string> = new Map([
  ...OWN_PROPERTIES.map((name) => [name, "is written by this library"] as const),
  ...SERVER_PROPERTIES.map((name) => [name, WRITTEN_BY_CLOUD] as const),
  ...SWALLOWED.map((name) => [name, "is a name that Glance answers for but does not store"] as const),
]);

/** Fields of an image that have a place of their own in a spec. */
const FIELDS: Readonly<Record<string, string>> = {
  container_format: "containerFormat",
  description: "description",
  disk_format: "diskFormat",
  min_disk: "minDiskGb",
  min_ram: "minRamMb",
  name: "name",
  os_hidden: "hidden",
  protected: "protected",
  tags: "tags",
  visibility: "visibility",
};

/** Why Glance would refuse, swallow or mangle a property of this name; `undefined` when it would not. */
export function propertyNameProblem(name: string): string | undefined {
  if (name === "") return "a property needs a name";
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field !== undefined) return `is a field of the image: use "${field}" of the spec`;
  const reserved = RESERVED.get(name);
  if (reserved !== undefined) return reserved;
  if (name.startsWith(SERVER_PREFIX)) return WRITTEN_BY_CLOUD;
  if (hasOuterSpace(name))
    return "has white space around it, which Glance strips on change but not at creation";
  return textProblem(name, LIMITS.propertyNameCharacters);
}

/** Why Glance would refuse or cut this property value; `undefined` when it would not. */
export function propertyValueProblem(value: string): string | undefined {
  if (
    value.length * 3 > LIMITS.propertyValueBytes &&
    new TextEncoder().encode(value).length > LIMITS.propertyValueBytes
  ) {
    return `is longer than ${LIMITS.propertyValueBytes} bytes`;
  }
  return characterProblem(value);
}

/** Why Glance would refuse or mangle this tag; `undefined` when it would not. */
export function tagProblem(tag: string): string | undefined {
  if (tag === "") return "a tag can't be empty";
  if (hasOuterSpace(tag)) return "has white space around it";
  return textProblem(tag, LIMITS.tagCharacters);
}

/** Why Glance would refuse this text; `undefined` when it would not. */
export function textProblem(text: string, maxCharacters: number): string | undefined {
  if (text.length > maxCharacters) return `is longer than ${maxCharacters} characters`;
  return characterProblem(text);
}

/** What Python's `str.strip` takes away beside what `trim` does. */
const PYTHON_SPACES = "\u001c\u001d\u001e\u001f\u0085";

function hasOuterSpace(text: string): boolean {
  return (
    text !== text.trim() ||
    PYTHON_SPACES.includes(text.charAt(0)) ||
    PYTHON_SPACES.includes(text.charAt(text.length - 1))
  );
}

/** Neither NUL nor any part of a surrogate pair: almost every text, told at once. */
const PLAIN = /^[^\0\ud800-\udfff]*$/;

/** Glance answers 400 for characters of four bytes in UTF-8; unpaired surrogates and NUL survive no encoding. */
function characterProblem(text: string): string | undefined {
  if (PLAIN.test(text)) return undefined;
  if (/[\u{10000}-\u{10FFFF}]/u.test(text))
    return "has a character of four bytes in UTF-8 (such as an emoji), which Glance refuses";
  return text.isWellFormed() ? "has a NUL character" : "has half of a surrogate pair";
}

/** The message for a key that isn't known, naming the nearest that is. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = nearestKey(key, known);
  return near === undefined
    ? `unknown key "${key}"; known are ${known.join(", ")}`
    : `unknown key "${key}": did you mean "${near}"?`;
}

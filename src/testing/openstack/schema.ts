import { Refusal } from "../fake/wire.ts";
import type { Settings, StoredImage } from "./state.ts";

const UUID = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$";

interface Property {
  readonly type: string | readonly string[];
  readonly enum?: readonly (string | null)[];
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly items?: Property;
}

const text: Property = { type: "string" };
const optional: Property = { type: ["null", "string"] };
const strings: Property = { type: "array", items: { type: "string", maxLength: 255 } };

/** The schema of an image, by the operator's formats. */
export function imageProperties({
  diskFormats,
  containerFormats,
}: Settings): Readonly<Record<string, Property>> {
  return {
    id: { type: "string", pattern: UUID },
    name: { ...optional, maxLength: 255 },
    status: {
      type: "string",
      enum: [
        "queued",
        "saving",
        "active",
        "killed",
        "deleted",
        "uploading",
        "importing",
        "pending_delete",
        "deactivated",
      ],
    },
    visibility: { type: "string", enum: ["community", "public", "private", "shared"] },
    protected: { type: "boolean" },
    os_hidden: { type: "boolean" },
    checksum: { ...optional, maxLength: 32 },
    os_hash_algo: { ...optional, maxLength: 64 },
    os_hash_value: { ...optional, maxLength: 128 },
    owner: { ...optional, maxLength: 255 },
    size: { type: ["null", "integer"] },
    virtual_size: { type: ["null", "integer"] },
    container_format: { ...optional, enum: [null, ...containerFormats] },
    disk_format: { ...optional, enum: [null, ...diskFormats] },
    created_at: text,
    updated_at: text,
    tags: strings,
    direct_url: text,
    min_ram: { type: "integer" },
    min_disk: { type: "integer" },
    self: text,
    file: text,
    stores: text,
    schema: text,
    locations: { type: "array" },
    // Of Glance's schema-image.json.
    kernel_id: { ...optional, pattern: UUID },
    ramdisk_id: { ...optional, pattern: UUID },
    instance_uuid: text,
    architecture: text,
    os_distro: text,
    os_version: text,
    description: text,
    cinder_encryption_key_id: text,
    cinder_encryption_key_deletion_policy: { type: "string", enum: ["on_image_deletion", "do_not_delete"] },
  };
}

/** @throws Refusal 400 where a value isn't as the schema says. A property that it doesn't know is a text. */
export function validate(settings: Settings, values: Readonly<Record<string, unknown>>): void {
  const properties = imageProperties(settings);
  for (const [name, value] of Object.entries(values)) {
    const property = Object.hasOwn(properties, name) ? (properties[name] ?? text) : text;
    if (!fits(property, value))
      throw new Refusal(400, `Provided object does not match schema 'image': ${name}`);
  }
}

/** @throws Refusal 400 for what the database can't keep. It is asked only when all else is well. */
export function checkStorable(image: StoredImage): void {
  if (image.min_disk > MAX_INTEGER || image.min_ram > MAX_INTEGER)
    throw new Refusal(400, "Value is out of range of the database.");
  checkCharacters([image.name, image.owner, ...image.tags, ...[...image.properties].flat()]);
}

/** @throws Refusal 400 for a character that the database can't keep, in what it is asked for or to keep. */
export function checkCharacters(values: readonly (string | null)[]): void {
  if (values.some((value) => value !== null && FOUR_BYTES.test(value)))
    throw new Refusal(400, "Param values can't contain 4 byte unicode.");
}

const MAX_INTEGER = 2 ** 31 - 1;
const FOUR_BYTES = /[\u{10000}-\u{10ffff}]/u;

function fits(property: Property, value: unknown): boolean {
  const types = [property.type].flat();
  if (!types.includes(typeOf(value))) return false;
  if (property.enum !== undefined && !property.enum.some((one) => one === value)) return false;
  if (Array.isArray(value))
    return value.every((item) => property.items === undefined || fits(property.items, item));
  if (typeof value !== "string") return true;
  if (property.maxLength !== undefined && [...value].length > property.maxLength) return false;
  return property.pattern === undefined || new RegExp(property.pattern).test(value);
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

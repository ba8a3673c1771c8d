import { Refusal } from "../fake/wire.ts";
import type { StoredImage } from "./state.ts";

/** Whether an image answers to a filter of a listing. */
export type Filter = (image: StoredImage) => boolean;

const IN_LISTS: readonly string[] = ["name", "id", "status", "container_format", "disk_format"];

/** @throws Refusal 400 where the value means nothing to Glance. */
export function filterOf(name: string, text: string): Filter {
  const value = text;
  if (/^.+_(min|max)$/.test(name)) return range(name, value);
  if (name === "created_at" || name === "updated_at") return moment(name, value);
  if (IN_LISTS.includes(name)) return oneOf(name, value);
  if (name === "min_disk" || name === "min_ram") return (image) => image[name] === Number(value);
  return (image) => {
    const field = attribute(image, name);
    return field === undefined ? image.properties.get(name) === value : field === value;
  };
}

function attribute(image: StoredImage, name: string): unknown {
  return ["owner", "checksum", "os_hash_value", "os_hash_algo", "visibility"].includes(name)
    ? Reflect.get(image, name)
    : undefined;
}

function range(name: string, text: string): Filter {
  if (!/^\s*[+-]?\d+\s*$/.test(text))
    throw new Refusal(400, "Unable to filter on a range with a non-numeric value.");
  const [limit, field] = [Number(text), name.slice(0, -4)];
  return (image) => {
    const value: unknown = Reflect.get(image, field);
    if (typeof value !== "number") return false;
    return name.endsWith("_min") ? value >= limit : value <= limit;
  };
}

function moment(name: "created_at" | "updated_at", text: string): Filter {
  const [, operator = "eq", when = text] = /^(gte|gt|lte|lt|neq|eq):(.*)$/.exec(text) ?? [];
  const limit = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/.test(when)
    ? Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(when) ? when : `${when}Z`)
    : Number.NaN;
  if (Number.isNaN(limit))
    throw new Refusal(400, `Bad "${name}" query filter format. Use ISO 8601 DateTime notation.`);
  return (image) => {
    const ms = name === "created_at" ? image.createdAtMs : image.updatedAtMs;
    const seconds = Math.floor(ms / 1000) * 1000;
    return (
      {
        gt: seconds > limit,
        gte: seconds >= limit,
        lt: seconds < limit,
        lte: seconds <= limit,
        neq: seconds !== limit,
      }[operator] ?? seconds === limit
    );
  };
}

function oneOf(name: string, text: string): Filter {
  const colon = text.indexOf(":");
  const [operator, rest] = colon < 0 ? ["eq", text] : [text.slice(0, colon), text.slice(colon + 1)];
  if (operator === "eq") return (image) => Reflect.get(image, name) === rest;
  if (operator !== "in") throw new Refusal(400, `Unable to filter by unknown operator '${operator}'.`);
  const values: readonly unknown[] = listed(rest);
  return (image) => values.includes(Reflect.get(image, name));
}

/** A list with commas, whose values may be quoted. */
function listed(text: string): readonly string[] {
  checkQuotes(text);
  return [...text.matchAll(/"([^"\\]*(?:\\.[^"\\]*)*)",?|([^,]+),?|,/g)].map(
    ([, quoted, bare]) => quoted || bare || "",
  );
}

function checkQuotes(text: string): void {
  const refusal = new Refusal(400, `Invalid filter value ${text}.`);
  let open = false;
  for (const [index, character] of [...text].entries()) {
    if (character !== '"' || text[index - 1] === "\\") continue;
    if (!open && index > 0 && text[index - 1] !== ",") throw refusal;
    if (open && index + 1 < text.length && text[index + 1] !== ",") throw refusal;
    open = !open;
  }
  if (open) throw refusal;
}

import { isObject } from "../fake/wire.ts";
import { type Detail, Invalid } from "./refused.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NAME = /^[a-zA-Z0-9]([_-]?[a-zA-Z0-9])*$/;
const DESCRIPTION = /^[a-zA-Z0-9ㄱ-ㅎ가-힣 .,!?()[\]{}:;"'@#%&*+=_/\\|<>~-]{1,100}$/u;

/** The fields of an image that a request may say, else 422. */
export function imageFields(
  body: unknown,
  required: readonly string[],
): { readonly name?: string; readonly description?: string } {
  const image = isObject(body) ? body["image"] : undefined;
  if (!isObject(image)) throw new Invalid(detail(["body", "image"], "Field required", "missing"));
  const { name, description } = image;
  const found = [
    ...required
      .filter((field) => image[field] === undefined)
      .map((field) => detail(["body", "image", field], "Field required", "missing")),
    ...(name === undefined ? [] : problemsOf("name", name, isName)),
    ...(description === undefined ? [] : problemsOf("description", description, isDescription)),
  ];
  if (found.length > 0) throw new Invalid(...found);
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof description === "string" ? { description } : {}),
  };
}

/** A part of a path that has to be a UUID, else 422. */
export function uuidOf(text: string, what: string): string {
  if (UUID.test(text)) return text.toLowerCase();
  throw new Invalid(
    detail(["path", what], "Input should be a valid UUID, invalid character", "uuid_parsing"),
  );
}

/** A number of the query, else 422. */
export function numberOf(query: URLSearchParams, name: string, usual: number, least: number): number {
  const text = query.get(name);
  if (text === null) return usual;
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new Invalid(detail(["query", name], `Input should be ${least} or more`, "greater_than_equal"));
}

function problemsOf(field: string, value: unknown, isGood: (text: string) => boolean): readonly Detail[] {
  if (typeof value === "string" && isGood(value)) return [];
  const loc = ["body", "image", field];
  return typeof value === "string"
    ? [detail(loc, "string does not match pattern", "string_pattern_mismatch")]
    : [detail(loc, "Input should be a valid string", "string_type")];
}

function isName(text: string): boolean {
  return text.length >= 4 && text.length <= 250 && NAME.test(text);
}

function isDescription(text: string): boolean {
  return DESCRIPTION.test(text);
}

function detail(loc: readonly string[], msg: string, type: string): Detail {
  return { loc, msg, type };
}

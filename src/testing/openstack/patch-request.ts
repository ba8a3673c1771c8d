import { type FakeRequest, isObject, jsonOf, Refusal } from "../fake/wire.ts";
import { isReserved, READ_ONLY } from "./names.ts";
import { validate } from "./schema.ts";
import type { Settings } from "./state.ts";

/** One step of a PATCH, checked but for the image. */
export interface Change {
  readonly op: "add" | "remove" | "replace";
  readonly name: string;
  readonly value: unknown;
  /** Of the old media type, whose `add` takes no name that is there. */
  readonly strictAdd: boolean;
}

const OLD = "application/openstack-images-v2.0-json-patch";
const NEW = "application/openstack-images-v2.1-json-patch";
const OPS: readonly string[] = ["add", "remove", "replace"];

/** What a PATCH asks for: every step is checked before the image is looked for. */
export async function changesOf(request: FakeRequest, settings: Settings): Promise<readonly Change[]> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim();
  if (type !== OLD && type !== NEW) throw new Refusal(415, "", { "accept-patch": `${OLD}, ${NEW}` });
  const body = await jsonOf(request);
  if (!Array.isArray(body)) throw new Refusal(400, "Request body must be a JSON array of operation objects.");
  return body.map((step: unknown) => changeOf(step, type === OLD, settings));
}

function changeOf(step: unknown, old: boolean, settings: Settings): Change {
  if (!isObject(step)) throw new Refusal(400, "Operations must be JSON objects.");
  const op = old ? oldOp(step) : newOp(step);
  const pointer = old ? step[op] : step["path"];
  if (pointer === undefined) throw new Refusal(400, "Unable to find 'path' in JSON Schema change");
  // Glance takes it for a text without asking.
  if (typeof pointer !== "string") throw new Refusal(500);
  const path = decoded(pointer);
  const [name = ""] = path;
  const depth = name === "locations" && op !== "replace" ? 2 : 1;
  if (path.length !== depth) throw new Refusal(400, `Invalid JSON pointer for this resource: '${pointer}'`);
  if (op !== "remove" && !Object.hasOwn(step, "value"))
    throw new Refusal(400, `Operation "${op}" requires a member named "value".`);
  if (READ_ONLY.includes(name)) throw new Refusal(403, `Attribute '${name}' is read-only.`);
  if (isReserved(name)) throw new Refusal(403, `Attribute '${name}' is reserved.`);
  const value = step["value"];
  if (op !== "remove" && depth === 1) validate(settings, Object.fromEntries([[name, value]]));
  return { op, name, value, strictAdd: old };
}

function newOp({ op }: Readonly<Record<string, unknown>>): Change["op"] {
  if (op === "add" || op === "remove" || op === "replace") return op;
  throw new Refusal(400, `Invalid operation: one of ${OPS.join(", ")} is needed.`);
}

function oldOp(step: Readonly<Record<string, unknown>>): Change["op"] {
  const [op, ...others] = OPS.filter((name) => Object.hasOwn(step, name));
  if (others.length > 0)
    throw new Refusal(
      400,
      'Operation objects must contain only one member named "add", "remove", or "replace".',
    );
  return newOp({ op });
}

function decoded(pointer: string): readonly string[] {
  const rest = pointer.slice(1);
  if (
    !pointer.startsWith("/") ||
    /\/\s*?\//.test(rest) ||
    (pointer.length > 1 && pointer.endsWith("/")) ||
    /~[^01]/.test(pointer) ||
    pointer.endsWith("~")
  )
    throw new Refusal(400, `Pointer \`${pointer}\` is not one that is taken here.`);
  return pointer
    .replace(/^\/+/, "")
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~").trim());
}

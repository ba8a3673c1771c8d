import { createHash } from "node:crypto";
import { compareStrings } from "../../model/index.ts";

/** `sha256:…` of a value: the same for the same content, whatever the order of its keys. */
export function contentDigest(value: unknown): string {
  return `sha256:${createHash("sha256")
    .update(JSON.stringify(withSortedKeys(value)))
    .digest("hex")}`;
}

function withSortedKeys(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withSortedKeys);
  const fields = Object.entries(value).sort(([a], [b]) => compareStrings(a, b));
  return Object.fromEntries(fields.map(([name, field]) => [name, withSortedKeys(field)]));
}

import { expect, it } from "vitest";
import type { Source } from "../../../src/model/index.ts";
import { isWhole, redactedField, redactSource } from "../../../src/reconcile/plan/planned-source.ts";

const url = "https://example.org/debian.qcow2";
const open = async function* () {};

it.each<[field: string, source: Source]>([
  ["source.open", { open }],
  ["source.open", { open, size: 5 }],
  ["source.password", { url, username: "u", password: "p" }],
  ["source.password", { url, password: "p", headers: { a: "1" } }],
  ["source.headers", { url, headers: { Accept: "*/*", Authorization: "Bearer 1" } }],
])("%s has to be given again: %o", (field, source) => {
  expect(redactedField(redactSource(source))).toBe(field);
  expect(isWhole(redactSource(source))).toBe(false);
  expect(redactedField(source)).toBeUndefined();
  expect(isWhole(source)).toBe(true);
});

it.each<[source: Source]>([
  [{ file: "a" }],
  [{ url }],
  [{ url, username: "u", checksum: `md5:${"ab".repeat(16)}` }],
  [{ url, headers: {} }],
  [{ webDownload: url }],
  [{ imageId: "i", region: "r" }],
])("a source without a secret is whole in a plan: %o", (source) => {
  expect(redactSource(source)).toStrictEqual(source);
  expect(redactedField(redactSource(source))).toBeUndefined();
});

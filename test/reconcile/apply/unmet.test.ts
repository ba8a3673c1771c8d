import { expect, it } from "vitest";
import type { Operation } from "../../../src/model/index.ts";
import { unmetOperations } from "../../../src/reconcile/apply/unmet.ts";
import { imageOf } from "../support/images.ts";

const IMAGE = imageOf({
  minDiskGb: 2,
  properties: { a: "1", empty: "" },
  tags: ["t"],
  members: ["p"],
});

it.each<[met: boolean, Operation]>([
  [true, { kind: "attribute", op: "update", name: "minDiskGb", from: 1, to: 2 }],
  [false, { kind: "attribute", op: "update", name: "minDiskGb", from: 2, to: 3 }],
  [true, { kind: "attribute", op: "update", name: "hidden", from: true, to: false }],
  [true, { kind: "property", op: "add", name: "a", to: "1" }],
  [true, { kind: "property", op: "update", name: "empty", from: "1", to: "" }],
  [false, { kind: "property", op: "update", name: "a", from: "1", to: "2" }],
  [false, { kind: "property", op: "add", name: "b", to: "" }],
  [true, { kind: "property", op: "delete", name: "b", from: "1" }],
  [true, { kind: "property", op: "delete", name: "constructor", from: "1" }],
  [false, { kind: "property", op: "delete", name: "a", from: "1" }],
  [false, { kind: "property", op: "delete", name: "empty", from: "" }],
  [true, { kind: "tag", op: "add", tag: "t" }],
  [false, { kind: "tag", op: "add", tag: "u" }],
  [true, { kind: "tag", op: "delete", tag: "u" }],
  [false, { kind: "tag", op: "delete", tag: "t" }],
  [true, { kind: "member", op: "add", project: "p" }],
  [false, { kind: "member", op: "add", project: "q" }],
  [true, { kind: "member", op: "delete", project: "q" }],
  [false, { kind: "member", op: "delete", project: "p" }],
])("met %s: %o", (met, operation) => {
  expect(unmetOperations(IMAGE, [operation])).toEqual(met ? [] : [operation]);
});

it("an image whose members nobody knows has none", () => {
  const add: Operation = { kind: "member", op: "add", project: "p" };
  const remove: Operation = { kind: "member", op: "delete", project: "p" };
  expect(unmetOperations(imageOf(), [add, remove])).toEqual([add]);
});

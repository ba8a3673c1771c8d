import { describe, expect, it } from "vitest";
import type { Image, ImageSpecInput } from "../../../src/model/index.ts";
import { type Plan, reconcile } from "../../../src/reconcile/index.ts";
import { imageOf } from "../support/images.ts";

const operationsOf = (spec: Partial<ImageSpecInput>, image: Partial<Image>): Plan["operations"] =>
  reconcile({ name: "debian", ...spec }, imageOf(image)).operations;

it("a creation holds everything that the spec declares", () => {
  expect(
    reconcile(
      {
        name: "debian",
        diskFormat: "qcow2",
        minDiskGb: 0,
        properties: { b: "2", a: "" },
        tags: ["t"],
        members: ["p"],
      },
      undefined,
    ),
  ).toEqual({
    action: "create",
    name: "debian",
    desired: {
      name: "debian",
      diskFormat: "qcow2",
      minDiskGb: 0,
      properties: { a: "", b: "2" },
      tags: ["t"],
      members: ["p"],
    },
    operations: [
      { kind: "attribute", op: "update", name: "name", from: null, to: "debian" },
      { kind: "attribute", op: "update", name: "diskFormat", from: null, to: "qcow2" },
      { kind: "attribute", op: "update", name: "minDiskGb", from: null, to: 0 },
      { kind: "property", op: "add", name: "a", to: "" },
      { kind: "property", op: "add", name: "b", to: "2" },
      { kind: "tag", op: "add", tag: "t" },
      { kind: "member", op: "add", project: "p" },
    ],
    replaces: [],
  });
});

it("what is absent from the spec is not managed", () => {
  const image = {
    minDiskGb: 3,
    protected: true,
    properties: { a: "1" },
    tags: ["t"],
    members: ["p"],
    description: "x",
  };
  expect(operationsOf({}, image)).toEqual([]);
});

it("properties are added, changed and deleted one by one", () => {
  expect(
    operationsOf(
      { properties: { same: "1", changed: "2", added: "3", empty: "" } },
      {
        properties: { same: "1", changed: "1", gone: "4" },
      },
    ),
  ).toEqual([
    { kind: "property", op: "add", name: "added", to: "3" },
    { kind: "property", op: "update", name: "changed", from: "1", to: "2" },
    { kind: "property", op: "add", name: "empty", to: "" },
    { kind: "property", op: "delete", name: "gone", from: "4" },
  ]);
});

describe("emptying", () => {
  it("tags deletes all of them", () => {
    expect(operationsOf({ tags: [] }, { tags: ["b", "a"] })).toEqual([
      { kind: "tag", op: "delete", tag: "a" },
      { kind: "tag", op: "delete", tag: "b" },
    ]);
  });
  it("properties deletes all of the user's", () => {
    expect(operationsOf({ properties: {} }, { properties: { b: "1", a: "2", owner: "p" } })).toEqual([
      { kind: "property", op: "delete", name: "a", from: "2" },
      { kind: "property", op: "delete", name: "b", from: "1" },
    ]);
  });
  it("members deletes all of them", () => {
    expect(operationsOf({ members: [] }, { members: ["p"] })).toEqual([
      { kind: "member", op: "delete", project: "p" },
    ]);
  });
});

it("an attribute that differs tells both values", () => {
  expect(
    operationsOf(
      { visibility: "shared", hidden: false, minRamMb: 0 },
      { visibility: "private", hidden: true, minRamMb: 512 },
    ),
  ).toEqual([
    { kind: "attribute", op: "update", name: "minRamMb", from: 512, to: 0 },
    { kind: "attribute", op: "update", name: "visibility", from: "private", to: "shared" },
    { kind: "attribute", op: "update", name: "hidden", from: true, to: false },
  ]);
});

it("a property of another case is another property", () => {
  expect(operationsOf({ properties: { Foo: "1" } }, { properties: { foo: "1" } })).toEqual([
    { kind: "property", op: "add", name: "Foo", to: "1" },
    { kind: "property", op: "delete", name: "foo", from: "1" },
  ]);
});

describe("names that every object has", () => {
  const NAMES = ["constructor", "toString", "hasOwnProperty"];
  const properties = Object.fromEntries(NAMES.map((name) => [name, "1"]));

  it("are properties like any other", () => {
    expect(operationsOf({ properties }, {})).toEqual(
      [...NAMES].sort().map((name) => ({ kind: "property", op: "add", name, to: "1" })),
    );
    expect(operationsOf({ properties: {} }, { properties })).toHaveLength(3);
    expect(operationsOf({ properties }, { properties })).toEqual([]);
    expect(operationsOf({ properties: {} }, {})).toEqual([]);
  });
  it("are tags like any other", () => {
    expect(operationsOf({ tags: ["__proto__", ...NAMES] }, { tags: ["__proto__"] })).toHaveLength(3);
  });
  it("are not owned by an earlier spec that didn't declare them", () => {
    const plan = reconcile(
      { name: "debian", properties: {}, tags: [] },
      imageOf({ properties, tags: NAMES }),
      {
        properties: { previous: {} },
        tags: { previous: [] },
      },
    );
    expect(plan.action).toBe("none");
  });
  it("__proto__ on an image is deleted by an own operation, and pollutes nothing", () => {
    const image = imageOf({ properties: JSON.parse('{"__proto__": "1"}') });
    expect(reconcile({ name: "debian", properties: {} }, image).operations).toEqual([
      { kind: "property", op: "delete", name: "__proto__", from: "1" },
    ]);
  });
});

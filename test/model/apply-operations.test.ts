import { expect, it } from "vitest";
import { applyOperations, type Image, type Operation } from "../../src/model/index.ts";

const IMAGE: Image = {
  id: "i",
  name: "before",
  status: "active",
  properties: { a: "1", b: "2" },
  tags: ["x", "y"],
  owner: "p",
};

it("without operations changes nothing", () => {
  expect(applyOperations(IMAGE, [])).toEqual(IMAGE);
});

it("does every kind, in order, and leaves the rest", () => {
  const operations: readonly Operation[] = [
    { kind: "attribute", op: "update", name: "name", from: "before", to: "after" },
    { kind: "attribute", op: "update", name: "minDiskGb", from: null, to: 2 },
    { kind: "property", op: "update", name: "a", from: "1", to: "" },
    { kind: "property", op: "delete", name: "b", from: "2" },
    { kind: "property", op: "add", name: "c", to: "3" },
    { kind: "tag", op: "delete", tag: "x" },
    { kind: "tag", op: "add", tag: "a" },
    { kind: "member", op: "add", project: "p2" },
    { kind: "member", op: "add", project: "p1" },
    { kind: "member", op: "delete", project: "p3" },
  ];
  expect(applyOperations(IMAGE, operations)).toEqual({
    ...IMAGE,
    name: "after",
    minDiskGb: 2,
    properties: { a: "", c: "3" },
    tags: ["a", "y"],
    members: ["p1", "p2"],
  });
});

it("empties a property that is set to nothing", () => {
  const after = applyOperations(IMAGE, [{ kind: "property", op: "update", name: "a" }]);
  expect(after.properties).toEqual({ a: "", b: "2" });
});

it("leaves the image that it was given as it was", () => {
  const before = structuredClone(IMAGE);
  applyOperations(IMAGE, [
    { kind: "property", op: "delete", name: "a" },
    { kind: "tag", op: "delete", tag: "x" },
  ]);
  expect(IMAGE).toEqual(before);
});

it("is harmless when repeated", () => {
  const operations: readonly Operation[] = [
    { kind: "property", op: "delete", name: "missing" },
    { kind: "tag", op: "delete", tag: "missing" },
    { kind: "tag", op: "add", tag: "x" },
    { kind: "member", op: "delete", project: "missing" },
  ];
  const once = applyOperations(IMAGE, operations);
  expect(applyOperations(once, operations)).toEqual(once);
  expect(once).toEqual(IMAGE);
});

it("empties members to a list, where there were some", () => {
  expect(
    applyOperations({ ...IMAGE, members: ["p"] }, [{ kind: "member", op: "delete", project: "p" }]),
  ).toEqual({
    ...IMAGE,
    members: [],
  });
});

it("takes names that every object has for what they are", () => {
  const after = applyOperations(IMAGE, [
    { kind: "property", op: "add", name: "__proto__", to: "1" },
    { kind: "property", op: "add", name: "constructor", to: "2" },
    { kind: "tag", op: "add", tag: "__proto__" },
  ]);
  expect(Object.entries(after.properties)).toEqual([
    ["a", "1"],
    ["b", "2"],
    ["__proto__", "1"],
    ["constructor", "2"],
  ]);
  expect(Object.getPrototypeOf(after.properties)).toBe(Object.prototype);
  expect(after.tags).toContain("__proto__");
});

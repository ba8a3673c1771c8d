import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patchOf } from "../../../src/backends/glance/patch.ts";
import type { Image } from "../../../src/model/index.ts";
import { ID } from "../../support/glance.ts";

const image: Image = { id: ID, name: "a", status: "active", properties: {}, tags: [] };

describe("the pointer of a property", () => {
  it.each([
    ["a/b", "/a~1b"],
    ["a~b", "/a~0b"],
    ["~1", "/~01"],
    ["/~/", "/~1~0~1"],
    ["trait:HW_CPU", "/trait:HW_CPU"],
    ["ключ", "/ключ"],
  ])("escapes %s as RFC 6901 says", (name, path) => {
    expect(patchOf(image, [{ kind: "property", op: "add", name, to: "1" }])).toEqual([
      { op: "add", path, value: "1" },
    ]);
    const present = { ...image, properties: { [name]: "1" } };
    expect(patchOf(present, [{ kind: "property", op: "delete", name }])).toEqual([{ op: "remove", path }]);
  });

  it("leads back to the name, whatever that is", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const [step] = patchOf(image, [{ kind: "property", op: "add", name, to: "1" }]);
        expect(step?.path.slice(1).replaceAll("~1", "/").replaceAll("~0", "~")).toBe(name);
      }),
    );
  });
});

describe("tags", () => {
  const tagged = { ...image, tags: ["b", "a"] };

  it("are replaced as a whole, once, sorted", () => {
    expect(
      patchOf(tagged, [
        { kind: "tag", op: "add", tag: "c" },
        { kind: "tag", op: "delete", tag: "a" },
        { kind: "tag", op: "add", tag: "b" },
      ]),
    ).toEqual([{ op: "replace", path: "/tags", value: ["b", "c"] }]);
  });

  it("that are all deleted become an empty list", () => {
    expect(
      patchOf(tagged, [
        { kind: "tag", op: "delete", tag: "a" },
        { kind: "tag", op: "delete", tag: "b" },
      ]),
    ).toEqual([{ op: "replace", path: "/tags", value: [] }]);
  });

  it("are not mentioned when they don't change", () => {
    expect(patchOf(tagged, [{ kind: "property", op: "add", name: "x", to: "1" }])).toEqual([
      { op: "add", path: "/x", value: "1" },
    ]);
  });
});

it("a property that is inherited by every object isn't one that is there", () => {
  expect(patchOf(image, [{ kind: "property", op: "delete", name: "constructor" }])).toEqual([]);
});

describe("a description", () => {
  it.each(["", null])("that becomes %j is removed", (to) => {
    const described = { ...image, description: "old" };
    expect(
      patchOf(described, [{ kind: "attribute", op: "update", name: "description", from: "old", to }]),
    ).toEqual([{ op: "remove", path: "/description" }]);
  });
});

it.each([
  ["containerFormat", "/container_format"],
  ["diskFormat", "/disk_format"],
])("%s of a queued image is replaced at %s", (name, path) => {
  expect(patchOf(image, [{ kind: "attribute", op: "update", name, from: null, to: "x" }])).toEqual([
    { op: "replace", path, value: "x" },
  ]);
});

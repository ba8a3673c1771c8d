import { describe, expect, it } from "vitest";
import type { Image } from "../../../src/model/index.ts";
import { reconcile } from "../../../src/reconcile/index.ts";
import { discarding, familyOf, replacedId, superseding } from "../../../src/reconcile/plan/interrupted.ts";
import { imageOf } from "../support/images.ts";

const MARK = "imagewright.replaces";
const marked = (id: string, replaces?: string): Image =>
  imageOf({ id, properties: replaces === undefined ? {} : { [MARK]: replaces } });

describe("of the images of a name", () => {
  it("one is the image", () => {
    const image = marked("a");
    expect(familyOf([image])).toEqual({ image, successors: [], doubles: [] });
  });
  it("those that replace another are its successors, in any order", () => {
    const [old, one, two] = [marked("old"), marked("one", "old"), marked("two", "old")];
    expect(familyOf([one, old, two])).toEqual({ image: old, successors: [one, two], doubles: [] });
  });
  it("a successor of a successor is one, too", () => {
    const [old, one, two] = [marked("old"), marked("one", "old"), marked("two", "one")];
    expect(familyOf([old, one, two])).toEqual({ image: old, successors: [one, two], doubles: [] });
  });
  it("one whose mark points nowhere, or to itself, is the image", () => {
    for (const image of [marked("a", "gone"), marked("a", "a")]) {
      expect(familyOf([image])).toEqual({ image, successors: [], doubles: [] });
    }
  });
  it("none is told where two replace nothing, or each other, or there are none", () => {
    expect(familyOf([])).toBeUndefined();
    expect(familyOf([marked("a"), marked("b")])).toBeUndefined();
    expect(familyOf([marked("a"), marked("b", "gone")])).toBeUndefined();
    expect(familyOf([marked("a", "b"), marked("b", "a")])).toBeUndefined();
  });
});

it("the mark is the image's own property", () => {
  expect(replacedId(marked("a", "b"))).toBe("b");
  expect(replacedId(marked("a"))).toBeUndefined();
  expect(replacedId({ ...marked("a"), properties: Object.create({ [MARK]: "b" }) })).toBeUndefined();
});

describe("a plan beside what an interrupted replacement left", () => {
  const none = reconcile({ name: "debian" }, imageOf());
  const update = reconcile({ name: "debian", tags: ["t"] }, imageOf());
  const replace = reconcile({ name: "debian", diskFormat: "raw" }, imageOf({ diskFormat: "qcow2" }));

  it("does away with it", () => {
    const left = [marked("one"), marked("two")];
    expect(discarding(none, left)).toEqual({ ...none, action: "update", discards: ["one", "two"] });
    expect(discarding(update, left)).toEqual({ ...update, discards: ["one", "two"] });
    expect(discarding(replace, left)).toEqual({ ...replace, discards: ["one", "two"] });
  });
  it("is as it was where nothing is left", () => {
    expect(discarding(none, [])).toBe(none);
  });
  it("takes the place of the old image", () => {
    expect(superseding(none, marked("old"))).toEqual({ ...none, action: "update", supersedes: "old" });
    expect(superseding(update, marked("old"))).toEqual({ ...update, supersedes: "old" });
  });
});

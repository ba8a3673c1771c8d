import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Ownership, type Plan, reconcile } from "../../../src/reconcile/index.ts";
import { properties, tags } from "../../model/arbitraries.ts";
import { imageOf, resultOf } from "../support/images.ts";

const IMAGE = imageOf({
  properties: { kept: "1", earlier: "2", foreign: "3" },
  tags: ["kept", "earlier", "foreign"],
});
const SPEC = { name: "debian", properties: { kept: "1" }, tags: ["kept"] };

const deletedBy = (plan: Plan): readonly string[] =>
  plan.operations.flatMap((operation) => {
    if (operation.op !== "delete") return [];
    if (operation.kind === "property") return [operation.name];
    return operation.kind === "tag" ? [operation.tag] : [];
  });

it("by default everything that the spec doesn't declare is deleted", () => {
  const both = ["earlier", "foreign"];
  expect(deletedBy(reconcile(SPEC, IMAGE))).toEqual([...both, ...both]);
  expect(reconcile(SPEC, IMAGE, { properties: "all", tags: "all" })).toEqual(reconcile(SPEC, IMAGE));
});

it("declared: what the spec doesn't declare is left alone", () => {
  expect(reconcile(SPEC, IMAGE, { properties: "declared", tags: "declared" }).action).toBe("none");
});

it("each is told on its own", () => {
  expect(deletedBy(reconcile(SPEC, IMAGE, { properties: "declared" }))).toEqual(["earlier", "foreign"]);
  expect(reconcile(SPEC, IMAGE, { properties: "declared" }).operations.map(({ kind }) => kind)).toEqual([
    "tag",
    "tag",
  ]);
});

describe("previous: what an earlier spec declared, and this one doesn't, is deleted", () => {
  it.each<[string, Ownership<Record<string, string> | string[]>]>([
    ["a map", { previous: { kept: "1", earlier: "other", "was never stored": "" } }],
    ["names", { previous: ["kept", "earlier"] }],
  ])("given as %s", (_form, ownership) => {
    const plan = reconcile(SPEC, IMAGE, { properties: ownership, tags: { previous: ["earlier"] } });
    expect(deletedBy(plan)).toEqual(["earlier", "earlier"]);
  });
  it.each([[undefined], [null]])("and nothing where there was no earlier spec: %o", (previous) => {
    const none = { previous } as { previous: undefined };
    expect(reconcile(SPEC, IMAGE, { properties: none, tags: none }).action).toBe("none");
  });
});

it("no ownership manages what the spec doesn't declare at all", () => {
  const previous = { properties: { previous: ["earlier"] }, tags: { previous: ["earlier"] } };
  expect(reconcile({ name: "debian" }, IMAGE, previous).action).toBe("none");
});

it("who owns the rest never keeps a declared one from being set", () => {
  const owner = fc.constantFrom<Ownership<string[]>>("all", "declared", { previous: ["a", "os_distro"] });
  fc.assert(
    fc.property(properties, tags, properties, tags, owner, (wanted, labels, stored, stuck, ownership) => {
      const actual = imageOf({ properties: stored, tags: stuck });
      const options = { properties: ownership, tags: ownership };
      const desired = { name: "debian", properties: wanted, tags: labels };
      const after = resultOf(reconcile(desired, actual, options), actual);
      expect(Object.entries(after.properties)).toEqual(expect.arrayContaining(Object.entries(wanted)));
      expect(after.tags).toEqual(expect.arrayContaining(labels));
      expect(reconcile(desired, after, options).action).toBe("none");
    }),
  );
});

it("declared: what others have added survives, whatever is declared", () => {
  fc.assert(
    fc.property(properties, tags, properties, tags, (wanted, labels, stored, stuck) => {
      const actual = imageOf({ properties: stored, tags: stuck });
      const desired = { name: "debian", properties: wanted, tags: labels };
      const plan = reconcile(desired, actual, { properties: "declared", tags: "declared" });
      const after = resultOf(plan, actual);
      expect(after.properties).toEqual({ ...stored, ...wanted });
      expect(after.tags).toEqual([...new Set([...stuck, ...labels])].sort());
    }),
  );
});

it("previous: of a three-way change exactly the retired ones go", () => {
  fc.assert(
    fc.property(properties, properties, properties, (wanted, before, stored) => {
      const actual = imageOf({ properties: stored });
      const desired = { name: "debian", properties: wanted };
      const plan = reconcile(desired, actual, { properties: { previous: before } });
      const retired = Object.keys(stored).filter(
        (name) => Object.hasOwn(before, name) && !Object.hasOwn(wanted, name),
      );
      expect(deletedBy(plan)).toEqual(retired.sort());
    }),
  );
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Image, ImageSpec } from "../../../src/model/index.ts";
import { formatPlan, type Plan, reconcile } from "../../../src/reconcile/index.ts";
import { image, metadataSpec, spec } from "../../model/arbitraries.ts";
import { declaredBy, managedOf, resultOf } from "../support/images.ts";

const actual = fc.option(image, { nil: undefined });
const ownership = fc.constantFrom("all", "declared", "previous");

/** A cloud that reports regions: one that doesn't has only one, and it is taken to be the right one. */
const located = image.map((some): Image => ({ ...some, region: some.region ?? "RegionOne" }));
const locatedOrNone = fc.option(located, { nil: undefined });

describe("for every valid spec and every image", () => {
  it("the plan applied to the image gives the spec", () => {
    fc.assert(
      fc.property(metadataSpec, locatedOrNone, (desired, before) => {
        const after = resultOf(reconcile(desired, before), before);
        expect(managedOf(after, desired)).toEqual(declaredBy(desired));
      }),
      { numRuns: 500 },
    );
  });

  it("a plan on its own result is none", () => {
    fc.assert(
      fc.property(metadataSpec, actual, (desired, before) => {
        const after = resultOf(reconcile(desired, before), before);
        const again = reconcile(desired, { ...after, status: "active" });
        expect(again).toMatchObject({ action: "none", operations: [], replaces: [] });
      }),
      { numRuns: 500 },
    );
  });

  it("what the spec doesn't manage stays as it is", () => {
    fc.assert(
      fc.property(metadataSpec, image, (desired, before) => {
        const after = resultOf(reconcile(desired, before), before);
        for (const field of [
          "properties",
          "tags",
          "members",
          "minDiskGb",
          "protected",
          "description",
        ] as const) {
          if (desired[field] === undefined) expect(after[field], field).toEqual(sorted(before[field]));
        }
      }),
    );
  });

  it("no operation can be left out, and none is there twice", () => {
    fc.assert(
      fc.property(metadataSpec, actual, (desired, before) => {
        const plan = reconcile(desired, before);
        const targets = plan.operations.map(({ op: _op, ...target }) => JSON.stringify(keyOf(target)));
        expect(new Set(targets).size).toBe(targets.length);
        if (before === undefined) return;
        for (const left of plan.operations) {
          const operations = plan.operations.filter((operation) => operation !== left);
          const after = resultOf({ ...plan, operations }, before);
          expect(reconcile(desired, after).operations).toEqual([left]);
        }
      }),
    );
  });

  it("the order of keys, tags and members and their duplicates make no difference", () => {
    fc.assert(
      fc.property(spec, actual, fc.infiniteStream(fc.nat()), (desired, before, order) => {
        const plan = reconcile(desired, before);
        expect(
          reconcile(shuffled(desired, order), before === undefined ? before : shuffled(before, order)),
        ).toEqual(plan);
      }),
    );
  });

  it("operations are in a stable order: attributes as documented, then properties, tags and members by name", () => {
    fc.assert(
      fc.property(metadataSpec, actual, (desired, before) => {
        const ranks = reconcile(desired, before).operations.map(keyOf);
        expect(ranks).toEqual([...ranks].sort(compareKeys));
      }),
    );
  });

  it("a plan survives JSON", () => {
    fc.assert(
      fc.property(spec, actual, (desired, before) => {
        const plan = reconcile(desired, before);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
    );
  });

  it("a plan depends on nothing but what is given, and changes none of it", () => {
    fc.assert(
      fc.property(spec, actual, (desired, before) => {
        const given = JSON.stringify([desired, before]);
        const plan = reconcile(deepFrozen(desired), deepFrozen(before));
        expect(reconcile(desired, before)).toEqual(plan);
        expect(JSON.stringify([desired, before])).toBe(given);
      }),
    );
  });

  it("a plan can be printed", () => {
    fc.assert(
      fc.property(fc.option(spec, { nil: undefined }), actual, (desired, before) => {
        expect(formatPlan(reconcile(desired, before), { color: false })).toMatch(/^(\+|~|\+\/-|-|=) /);
      }),
    );
  });

  it("the action says what the plan holds", () => {
    fc.assert(
      fc.property(spec, actual, ownership, (desired, before, who) => {
        const owner = who === "previous" ? { previous: undefined } : who;
        const plan = reconcile(desired, before, { properties: owner, tags: owner });
        expect(plan.action).toBe(expectedAction(plan, before));
        expect(plan.imageId).toBe(before?.id);
        expect(plan.name).toBe(desired.name);
      }),
    );
  });
});

it("without a spec an image is deleted, and nothing stays nothing", () => {
  fc.assert(
    fc.property(image, (before) => {
      expect(reconcile(undefined, before)).toMatchObject({
        action: "delete",
        name: before.name,
        imageId: before.id,
        operations: [],
        replaces: [],
      });
    }),
  );
  expect(reconcile(undefined, undefined)).toEqual({ action: "none", name: "", operations: [], replaces: [] });
});

it.each(["deleted", "pending_delete"])("an image that is %s is no image", (status) => {
  fc.assert(
    fc.property(spec, image, (desired, before) => {
      expect(reconcile(desired, { ...before, status })).toEqual(reconcile(desired, undefined));
      expect(reconcile(undefined, { ...before, status }).action).toBe("none");
    }),
  );
});

it("a spec that is not valid is refused before anything is compared", () => {
  expect(() => reconcile({ name: "" }, undefined)).toThrow(
    expect.objectContaining({
      code: "ERR_SPEC_INVALID",
      issues: [expect.objectContaining({ path: ["name"] })],
    }),
  );
});

function expectedAction(plan: Plan, before: Image | undefined): Plan["action"] {
  if (before === undefined) return "create";
  if (plan.replaces.length > 0) return "replace";
  const fills = plan.content === "changed" && before.status === "queued";
  return plan.operations.length > 0 || fills ? "update" : "none";
}

const KINDS = ["attribute", "property", "tag", "member"];
const FIELDS = [
  "name",
  "id",
  "region",
  "containerFormat",
  "diskFormat",
  "minDiskGb",
  "minRamMb",
  "visibility",
  "protected",
  "hidden",
  "description",
];

/** What an operation is about. */
function keyOf(operation: object): readonly [kind: number, rank: number, name: string] {
  const { kind, name, tag, project } = { kind: "", name: "", tag: "", project: "", ...operation };
  return [KINDS.indexOf(kind), kind === "attribute" ? FIELDS.indexOf(name) : 0, name || tag || project];
}

function compareKeys(a: ReturnType<typeof keyOf>, b: ReturnType<typeof keyOf>): number {
  return a[0] - b[0] || a[1] - b[1] || (a[2] < b[2] ? -1 : 1);
}

/** The same with its keys and lists in another order, and lists with duplicates. */
function shuffled<Value extends ImageSpec | Image>(value: Value, order: Iterator<number>): Value {
  const mix = <Item>(items: readonly Item[]): Item[] =>
    items
      .map((item): [number, Item] => [order.next().value ?? 0, item])
      .sort(([a], [b]) => a - b)
      .map(([, item]) => item);
  const twice = (items: readonly string[]) => mix([...items, ...items]);
  const changed = {
    ...value,
    ...(value.tags === undefined ? {} : { tags: twice(value.tags) }),
    ...(value.members === undefined ? {} : { members: twice(value.members) }),
    ...(value.properties === undefined
      ? {}
      : { properties: Object.fromEntries(mix(Object.entries(value.properties))) }),
  };
  return Object.fromEntries(mix(Object.entries(changed))) as Value;
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? [...new Set(value)].sort() : value;
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFrozen(inner);
    Object.freeze(value);
  }
  return value;
}

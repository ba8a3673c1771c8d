import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Image } from "../../../src/model/index.ts";
import { formatPlan, reconcile } from "../../../src/reconcile/index.ts";
import { image, spec } from "../../model/arbitraries.ts";

/** An image as a JavaScript user or an old cloud may give it: any field may be missing, null or empty. */
const partial = fc
  .tuple(image, fc.array(fc.constantFrom(...keys()), { maxLength: 8 }), fc.constantFrom("missing", "null"))
  .map(([whole, dropped, how]) => {
    const kept = Object.entries(whole).filter(([name]) => !dropped.some((key) => key === name));
    const empty = how === "null" ? dropped.map((name) => [name, null] as const) : [];
    return Object.fromEntries([...kept, ...empty]) as unknown as Image;
  });

it("a plan is made of every image, whatever it lacks", () => {
  fc.assert(
    fc.property(fc.option(spec, { nil: undefined }), partial, (desired, actual) => {
      const plan = reconcile(desired, actual);
      expect(["create", "update", "replace", "delete", "none"]).toContain(plan.action);
      expect(reconcile(desired, actual)).toEqual(plan);
    }),
    { numRuns: 500 },
  );
});

describe("an image that lacks", () => {
  const bare = { id: "i", name: "debian", status: "active" } as unknown as Image;
  it("properties and tags has none", () => {
    expect(reconcile({ name: "debian", properties: { a: "1" }, tags: ["t"] }, bare).operations).toEqual([
      { kind: "property", op: "add", name: "a", to: "1" },
      { kind: "tag", op: "add", tag: "t" },
    ]);
    expect(reconcile({ name: "debian", properties: {}, tags: [], members: [] }, bare).action).toBe("none");
  });
  it("attributes has their defaults", () => {
    const defaults = {
      name: "debian",
      minDiskGb: 0,
      minRamMb: 0,
      protected: false,
      hidden: false,
      description: "",
    };
    expect(reconcile(defaults, bare).action).toBe("none");
    expect(reconcile({ ...defaults, minDiskGb: 1, protected: true }, bare).operations).toEqual([
      { kind: "attribute", op: "update", name: "minDiskGb", from: 0, to: 1 },
      { kind: "attribute", op: "update", name: "protected", from: false, to: true },
    ]);
  });
  it("a region is in the right one", () => {
    expect(reconcile({ name: "debian", region: "RegionOne" }, bare).action).toBe("none");
  });
  it("a format gets it by a replacement", () => {
    expect(reconcile({ name: "debian", diskFormat: "raw" }, bare)).toMatchObject({
      action: "replace",
      replaces: ["diskFormat"],
      operations: [{ kind: "attribute", op: "update", name: "diskFormat", from: null, to: "raw" }],
    });
  });
  it("a name can be printed", () => {
    const nameless = { id: "i", name: "", status: "active", properties: {}, tags: [] };
    expect(formatPlan(reconcile(undefined, nameless), { color: false })).toContain("[i]");
  });
});

function keys() {
  return [
    "name",
    "properties",
    "tags",
    "members",
    "containerFormat",
    "diskFormat",
    "minDiskGb",
    "visibility",
    "protected",
    "checksum",
    "hashAlgorithm",
    "hashValue",
    "sizeBytes",
    "region",
    "description",
  ] as const;
}

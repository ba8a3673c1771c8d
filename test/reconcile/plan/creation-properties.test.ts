/** Clouds with properties that only a creation takes, and fields that only an image with data has. */
import { describe, expect, it } from "vitest";
import type { Rules } from "../../../src/model/index.ts";
import { glanceRules } from "../../../src/model/index.ts";
import { formatPlan, type ReconcileOptions, reconcile } from "../../../src/reconcile/index.ts";
import { imageOf } from "../support/images.ts";

const rules: Rules = {
  ...glanceRules,
  addedProperties: { names: ["os"], prefixes: [] },
  creationProperties: { shown: ["os"], unseen: ["secretly"] },
  keepsBytes: false,
};

const SPEC = { name: "debian", source: { url: "https://images.example/debian.raw" } };
const planned = (properties: Record<string, string>, options: ReconcileOptions = {}) =>
  reconcile({ ...SPEC, properties }, imageOf({ properties: { os: "debian" } }), { rules, ...options });

describe("a property that only a creation takes, and the cloud shows,", () => {
  it("replaces the image when it has another value", () => {
    const plan = planned({ os: "ubuntu" });
    expect(plan).toMatchObject({
      action: "replace",
      replaces: ["properties.os"],
      operations: [{ kind: "property", op: "update", name: "os", from: "debian", to: "ubuntu" }],
    });
    expect(formatPlan(plan)).toMatch(/properties\.os: .*# forces replacement/);
  });

  it("is never deleted, whoever declared it", () => {
    expect(planned({}).action).toBe("none");
    expect(planned({}, { properties: { previous: ["os"] } }).action).toBe("none");
  });

  it("is part of a creation", () => {
    const { operations } = reconcile({ ...SPEC, properties: { os: "debian" } }, undefined, { rules });
    expect(operations).toContainEqual({ kind: "property", op: "add", name: "os", to: "debian" });
  });
});

describe("a property that only a creation takes, and nobody shows,", () => {
  const added = { kind: "property", op: "add", name: "secretly", to: "1" };

  it("is no difference", () => expect(planned({ secretly: "1" }).action).toBe("none"));

  it("is part of a creation and of a replacement", () => {
    const creation = reconcile({ ...SPEC, properties: { secretly: "1" } }, undefined, { rules });
    expect(creation.operations).toContainEqual(added);
    expect(planned({ secretly: "1", os: "ubuntu" }).operations).toContainEqual(added);
  });
});

describe("where a cloud stores other bytes than it was sent", () => {
  it.each([
    ["a size", { sizeBytes: 5 }],
    ["a digest", { digests: { md5: "900150983cd24fb0d6963f7d28e17f72" } }],
  ])("%s tells nothing of the content", (_what, source) => {
    const actual = imageOf({ sizeBytes: 7, checksum: "d41d8cd98f00b204e9800998ecf8427e" });
    expect(reconcile(SPEC, actual, { rules: glanceRules, source })).toMatchObject({ content: "changed" });
    expect(reconcile(SPEC, actual, { rules, source })).toMatchObject({ action: "none", content: "unknown" });
  });
});

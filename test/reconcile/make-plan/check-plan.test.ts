import { describe, expect, it } from "vitest";
import { glanceRules, type ImageSpec } from "../../../src/model/index.ts";
import { type Plan, reconcile } from "../../../src/reconcile/index.ts";
import { checkMembers, checkReplacement } from "../../../src/reconcile/make-plan/check-plan.ts";
import { ID, imageOf } from "../support/images.ts";

describe("members", () => {
  const members = ["p1"];
  it.each<[ImageSpec, visibility: "private" | "shared" | undefined]>([
    [{ name: "a" }, "private"],
    [{ name: "a", members: [] }, "private"],
    [{ name: "a", members, visibility: "shared" }, undefined],
    [{ name: "a", members, visibility: "shared" }, "private"],
    [{ name: "a", members }, "shared"],
  ])("%o may be declared of an image that is %s", (spec, visibility) => {
    const actual = visibility === undefined ? undefined : imageOf({ visibility });
    expect(() => checkMembers(spec, actual, glanceRules)).not.toThrow();
  });
  it.each<[ImageSpec, visibility: "public" | "shared" | undefined, effective: string]>([
    [{ name: "a", members }, undefined, "private"],
    [{ name: "a", members }, "public", "public"],
    [{ name: "a", members, visibility: "community" }, "shared", "community"],
  ])("%o may not be declared of an image that is %s: it is %s", (spec, visibility, effective) => {
    const actual = visibility === undefined ? undefined : imageOf({ visibility });
    expect(() => checkMembers(spec, actual, glanceRules)).toThrow(
      expect.objectContaining({
        code: "ERR_SPEC_INVALID",
        issues: [
          { path: ["members"], message: expect.stringMatching(`visibility shared; it is ${effective}$`) },
        ],
      }),
    );
  });
});

it("members may be declared of any image where the cloud shares any", () => {
  const rules = { ...glanceRules, sharesPrivateImages: true };
  for (const visibility of ["private", "public", undefined] as const) {
    const actual = imageOf({ visibility });
    expect(() => checkMembers({ name: "a", members: ["p1"] }, actual, rules)).not.toThrow();
  }
});

describe("a replacement", () => {
  const source = { file: "a" };
  const spec: ImageSpec = { name: "debian", diskFormat: "raw", containerFormat: "ovf", source };
  const planOf = (desired: ImageSpec): Plan =>
    reconcile(desired, imageOf({ diskFormat: "qcow2", containerFormat: "bare" }));

  it("is possible with data and another id, or none", () => {
    expect(() => checkReplacement(planOf(spec), spec, "memory")).not.toThrow();
    const other = { ...spec, id: "0d1c2b3a-4444-4555-9666-778899aabbcc" };
    expect(() => checkReplacement(planOf(other), other, "memory")).not.toThrow();
  });
  it("that the user refuses is told with what forces it, and how to allow it", () => {
    const plan = { ...planOf(spec), onReplace: "refuse" } as const;
    expect(() => checkReplacement(plan, spec, "memory")).toThrow(
      expect.objectContaining({
        code: "ERR_UNSUPPORTED",
        backend: "memory",
        capability: "a change of containerFormat, diskFormat in place",
        alternative: expect.stringMatching(`replaces image ${ID} \\(debian\\): allow it with onReplace$`),
      }),
    );
  });
  it("needs data, and an id that was never given, and tells all that is missing", () => {
    const bare: ImageSpec = { name: "debian", diskFormat: "raw", id: ID };
    expect(() => checkReplacement(planOf(bare), bare, "memory")).toThrow(
      expect.objectContaining({
        code: "ERR_SPEC_INVALID",
        message: expect.stringMatching(/^The spec of "debian" is invalid: /),
        issues: [
          {
            path: ["id"],
            message: expect.stringMatching(`diskFormat replaces image ${ID}, .* leave it out$`),
          },
          { path: ["source"], message: expect.stringMatching(`^is needed: .*diskFormat.* no data$`) },
        ],
      }),
    );
  });
});

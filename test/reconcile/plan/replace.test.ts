import { describe, expect, it } from "vitest";
import { glanceRules, type Image, type ImageSpecInput } from "../../../src/model/index.ts";
import { reconcile } from "../../../src/reconcile/index.ts";
import { ID, imageOf } from "../support/images.ts";

const OTHER = "0d1c2b3a-4444-4555-9666-778899aabbcc";
const MD5 = "ab".repeat(16);

describe("an image is replaced when", () => {
  it.each<[string, Partial<ImageSpecInput>, Partial<Image>]>([
    ["id", { id: OTHER }, {}],
    ["region", { region: "RegionTwo" }, { region: "RegionOne" }],
    ["containerFormat", { containerFormat: "ovf" }, { containerFormat: "bare" }],
    ["diskFormat", { diskFormat: "raw" }, { diskFormat: "qcow2" }],
    ["source", { source: { file: "a", checksum: `md5:${"cd".repeat(16)}` } }, { checksum: MD5 }],
    ["status", {}, { status: "killed" }],
  ])("its %s can't be changed in place", (field, spec, image) => {
    expect(reconcile({ name: "debian", ...spec }, imageOf(image))).toMatchObject({
      action: "replace",
      imageId: ID,
      replaces: [field],
    });
  });
});

it("every field that forces it is named, in a stable order", () => {
  const plan = reconcile(
    {
      name: "debian",
      id: OTHER,
      diskFormat: "raw",
      source: { file: "a", checksum: `md5:${"cd".repeat(16)}` },
    },
    imageOf({ diskFormat: "qcow2", checksum: MD5 }),
  );
  expect(plan.replaces).toEqual(["id", "diskFormat", "source"]);
  expect(plan.content).toBe("changed");
});

it("what would also change in place is among the operations", () => {
  const plan = reconcile(
    { name: "debian", diskFormat: "raw", tags: ["t"] },
    imageOf({ diskFormat: "qcow2" }),
  );
  expect(plan.operations.map(({ kind }) => kind)).toEqual(["attribute", "tag"]);
});

it("formats change in place as long as there is no data", () => {
  const queued = imageOf({ status: "queued", diskFormat: "qcow2", containerFormat: "bare" });
  expect(reconcile({ name: "debian", diskFormat: "raw", containerFormat: "ovf" }, queued)).toMatchObject({
    action: "update",
    replaces: [],
  });
  expect(reconcile({ name: "debian", id: OTHER }, queued).action).toBe("replace");
});

it("an id of another case is the same id", () => {
  expect(reconcile({ name: "debian", id: ID.toUpperCase() }, imageOf()).action).toBe("none");
  expect(reconcile({ name: "debian", id: ID }, imageOf({ id: ID.toUpperCase() })).action).toBe("none");
});

it("a name changes in place", () => {
  expect(reconcile({ name: "renamed" }, imageOf())).toMatchObject({
    action: "update",
    name: "renamed",
    operations: [{ kind: "attribute", op: "update", name: "name", from: "debian", to: "renamed" }],
  });
});

it("what forces a replacement is for the backend to say", () => {
  const rules = { ...glanceRules, replaces: ["minDiskGb"], replacesWithData: ["visibility"] } as const;
  const spec = { name: "debian", minDiskGb: 2, diskFormat: "raw", visibility: "shared" } as const;
  const active = reconcile(spec, imageOf({ diskFormat: "qcow2", visibility: "private" }), { rules });
  expect(active.replaces).toEqual(["minDiskGb", "visibility"]);
  const queued = reconcile(spec, imageOf({ status: "queued", visibility: "private" }), { rules });
  expect(queued.replaces).toEqual(["minDiskGb"]);
});

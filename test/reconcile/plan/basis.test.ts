import { describe, expect, it } from "vitest";
import type { Image } from "../../../src/model/index.ts";
import { reconcile } from "../../../src/reconcile/index.ts";
import { imageOf } from "../support/images.ts";

const IMAGE = imageOf({
  containerFormat: "bare",
  diskFormat: "raw",
  properties: { a: "1", b: "2" },
  tags: ["x", "y"],
  members: ["p1", "p2"],
  checksum: "ab",
  hashValue: "cd",
  sizeBytes: 5,
});

/** What a plan to delete this image is made for. */
function basisOf(fields: Partial<Image>): string | undefined {
  return reconcile(undefined, { ...IMAGE, ...fields }).basis;
}

describe("a plan is made for another image when the image has", () => {
  it.each<[string, Partial<Image>]>([
    ["another id", { id: "0d1c2b3a-4444-4555-9666-778899aabbcc" }],
    ["another name", { name: "other" }],
    ["another format", { diskFormat: "qcow2" }],
    ["another container", { containerFormat: "ovf" }],
    ["a description", { description: "x" }],
    ["an attribute where there was none", { minDiskGb: 0 }],
    ["another property", { properties: { a: "1", c: "2" } }],
    ["another value of a property", { properties: { a: "1", b: "3" } }],
    ["another tag", { tags: ["x", "z"] }],
    ["no tags", { tags: [] }],
    ["another member", { members: ["p1", "p3"] }],
    ["another status", { status: "deactivated" }],
    ["another md5", { checksum: "ac" }],
    ["another hash", { hashValue: "ce" }],
    ["another size", { sizeBytes: 6 }],
    ["no size", { sizeBytes: undefined }],
  ])("%s", (_what, fields) => {
    expect(basisOf(fields)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(basisOf(fields)).not.toBe(basisOf({}));
  });
});

describe("a plan is made for the same image when the image has", () => {
  it.each<[string, Partial<Image>]>([
    ["its properties in another order", { properties: { b: "2", a: "1" } }],
    ["its tags in another order, and twice", { tags: ["y", "x", "y"] }],
    ["its members in another order, and twice", { members: ["p2", "p1", "p2"] }],
    ["what only the cloud writes", { properties: { a: "1", b: "2", os_glance_import_task: "t" } }],
    ["another time", { updatedAt: "2026-11-25T00:00:00Z" }],
    ["another owner", { owner: "p" }],
  ])("%s", (_what, fields) => {
    expect(basisOf(fields)).toBe(basisOf({}));
  });
  it("nothing of what another image lacks", () => {
    const bare = { id: "i", name: "debian", status: "active" };
    const empty = reconcile(undefined, { ...bare, properties: {}, tags: [] });
    expect(reconcile(undefined, bare as Image).basis).toBe(empty.basis);
  });
  it("no member, or members that nobody has asked for", () => {
    expect(basisOf({ members: undefined })).toBe(basisOf({ members: [] }));
  });
});

import { describe, expect, it } from "vitest";
import { importState, isImporting } from "../../../src/backends/glance/import-state.ts";
import { imageFromWire } from "../../../src/backends/glance/mapping.ts";
import { WireImage, type WireTask } from "../../../src/backends/glance/wire.ts";
import { glanceRules, type Image } from "../../../src/model/index.ts";
import { wireImage } from "../../support/glance.ts";

const LOCK = { os_glance_import_task: "630d6b4a" };
const NOTHING_LEFT = { os_glance_importing_to_stores: "", os_glance_failed_import: "" };

function image(status: string, fields: Readonly<Record<string, string>> = {}): Image {
  const wire = WireImage.parse(wireImage({ status, ...fields }));
  return imageFromWire(wire, { rules: glanceRules, region: undefined });
}

function task(status: string, message = "", created_at = "2026-11-25T08:24:21.049512"): WireTask {
  return { type: "api_image_import", status, message, created_at };
}

describe("the timeline of an import that succeeds, as Glance 25.1 and 30.0 show it", () => {
  it.each<[string, Image, string, number | undefined]>([
    ["locked", image("queued", LOCK), "processing", undefined],
    [
      "begun",
      image("importing", { ...LOCK, os_glance_importing_to_stores: "fast,slow" }),
      "processing",
      undefined,
    ],
    ["in one store", image("importing", { ...LOCK, os_glance_importing_to_stores: "slow" }), "processing", 8],
    ["in both", image("active", { ...LOCK, ...NOTHING_LEFT }), "processing", 8],
    ["in both, before the lock goes", image("active", { ...LOCK, ...NOTHING_LEFT }), "success", 8],
  ])("%s", (_title, actual, status, mebibytes) => {
    const message = mebibytes === undefined ? "" : `Copied ${mebibytes} MiB`;
    expect(importState(actual, [task(status, message)])).toEqual({
      status: "running",
      image: actual,
      transferredBytes: mebibytes === undefined ? undefined : mebibytes * 1024 * 1024,
    });
    expect(isImporting(actual)).toBe(true);
  });

  it("is done when the lock is gone", () => {
    const actual = image("active", NOTHING_LEFT);
    expect(importState(actual, [task("success")])).toEqual({
      status: "done",
      image: actual,
      failedStores: [],
    });
    expect(isImporting(actual)).toBe(false);
  });
});

describe("an import that fails", () => {
  it("is running until the lock is gone, whatever has failed by then", () => {
    const actual = image("queued", { ...LOCK, os_glance_failed_import: "fast" });
    expect(importState(actual, [task("failure", "why")])).toMatchObject({ status: "running" });
  });

  it("is known by the stores that failed, with the reason of its task", () => {
    const actual = image("queued", {
      os_glance_importing_to_stores: "",
      os_glance_failed_import: "fast,slow",
    });
    expect(importState(actual, [task("failure", "Task failed due to Internal Error")])).toEqual({
      status: "failed",
      image: actual,
      reason: "Task failed due to Internal Error",
      failedStores: ["fast", "slow"],
    });
    expect(importState(actual, [])).toMatchObject({ status: "failed", reason: undefined });
  });

  it("is known by its task where the cloud has one store, which it doesn't name", () => {
    expect(importState(image("queued", NOTHING_LEFT), [task("failure", "why")])).toMatchObject({
      status: "failed",
      reason: "why",
      failedStores: [],
    });
    expect(importState(image("uploading"), [task("failure", "")])).toMatchObject({ reason: undefined });
  });

  it("in some stores leaves the image active", () => {
    expect(importState(image("active", { os_glance_failed_import: "slow" }), [])).toMatchObject({
      status: "done",
      failedStores: ["slow"],
    });
  });

  it("is told by the last of several attempts, in whichever order they come", () => {
    const [first, second] = [
      task("failure", "first", "2026-11-25T08:00:00.1"),
      task("success", "", "2026-11-25T08:00:00.2"),
    ];
    const actual = image("queued", NOTHING_LEFT);
    for (const tasks of [
      [first, second],
      [second, first],
    ])
      expect(importState(actual, tasks)).toMatchObject({ status: "pending" });
  });

  it("isn't told by tasks of another kind", () => {
    const other = { ...task("failure", "why"), type: "location_import" };
    expect(importState(image("queued"), [other])).toMatchObject({ status: "pending" });
  });
});

describe("an image", () => {
  it("that is gone has failed", () => {
    for (const gone of [undefined, image("deleted"), image("pending_delete")])
      expect(importState(gone, [])).toEqual({
        status: "failed",
        image: undefined,
        reason: "the image is gone",
        failedStores: [],
      });
  });

  it.each([
    ["queued", [], "pending"],
    ["queued", [task("pending")], "running"],
    ["uploading", [task("processing")], "running"],
    ["uploading", [], "pending"],
    ["saving", [], "running"],
    ["importing", [], "running"],
    ["deactivated", [], "done"],
    ["killed", [], "failed"],
    ["a status of tomorrow", [], "running"],
  ] as const)("that is %s with tasks %j, without a lock, is %s", (status, tasks, expected) => {
    expect(importState(image(status), tasks)).toMatchObject({ status: expected });
  });

  it.each(["Copied 15 MiB", "Copied 0 MiB"])("counts what it says: %s", (message) => {
    const state = importState(image("importing", LOCK), [task("processing", message)]);
    expect(state).toMatchObject({ transferredBytes: Number.parseInt(message.slice(7), 10) * 1024 * 1024 });
  });

  it.each(["", "Copied a lot", "Copied -1 MiB"])("counts nothing where it says nothing: %j", (message) => {
    const state = importState(image("importing", LOCK), [task("processing", message)]);
    expect(state).toMatchObject({ transferredBytes: undefined });
  });

  it("has an import without a lock where it names stores, as before Wallaby", () => {
    expect(isImporting(image("active", { os_glance_importing_to_stores: "slow" }))).toBe(true);
    expect(isImporting(image("active"))).toBe(false);
    expect(isImporting({ id: "i", name: "", status: "active", properties: {}, tags: [] })).toBe(false);
  });
});

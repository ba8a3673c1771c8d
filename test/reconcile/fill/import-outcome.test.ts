import { describe, expect, it } from "vitest";
import type { ImportRequest, ImportState } from "../../../src/backends/backend.ts";
import type { Image } from "../../../src/index.ts";
import { hasBegun, type ImportJob, importOutcome } from "../../../src/reconcile/fill/import-outcome.ts";
import { ID, imageOf } from "../support/images.ts";

const STORES = ["fast", "slow"];

function jobOf(fields: { stores?: readonly string[]; allStoresMustSucceed?: boolean } = {}): ImportJob {
  const request: ImportRequest = {
    method: "web-download",
    url: "https://example.org/a?key=secret",
    ...fields,
  };
  return { imageId: ID, name: "debian", what: "The import", request };
}

function done(stores: readonly string[] | undefined, failedStores: readonly string[] = []): ImportState {
  const image: Image = imageOf(stores === undefined ? {} : { stores });
  return { status: "done", image, failedStores };
}

const QUEUED = imageOf({ status: "queued" });

describe("an import goes on", () => {
  it.each<[string, ImportState, boolean]>([
    ["while the cloud says so", { status: "running", image: QUEUED }, true],
    ["until it begins", { status: "pending", image: QUEUED }, false],
    ["until it begins to fill the stores that an active image lacks", done(["fast"]), false],
  ])("%s", (_when, state, begun) => {
    expect(importOutcome(jobOf({ stores: STORES }), state, begun)).toBeUndefined();
  });
});

describe("an import has ended", () => {
  it.each<[string, ImportState, readonly string[] | undefined]>([
    ["when all stores have the data", done(["fast", "slow", "cold"]), STORES],
    [
      "when the store of the cloud's own choice has it, whatever failed before",
      done(["fast"], ["slow"]),
      undefined,
    ],
    ["when no store has a name, and none has failed", done(undefined), STORES],
    ["when a store without a name isn't among those that failed", done(undefined, ["cold"]), STORES],
  ])("%s", (_when, state, stores) => {
    const job = jobOf(stores === undefined ? {} : { stores });
    expect(importOutcome(job, state, false)).toEqual({ image: state.image });
  });

  it.each([
    [done(["fast"], ["slow"]), false],
    [done(["fast"]), true],
    [done(undefined, ["slow"]), true],
  ])("in part, where not every store had to succeed", (state, begun) => {
    const job = jobOf({ stores: STORES, allStoresMustSucceed: false });
    expect(importOutcome(job, state, begun)).toEqual({ image: state.image, failedStores: ["slow"] });
  });
});

describe("an import has failed", () => {
  const failing = (state: ImportState, begun = true) => {
    const job = jobOf({ stores: STORES });
    return () => importOutcome(job, state, begun);
  };
  const told = (message: string, fields: object) =>
    expect.objectContaining({ code: "ERR_IMAGE_FAILED", imageId: ID, message, ...fields });

  it.each<[string, ImportState, string, object]>([
    [
      "with the cloud's reason, without what is secret in it",
      {
        status: "failed",
        image: QUEUED,
        reason: "no https://example.org/a?key=secret",
        failedStores: STORES,
      },
      "The import failed, in fast, slow: no https://example.org/a?key=…",
      { status: "queued", stores: STORES },
    ],
    [
      "without a reason",
      { status: "failed", image: QUEUED, failedStores: [] },
      "The import failed: the image is queued, and the cloud says no more",
      { status: "queued", stores: [] },
    ],
    [
      "when the image is gone",
      { status: "failed", image: undefined, failedStores: [] },
      "The import failed: the image is deleted, and the cloud says no more",
      { status: "deleted" },
    ],
    [
      "when it began, and the cloud says no more",
      { status: "pending", image: QUEUED },
      "The import failed: the image is queued, and the cloud says no more",
      { status: "queued", stores: [] },
    ],
    [
      "in one of its stores",
      done(["fast"], ["slow"]),
      "The import failed, in slow: the image is active, and the cloud says no more",
      { status: "active", stores: ["slow"] },
    ],
  ])("%s", (_when, state, message, fields) => {
    expect(failing(state)).toThrow(told(message, fields));
  });

  it("in a store before anybody saw it under way", () => {
    expect(failing(done(["fast"], ["slow"]), false)).toThrow(
      told("The import failed, in slow: the image is active, and the cloud says no more", {}),
    );
  });
});

describe("an import whose answer was lost", () => {
  const { request } = jobOf({ stores: STORES });
  it.each<[boolean, string, ImportState]>([
    [true, "it is under way", { status: "running", image: QUEUED }],
    [true, "all is done", done(STORES)],
    [false, "a store lacks the data", done(["fast"])],
    [false, "nothing is told", { status: "pending", image: QUEUED }],
    [false, "it failed", { status: "failed", image: QUEUED, failedStores: [] }],
  ])("has begun (%s) where %s", (expected, _what, state) => {
    expect(hasBegun(state, request)).toBe(expected);
  });
});

import { describe, expect, it } from "vitest";
import { type ApplyResult, ImageManager, ImagewrightError } from "../../src/index.ts";
import { cloud, dataOf, failureOf, imagesOf, recorded, specOf, watched } from "./support/cloud.ts";

const NAMES = ["c", "a", "d", "b"];
const SPECS = NAMES.map((name) => specOf({ name, source: dataOf(`data of ${name}`) }));

const broken = (name: string) =>
  specOf({
    name,
    source: {
      open: async function* () {
        yield new Uint8Array(1);
        throw new Error(`${name} broke`);
      },
    },
  });

async function applyError(promise: Promise<unknown>) {
  const error = await failureOf(promise);
  if (ImagewrightError.is(error) && error.code === "ERR_APPLY_FAILED") return error;
  throw error;
}

it("several are planned and applied in the order in which they are given", async () => {
  const backend = cloud();
  const images = new ImageManager(backend);
  const plans = await images.plan(SPECS);
  expect(plans.map(({ name }) => name)).toEqual(NAMES);
  const results = await images.apply(plans, { concurrency: 2 });
  expect(results.map(({ image }) => image?.name)).toEqual(NAMES);
  expect(results.map(({ plan }) => plan)).toEqual(plans);
  expect(await imagesOf(backend)).toHaveLength(4);
  expect((await images.apply(SPECS)).map(({ plan }) => plan.action)).toEqual(NAMES.map(() => "none"));
});

it("plans and specs can be mixed", async () => {
  const images = new ImageManager(cloud());
  const [first, ...others] = SPECS;
  if (first === undefined) throw new Error("there is a first");
  const plan = await images.plan(first);
  const results = await images.apply([...others, plan]);
  expect(results.map(({ plan: { name } }) => name)).toEqual(["a", "d", "b", "c"]);
});

it("nothing to do for nothing", async () => {
  const images = new ImageManager(cloud());
  expect(await images.plan([])).toEqual([]);
  expect(await images.apply([])).toEqual([]);
});

describe("a failure among several", () => {
  it("keeps what was done, and says what was not", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    const error = await applyError(images.apply([specOf({ name: "a" }), broken("b"), specOf({ name: "c" })]));
    const completed = error.completed as readonly ApplyResult[];
    expect(completed.map(({ image }) => image?.name)).toEqual(["a", "c"]);
    expect(error.failed).toEqual([
      { index: 1, name: "b", error: expect.objectContaining({ message: "b broke" }) },
    ]);
    expect(error.skipped).toEqual([]);
    expect(error.message).toBe("1 of 3 images failed: b: b broke");
    expect((await imagesOf(backend)).map(({ name }) => name).sort()).toEqual(["a", "c"]);
  });
  it("of all of them is an ApplyError, too", async () => {
    const backend = cloud();
    const error = await applyError(new ImageManager(backend).apply([broken("a"), broken("b")]));
    expect(error).toMatchObject({ completed: [], failed: [{ index: 0 }, { index: 1 }], skipped: [] });
    expect(await imagesOf(backend)).toEqual([]);
  });
  it("of one that is given alone, in a list, is an ApplyError; by itself it is its own error", async () => {
    const images = new ImageManager(cloud());
    expect((await applyError(images.apply([broken("a")]))).failed).toHaveLength(1);
    await expect(images.apply(broken("a"))).rejects.toThrow(/^a broke$/);
  });
  it("shows no secret", async () => {
    const source = { url: "http://127.0.0.1:1/a", password: "hunter2" };
    const error = await applyError(
      new ImageManager(cloud()).apply([specOf(), specOf({ name: "b", source })]),
    );
    expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  });
});

describe("two specs of one name", () => {
  it("are refused before anything is sent", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const twice = [specOf(), specOf({ name: "other" }), specOf()];
    const expected = { code: "ERR_SPEC_INVALID", issues: [expect.objectContaining({ path: [2, "name"] })] };
    await expect(images.plan(twice)).rejects.toMatchObject(expected);
    await expect(images.apply(twice)).rejects.toMatchObject(expected);
    expect(backend.calls).toEqual([]);
  });
  it("an id is for one spec", async () => {
    await expect(new ImageManager(cloud()).plan(SPECS, { id: "i" })).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
    });
  });
  it("as plans end in one image, and the second plan is stale", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    const plans = [await images.plan(specOf()), await images.plan(specOf())];
    const error = await applyError(images.apply(plans));
    expect(error.completed).toHaveLength(1);
    expect(error.failed).toMatchObject([{ index: 1, error: { code: "ERR_PLAN_STALE" } }]);
    expect(await imagesOf(backend)).toHaveLength(1);
  });
});

it("as many are worked on at the same time as asked for, and no more", async () => {
  let [now, most] = [0, 0];
  const backend = cloud();
  const images = new ImageManager({
    ...backend,
    async upload(id, data, options) {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      await backend.upload(id, data, options);
      now--;
    },
  });
  await images.apply(SPECS, { concurrency: 2 });
  expect(most).toBe(2);
});

it("one image is written by one writer at a time", async () => {
  let [now, most] = [0, 0];
  const backend = watched(
    cloud(),
    (name) => {
      if (name === "update") most = Math.max(most, ++now);
    },
    (name) => {
      if (name === "update") now--;
    },
  );
  const images = new ImageManager(backend);
  const { image } = await images.apply(specOf());
  const attempts = ["a", "b", "c"].map(async (tag) =>
    images.apply(await images.plan({ name: "debian", tags: [tag] }, { tags: "declared" })),
  );
  const outcomes = await Promise.allSettled(attempts);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect(most).toBe(1);
  expect((await images.get(image.id))?.tags).toHaveLength(1);
});

describe("an abort among several", () => {
  const REASON = { why: "enough" };
  it("before anything was done rejects with its own reason", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const plans = await images.plan(SPECS);
    expect(await failureOf(images.apply(plans, { signal: AbortSignal.abort(REASON) }))).toBe(REASON);
    expect(await failureOf(images.plan(SPECS, { signal: AbortSignal.abort(REASON) }))).toBe(REASON);
    expect(backend.takeWrites()).toEqual([]);
  });
  it("keeps what was done, and says what was left", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    const controller = new AbortController();
    images.on("action-end", () => controller.abort(REASON));
    const error = await applyError(images.apply(SPECS, { signal: controller.signal, concurrency: 1 }));
    expect(error.completed).toHaveLength(1);
    expect(error.failed).toEqual([]);
    expect(error.skipped).toEqual([
      { index: 1, name: "a" },
      { index: 2, name: "d" },
      { index: 3, name: "b" },
    ]);
    expect(error.cause).toBe(REASON);
    expect(await imagesOf(backend)).toHaveLength(1);
  });
  it("of all that were begun rejects with its own reason, too", async () => {
    const backend = cloud();
    const controller = new AbortController();
    const images = new ImageManager(backend);
    images.on("upload-start", () => controller.abort(REASON));
    const { signal } = controller;
    expect(await failureOf(images.apply(SPECS, { signal, concurrency: 1 }))).toBe(REASON);
    expect(await imagesOf(backend)).toEqual([]);
  });
  it("beside another failure is told with it", async () => {
    const controller = new AbortController();
    const images = new ImageManager(cloud());
    images.on("action-end", () => controller.abort(REASON));
    const specs = [broken("a"), specOf({ name: "b" })];
    const error = await applyError(images.apply(specs, { signal: controller.signal, concurrency: 1 }));
    expect(error).toMatchObject({ completed: [], failed: [{ name: "a" }], skipped: [{ name: "b" }] });
    expect(error.cause).toMatchObject({ message: "a broke" });
  });
});

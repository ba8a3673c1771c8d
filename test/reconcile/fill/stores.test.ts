import { beforeEach, describe, expect, it } from "vitest";
import { formatPlan, type Image, ImageManager, type PlanOptions, reconcile } from "../../../src/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { cloud, dataOf, failureOf, imagesOf, specOf } from "../support/cloud.ts";
import { ID, imageOf } from "../support/images.ts";
import { type Behaviour, type ImportingCloud, importingCloud, telling } from "../support/importing-cloud.ts";

beforeEach(skipWaits);

const CONTENT = "first data";
const source = dataOf(CONTENT);
const spec = specOf({ source });

async function apply(backend: ImportingCloud, options: PlanOptions) {
  const images = new ImageManager(backend);
  const plan = await images.plan(spec, options);
  return images.apply(JSON.parse(JSON.stringify(plan)) as typeof plan, { source });
}

describe("data of this process", () => {
  it("goes to the one store that is named", async () => {
    const backend = importingCloud();
    expect(await apply(backend, { stores: ["slow"] })).toMatchObject({
      method: "upload",
      image: { stores: ["slow"] },
    });
    expect(backend.uploads).toEqual(["slow"]);
    expect(backend.requests).toEqual([]);
  });

  it("goes where the cloud likes when none is named, and nobody is asked", async () => {
    const backend = importingCloud();
    expect(await apply(backend, {})).toMatchObject({
      method: "upload",
      verification: { status: "verified" },
    });
    expect(backend.uploads).toEqual([undefined]);
    expect(backend.offers()).toBe(0);
  });

  it.each<[PlanOptions, readonly string[] | undefined]>([
    [{ stores: "all" }, ["fast", "slow"]],
    [{ stores: ["slow", "fast"] }, ["slow", "fast"]],
    [{ method: "glance-direct" }, undefined],
    [{ method: "glance-direct", stores: ["slow"] }, ["slow"]],
  ])("is staged and imported with %j", async (options, stores) => {
    const backend = importingCloud();
    const result = await apply(backend, options);
    expect(result).toMatchObject({
      method: "glance-direct",
      image: { status: "active", sizeBytes: CONTENT.length, stores: stores ?? ["fast"] },
      verification: { status: "verified", algorithm: "sha512" },
    });
    expect(backend.requests).toEqual([{ method: "glance-direct", stores, allStoresMustSucceed: undefined }]);
    expect(backend.uploads).toEqual([]);
  });

  it.each([CONTENT, "other data"])(
    "that was staged before (%s) is imported, and held against its source",
    async (staged) => {
      const backend = importingCloud();
      const { id } = await backend.create({
        id: ID,
        name: "debian",
        containerFormat: "bare",
        diskFormat: "raw",
      });
      backend.stage(id, staged);
      const plan = reconcile(spec, await backend.get(id));
      expect(plan).toMatchObject({ action: "update", imageId: id, content: "changed" });
      const applied = new ImageManager(backend).apply(plan, { source });
      if (staged === CONTENT) {
        expect(await applied).toMatchObject({
          method: "glance-direct",
          image: { id, status: "active" },
          verification: { status: "verified" },
        });
      } else {
        expect(await failureOf(applied)).toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
        expect(await imagesOf(backend)).toEqual([]);
      }
    },
  );
});

describe("staged data that one of its stores doesn't take", () => {
  const broken = ["slow"];

  it("leaves no image, and the store is named", async () => {
    const backend = importingCloud({ broken });
    expect(await failureOf(apply(backend, { stores: "all" }))).toMatchObject({
      code: "ERR_IMAGE_FAILED",
      stores: ["slow"],
      message: expect.stringMatching(
        /^The import of staged data into image \S+ failed, in slow: no room in slow$/,
      ),
    });
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("is in the others, where not every store must succeed", async () => {
    const options = { stores: "all", allStoresMustSucceed: false } as const;
    expect(await apply(importingCloud({ broken }), options)).toMatchObject({
      method: "glance-direct",
      image: { status: "active", stores: ["fast"] },
      failedStores: ["slow"],
      verification: { status: "verified" },
    });
  });
});

describe("data that the cloud has in another format than was sent", () => {
  const changed = (image: Image): Image =>
    image.status === "active" ? { ...image, diskFormat: "qcow2", hashValue: "00".repeat(64) } : image;

  it("is not held against it where an import may have converted it", async () => {
    const backend = telling(importingCloud(), (state) =>
      state.status === "done" ? { ...state, image: changed(state.image) } : state,
    );
    expect(await apply(backend, { method: "glance-direct" })).toMatchObject({
      image: { status: "active", diskFormat: "qcow2" },
      verification: { status: "unverifiable", reason: "the cloud converted the data from raw to qcow2" },
    });
  });

  it("is wrong where it was uploaded", async () => {
    const backend = importingCloud();
    const get: typeof backend.get = async (id, options) => {
      const image = await backend.get(id, options);
      return image && changed(image);
    };
    expect(await failureOf(apply({ ...backend, get }, {}))).toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
    expect(await imagesOf(backend)).toEqual([]);
  });
});

describe("an image that lacks a store", () => {
  it("gets a copy, and then is as declared", async () => {
    const backend = importingCloud();
    await apply(backend, {});
    const images = new ImageManager(backend);
    const plan = await images.plan(spec, { stores: "all" });
    expect(plan).toMatchObject({ action: "update", copies: ["slow"], operations: [] });
    expect(plan.stores).toBeUndefined();
    expect(await apply(backend, { stores: "all" })).toMatchObject({
      method: "copy-image",
      image: { stores: ["fast", "slow"] },
      verification: { status: "skipped", reason: "the cloud copied the data from store to store" },
    });
    expect(backend.requests).toMatchObject([{ method: "copy-image", stores: ["slow"] }]);
    expect(await images.plan(spec, { stores: "all" })).toMatchObject({ action: "none" });
  });

  it("that got it meanwhile is left alone", async () => {
    const backend = importingCloud();
    await apply(backend, {});
    const images = new ImageManager(backend);
    const plan = await images.plan(spec, { stores: "all" });
    await images.apply(plan);
    expect((await images.apply(plan)).method).toBeUndefined();
    expect(backend.requests).toHaveLength(1);
  });

  it("and can't get it fails, unless not every store must succeed", async () => {
    const backend = importingCloud({ broken: ["slow"] });
    await apply(backend, {});
    expect(await failureOf(apply(backend, { stores: "all" }))).toMatchObject({
      code: "ERR_IMAGE_FAILED",
      status: "active",
      stores: ["slow"],
    });
    expect(await imagesOf(backend)).toMatchObject([{ status: "active" }]);
  });

  it("may lack it where not every store must succeed", async () => {
    const backend = importingCloud({ broken: ["slow"], stores: ["fast", "slow", "cold"] });
    await apply(backend, {});
    expect(await apply(backend, { stores: "all", allStoresMustSucceed: false })).toMatchObject({
      method: "copy-image",
      image: { stores: ["fast", "cold"] },
      failedStores: ["slow"],
    });
  });

  it("is refused a copy to what can be no store, by a plan that comes from elsewhere", async () => {
    const backend = importingCloud();
    const { image } = await apply(backend, {});
    const plan = reconcile(spec, image, { stores: ["fast", "slow"] });
    expect(
      await failureOf(new ImageManager(backend).apply({ ...plan, copies: ["slow,cold"] })),
    ).toMatchObject({
      code: "ERR_SPEC_INVALID",
      message: expect.stringContaining("The plan"),
      issues: [{ path: ["stores"] }],
    });
    expect(backend.requests).toEqual([]);
  });

  it("is refused a copy where the cloud makes none", async () => {
    const backend = importingCloud({ methods: ["glance-direct"] });
    await apply(backend, {});
    await expect(new ImageManager(backend).plan(spec, { stores: "all" })).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "stores",
    });
  });
});

describe("what can't be is said when the plan is made, and nothing is written", () => {
  it.each<[string, Behaviour, PlanOptions, object]>([
    [
      "a store that isn't there",
      {},
      { stores: ["fast", "tape"] },
      {
        message: expect.stringContaining("The options of the delivery"),
        issues: [{ path: ["stores", 1], message: 'there is no store "tape"; there are fast, slow' }],
      },
    ],
    ["no store", {}, { stores: [] }, { issues: [{ path: ["stores"] }] }],
    ["a store twice", {}, { stores: ["fast", "fast"] }, { issues: [{ path: ["stores"] }] }],
    [
      "an upload to several",
      {},
      { stores: "all", method: "upload" },
      {
        message: expect.stringContaining("The options of the delivery"),
        issues: [{ path: ["method"], message: "upload fills one store, not 2: use glance-direct" }],
      },
    ],
    [
      "leniency without stores",
      {},
      { allStoresMustSucceed: false },
      { issues: [{ path: ["allStoresMustSucceed"] }] },
    ],
    [
      "a store of a cloud that has one",
      { stores: undefined },
      { stores: ["fast"] },
      {
        code: "ERR_UNSUPPORTED",
        capability: "stores",
        alternative: "this cloud has one store, without a name: leave stores out",
      },
    ],
    [
      "leniency on a cloud that has one store",
      { stores: undefined },
      { stores: "all", allStoresMustSucceed: false },
      { code: "ERR_UNSUPPORTED", capability: "stores" },
    ],
    [
      "a staging area that isn't there",
      { methods: [] },
      { method: "glance-direct" },
      {
        code: "ERR_UNSUPPORTED",
        capability: "method",
        alternative: expect.stringMatching(/^the cloud offers no import method, not glance-direct; /),
      },
    ],
    [
      "several stores without one",
      { methods: ["web-download", "copy-image"] },
      { stores: "all" },
      {
        code: "ERR_UNSUPPORTED",
        capability: "stores",
        alternative: expect.stringMatching(/^the cloud offers web-download, copy-image, not glance-direct; /),
      },
    ],
  ])("%s", async (_title, behaviour, options, expected) => {
    const backend = importingCloud(behaviour);
    const failure = await failureOf(new ImageManager(backend).plan(spec, options));
    expect(failure).toMatchObject(expected);
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("what isn't an option at all", async () => {
    const images = new ImageManager(importingCloud());
    for (const wrong of [
      { method: "tape" },
      { fallback: true },
      { stores: "fast" },
      { allStoresMustSucceed: 1 },
    ]) {
      const options = wrong as unknown as PlanOptions;
      await expect(images.plan(spec, options), JSON.stringify(wrong)).rejects.toMatchObject({
        code: "ERR_SPEC_INVALID",
        message: expect.stringContaining("The options of the delivery"),
      });
    }
  });

  it("on a backend without stores", async () => {
    const images = new ImageManager(cloud());
    for (const [options, capability] of [
      [{ stores: ["fast"] }, "stores"],
      [{ stores: "all" }, "stores"],
      [{ method: "glance-direct" }, "method"],
    ] as const) {
      const expected = { code: "ERR_UNSUPPORTED", capability, alternative: "leave it out" };
      await expect(images.plan(spec, options)).rejects.toMatchObject(expected);
    }
    expect(await images.plan(spec, { method: "upload" })).toMatchObject({ action: "create" });
  });

  it("in a plan that comes from elsewhere", async () => {
    const plan = reconcile(spec, undefined, { stores: ["fast"] });
    await expect(new ImageManager(cloud()).apply(plan, { source })).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "stores",
    });
    const wrong = { ...plan, stores: "all" } as unknown as typeof plan;
    await expect(new ImageManager(importingCloud()).apply(wrong, { source })).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
      message: expect.stringContaining("The plan"),
    });
  });

  it("all stores of a cloud that has one is that one", async () => {
    const backend = importingCloud({ stores: undefined });
    expect(await apply(backend, { stores: "all" })).toMatchObject({ method: "upload" });
  });
});

describe("a plan", () => {
  const webDownload = specOf({ source: { webDownload: "https://example.org/a" } });
  const options = {
    stores: ["fast", "slow"],
    allStoresMustSucceed: false,
    method: "glance-direct",
    fallback: "client",
  } as const;
  const inPlace: Image = imageOf({ containerFormat: "bare", diskFormat: "raw", stores: ["fast", "slow"] });

  it("holds what matters for its source, where data is sent", () => {
    expect(reconcile(webDownload, undefined, options)).toMatchObject({
      stores: ["fast", "slow"],
      allStoresMustSucceed: false,
      fallback: "client",
    });
    expect(reconcile(webDownload, undefined, options)).not.toHaveProperty("method");
    expect(reconcile(spec, undefined, options)).toMatchObject({ method: "glance-direct" });
    expect(reconcile(spec, undefined, options)).not.toHaveProperty("fallback");
    const { source: _source, ...bare } = spec;
    expect(reconcile(bare, undefined, options)).not.toHaveProperty("stores");
    expect(reconcile(webDownload, imageOf({ ...inPlace, status: "queued" }), options)).toMatchObject({
      action: "update",
      stores: ["fast", "slow"],
    });
  });

  it("of an image that is as declared holds none of it", () => {
    const { source: _source, ...bare } = spec;
    const plan = reconcile(bare, inPlace, options);
    expect(plan.action).toBe("none");
    for (const name of [...Object.keys(options), "copies"]) expect(plan).not.toHaveProperty(name);
  });

  it("copies to what is missing, in the user's order, of an active image that tells its stores", () => {
    const { source: _source, ...bare } = spec;
    const stores = ["c", "b", "a"];
    const copies = (fields: Partial<Image>) => reconcile(bare, { ...inPlace, ...fields }, { stores }).copies;
    expect(copies({ stores: ["b"] })).toEqual(["c", "a"]);
    expect(copies({ stores: ["b"], status: "queued" })).toBeUndefined();
    expect(copies({ stores: ["b"], status: "deactivated" })).toBeUndefined();
    expect(copies({ stores: undefined })).toBeUndefined();
    expect(copies({ stores: ["b"], diskFormat: "qcow2" })).toBeUndefined();
  });

  it("fills what is staged, unless the cloud is to fetch the data", () => {
    const staged = imageOf({ ...inPlace, status: "uploading", sizeBytes: 10 });
    expect(reconcile(spec, staged)).toMatchObject({ action: "update", content: "changed" });
    expect(reconcile(webDownload, staged)).toMatchObject({ action: "replace", replaces: ["source"] });
  });

  it("is printed with who brings the data, and where to", () => {
    const print = (plan: Parameters<typeof formatPlan>[0]) =>
      formatPlan(plan, { color: false }).split("\n")[0];
    expect(print(reconcile(webDownload, undefined, options))).toBe(
      "+ create debian (raw, by web-download, else by this process, to fast and slow, not every store must succeed)",
    );
    expect(print(reconcile(webDownload, undefined))).toBe("+ create debian (raw, by web-download)");
    expect(print(reconcile(spec, undefined, { method: "glance-direct" }))).toBe(
      "+ create debian (raw, by glance-direct)",
    );
    const { source: _source, ...bare } = spec;
    const copying = reconcile(bare, { ...inPlace, stores: ["fast"] }, { stores: ["fast", "slow"] });
    expect(formatPlan(copying, { color: false })).toContain('    + stores: "slow", copied by the cloud');
  });
});

import { describe, expect, it } from "vitest";
import { ImageManager, type MetadataOperation, type Plan, reconcile } from "../../../src/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { dataOf, failureOf, imagesOf, type RecordedCloud, recorded, specOf } from "../support/cloud.ts";
import { importingCloud } from "../support/importing-cloud.ts";

const SPEC = specOf({
  visibility: "shared",
  members: ["p1"],
  properties: { a: "1" },
  tags: ["t"],
  description: "before",
});
const attribute = (name: string, to: unknown): MetadataOperation => ({
  kind: "attribute",
  op: "update",
  name,
  from: null,
  to,
});

/** Each changes the image behind the back of a plan. */
const CHANGES: readonly (readonly [
  what: string,
  change: (backend: RecordedCloud, id: string) => Promise<unknown>,
])[] = [
  ["its name", (backend, id) => backend.update(id, [attribute("name", "renamed")])],
  ["its visibility", (backend, id) => backend.update(id, [attribute("visibility", "public")])],
  ["its protection", (backend, id) => backend.update(id, [attribute("protected", true)])],
  ["its hiding", (backend, id) => backend.update(id, [attribute("hidden", true)])],
  ["its smallest disk", (backend, id) => backend.update(id, [attribute("minDiskGb", 9)])],
  ["its description", (backend, id) => backend.update(id, [attribute("description", "other")])],
  [
    "a property",
    (backend, id) => backend.update(id, [{ kind: "property", op: "update", name: "a", to: "2" }]),
  ],
  [
    "a new property",
    (backend, id) => backend.update(id, [{ kind: "property", op: "add", name: "z", to: "" }]),
  ],
  ["a property less", (backend, id) => backend.update(id, [{ kind: "property", op: "delete", name: "a" }])],
  ["a new tag", (backend, id) => backend.update(id, [{ kind: "tag", op: "add", tag: "z" }])],
  ["a tag less", (backend, id) => backend.update(id, [{ kind: "tag", op: "delete", tag: "t" }])],
  ["a new member", (backend, id) => backend.members.add(id, "p2")],
  ["a member less", (backend, id) => backend.members.remove(id, "p1")],
  ["a deletion", (backend, id) => backend.delete(id)],
];

/** What may be planned for an image. */
const PLANS: readonly (readonly [action: Plan["action"], spec: typeof SPEC])[] = [
  ["update", { ...SPEC, properties: { b: "1" } }],
  ["replace", { ...SPEC, diskFormat: "qcow2" }],
  ["none", SPEC],
];

describe.each(PLANS)("a plan to %s", (action, spec) => {
  it.each(CHANGES)("is stale after a change of %s, and nothing is written", async (_what, change) => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const { image } = await images.apply(SPEC);
    const plan = await images.plan(spec);
    expect(plan.action).toBe(action);
    await change(backend, image.id);
    backend.takeWrites();
    await expect(images.apply(plan)).rejects.toMatchObject({
      code: "ERR_PLAN_STALE",
      planned: plan.basis,
      observed: expect.any(String),
    });
    expect(backend.takeWrites()).toEqual([]);
  });
});

it("a plan of data is stale when the data came from elsewhere", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  const { source: _source, ...bare } = SPEC;
  const { image } = await images.apply(bare);
  const plan = await images.plan(SPEC);
  expect(plan).toMatchObject({ action: "update", content: "changed" });
  await backend.upload(image.id, { sizeBytes: 3, chunks: dataOf("abc").open(0) });
  backend.takeWrites();
  await expect(images.apply(plan)).rejects.toMatchObject({ code: "ERR_PLAN_STALE" });
  expect(backend.takeWrites()).toEqual([]);
});

it("a plan to create is stale when there is an image of that name now", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  const plan = await images.plan(SPEC);
  const { image } = await images.apply(SPEC);
  backend.takeWrites();
  await expect(images.apply(plan)).rejects.toMatchObject({
    code: "ERR_PLAN_STALE",
    planned: "no image",
    observed: image.id,
  });
  expect(backend.takeWrites()).toEqual([]);
});

it("a plan to delete is stale when the image has changed, and not when it is gone", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  const { members: _members, visibility: _visibility, ...spec } = SPEC;
  const { image } = await images.apply(spec);
  const plan = reconcile(undefined, image);
  await backend.update(image.id, [{ kind: "tag", op: "add", tag: "z" }]);
  backend.takeWrites();
  await expect(images.apply(plan)).rejects.toMatchObject({ code: "ERR_PLAN_STALE" });
  expect(backend.takeWrites()).toEqual([]);
  await backend.delete(image.id);
  expect((await images.apply(plan)).image).toBeUndefined();
});

it("a plan that doesn't say what it was made for is stale when its image is gone", async () => {
  for (const backend of [recorded(), importingCloud()]) {
    const images = new ImageManager(backend);
    const { image } = await images.apply(SPEC);
    const { basis: _basis, ...plan } = await images.plan({ ...SPEC, tags: [] });
    await backend.delete(image.id);
    expect(await failureOf(images.apply(plan))).toMatchObject({
      code: "ERR_PLAN_STALE",
      message: `Image ${image.id} (debian) is gone since the plan was made. Plan again`,
      observed: "no image",
    });
  }
});

it("a plan to replace is stale when its image is gone in the last moment", async () => {
  const inner = recorded();
  const { image } = await new ImageManager(inner).apply(specOf());
  const plan = await new ImageManager(inner).plan(specOf({ diskFormat: "ploop" }));
  const images = new ImageManager({
    ...inner,
    async *list(query, options) {
      await inner.delete(image.id);
      inner.takeWrites();
      yield* inner.list(query, options);
    },
  });
  expect(await failureOf(images.apply(plan, { source: dataOf("first data") }))).toMatchObject({
    code: "ERR_PLAN_STALE",
    message: `Image ${image.id} (debian) is gone since the plan was made. Plan again`,
    observed: "no image",
  });
  expect(inner.takeWrites()).toEqual([]);
});

it("a plan to delete doesn't wait for data that is on its way", async () => {
  skipWaits();
  const backend = importingCloud({ looks: 100 });
  const images = new ImageManager(backend);
  const { image } = await images.apply(specOf());
  await backend.imports.start(image.id, { method: "copy-image", stores: ["slow"] });
  const startMs = performance.now();
  await images.apply(reconcile(undefined, image));
  expect(performance.now() - startMs).toBe(0);
  expect(await imagesOf(backend)).toEqual([]);
});

it("a plan that is applied is stale after it", async () => {
  const images = new ImageManager(recorded());
  await images.apply(SPEC);
  const plan = await images.plan({ ...SPEC, tags: [] });
  await images.apply(plan);
  await expect(images.apply(plan)).rejects.toMatchObject({ code: "ERR_PLAN_STALE" });
});

it("what the spec doesn't ask about makes no plan stale: times, and who else shares the image", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  const { members: _members, ...spec } = SPEC;
  const { image } = await images.apply(spec);
  const plan = await images.plan({ ...spec, tags: [] });
  await backend.update(image.id, []);
  expect((await images.apply(plan)).image.tags).toEqual([]);
});

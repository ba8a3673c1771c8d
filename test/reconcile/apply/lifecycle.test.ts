import { createHash, randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { ImageManager } from "../../../src/index.ts";
import { dataOf, imagesOf, onlyImage, recorded, specOf, textOf } from "../support/cloud.ts";

const md5 = (text: string) => createHash("md5").update(text).digest("hex");
const CHECKED = { ...dataOf("first data") };

it("the whole line: plan, apply, nothing to do, change, empty, destroy", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  const desired = specOf({ minDiskGb: 2, properties: { os_distro: "debian" }, tags: ["golden", "b"] });

  const plan = await images.plan(desired);
  expect(plan.action).toBe("create");
  expect(backend.takeWrites()).toEqual([]);

  const { image, verification, plan: applied } = await images.apply(plan);
  expect(applied).toBe(plan);
  expect(verification).toEqual({ status: "verified", algorithm: "sha512" });
  expect(image).toMatchObject({
    status: "active",
    name: "debian",
    minDiskGb: 2,
    visibility: "private",
    properties: { os_distro: "debian" },
    tags: ["b", "golden"],
    checksum: md5("first data"),
  });
  expect(await onlyImage(backend)).toEqual(image);
  expect(await textOf(backend, image.id)).toBe("first data");
  expect(backend.takeWrites()).toEqual(["create", "upload"]);

  const second = await images.plan(desired);
  expect(second).toMatchObject({ action: "none", operations: [], imageId: image.id });
  const nothing = await images.apply(second);
  expect(nothing.image).toEqual(image);
  expect(nothing.verification).toEqual({ status: "skipped", reason: "no data was sent" });
  expect(backend.takeWrites()).toEqual([]);

  const changed = await images.apply({ ...desired, minDiskGb: 3, properties: { os_type: "linux" } });
  expect(changed.image).toMatchObject({ id: image.id, minDiskGb: 3, properties: { os_type: "linux" } });
  expect(changed.image.tags).toEqual(["b", "golden"]);
  expect(backend.takeWrites()).toEqual(["update"]);

  const emptied = await images.apply({ name: "debian", tags: [], properties: {} });
  expect(emptied.image).toMatchObject({ id: image.id, tags: [], properties: {}, minDiskGb: 3 });
  expect(backend.takeWrites()).toEqual(["update"]);

  await images.destroy(image.id);
  expect(backend.takeWrites()).toEqual(["delete"]);
  expect(await imagesOf(backend)).toEqual([]);
  await images.destroy(image.id);
  expect(backend.takeWrites()).toEqual([]);
});

it("apply takes a spec, and a second run writes nothing", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  await images.apply(specOf());
  backend.takeWrites();
  expect((await images.apply(specOf())).plan.action).toBe("none");
  expect(backend.takeWrites()).toEqual([]);
});

it("an id of the user's choice is the id", async () => {
  const id = randomUUID();
  const images = new ImageManager(recorded());
  expect((await images.apply(specOf({ id: id.toUpperCase() }))).image.id).toBe(id);
  expect((await images.plan(specOf({ id }))).action).toBe("none");
});

it("an image without data is a record, and gets its data later without being replaced", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  const { source: _source, ...bare } = specOf();
  const { image, verification } = await images.apply(bare);
  expect(image.status).toBe("queued");
  expect(verification.status).toBe("skipped");

  const plan = await images.plan({ ...bare, source: CHECKED, tags: ["t"] });
  expect(plan).toMatchObject({ action: "update", content: "changed" });
  const filled = await images.apply(plan);
  expect(filled.image).toMatchObject({ id: image.id, status: "active", tags: ["t"] });
  expect(filled.verification.status).toBe("verified");
});

it("an image is found by its id, whatever its name", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  const { image } = await images.apply(specOf());
  const plan = await images.plan({ name: "renamed" }, { id: image.id });
  expect(plan.operations).toEqual([
    { kind: "attribute", op: "update", name: "name", from: "debian", to: "renamed" },
  ]);
  expect((await images.apply(plan)).image.name).toBe("renamed");
  await expect(images.plan({ name: "a" }, { id: randomUUID() })).rejects.toMatchObject({
    code: "ERR_HTTP_NOT_FOUND",
  });
});

it("only what this project owns is found by its name", async () => {
  const backend = recorded();
  const foreign = await backend.create({ id: randomUUID(), name: "debian", visibility: "public" });
  const images = new ImageManager({ ...backend, projectId: "mine" });
  expect((await images.plan(specOf())).action).toBe("create");
  expect((await images.plan(specOf(), { id: foreign.id })).action).not.toBe("create");
});

it("two images of the name are an error that names both", async () => {
  const backend = recorded();
  const ids = [randomUUID(), randomUUID()];
  for (const id of ids) await backend.create({ id, name: "debian" });
  const plan = new ImageManager(backend).plan(specOf());
  await expect(plan).rejects.toMatchObject({
    code: "ERR_IMAGE_AMBIGUOUS",
    matches: expect.arrayContaining(ids.map((id) => ({ id, name: "debian" }))),
  });
  await expect(plan).rejects.toThrow(ids[0]);
  await expect(plan).rejects.toThrow(ids[1]);
});

it("a hidden image is found by its name", async () => {
  const images = new ImageManager(recorded());
  await images.apply(specOf({ hidden: true }));
  expect((await images.plan(specOf({ hidden: true }))).action).toBe("none");
});

it("members need an image that is shared, and follow its visibility", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  await expect(images.plan(specOf({ members: ["p1"] }))).rejects.toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [expect.objectContaining({ path: ["members"] })],
  });
  const shared = specOf({ visibility: "shared", members: ["p1", "p2"] });
  const { image } = await images.apply(shared);
  expect(image.members).toEqual(["p1", "p2"]);
  expect((await images.plan(shared)).action).toBe("none");

  const changed = await images.apply({ ...shared, members: ["p2", "p3"], tags: ["t"] });
  expect(changed.image).toMatchObject({ members: ["p2", "p3"], tags: ["t"] });

  backend.takeWrites();
  const closed = await images.apply({ name: "debian", visibility: "private", members: [] });
  expect(closed.image).toMatchObject({ visibility: "private", members: [] });
  expect(backend.takeWrites()).toEqual(["members.remove", "members.remove", "update"]);
});

it("a plan for a deletion is applied", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  const { image } = await images.apply(specOf());
  const { reconcile } = await import("../../../src/index.ts");
  const plan = reconcile(undefined, image);
  const result = await images.apply(plan);
  expect(result).toEqual({
    image: undefined,
    plan,
    verification: expect.objectContaining({ status: "skipped" }),
  });
  expect(await imagesOf(backend)).toEqual([]);
  expect((await images.apply(plan)).image).toBeUndefined();
});

it("what only the planner made is applied too", async () => {
  const { reconcile } = await import("../../../src/index.ts");
  const backend = recorded();
  const images = new ImageManager(backend);
  const source = dataOf("first data");
  const { image } = await images.apply(reconcile(specOf({ source }), undefined), { source });
  expect(image.status).toBe("active");
  const update = reconcile({ name: "debian", tags: ["t"] }, image);
  expect((await images.apply(update)).image.tags).toEqual(["t"]);
});

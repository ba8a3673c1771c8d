import { describe, expect, it } from "vitest";
import { ImageManager, type Plan, reconcile } from "../../../src/index.ts";
import { dataOf, imagesOf, onlyImage, recorded, specOf, textOf } from "../support/cloud.ts";

const throughJson = (plan: Plan): Plan => JSON.parse(JSON.stringify(plan));
const GIVE_AGAIN = { code: "ERR_SPEC_INVALID", message: expect.stringContaining("apply(plan, { source })") };

describe("a plan that went through JSON applies the same", () => {
  it.each([
    ["an update", { name: "debian", tags: ["a"], properties: { b: "1" }, minDiskGb: 3 }],
    ["nothing", { name: "debian" }],
  ])("%s", async (_what, spec) => {
    const results = await Promise.all(
      [(plan: Plan) => plan, throughJson].map(async (way) => {
        const images = new ImageManager(recorded());
        await images.apply(specOf());
        const { image } = await images.apply(way(await images.plan(spec)));
        const { id: _id, createdAt: _created, updatedAt: _updated, ...rest } = image;
        return rest;
      }),
    );
    expect(results[1]).toEqual(results[0]);
  });
  it("a deletion", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const { image } = await images.apply(specOf());
    await images.apply(throughJson(reconcile(undefined, image)));
    expect(await imagesOf(backend)).toEqual([]);
  });
});

describe("a source that is a function", () => {
  it("has to be given again, which is said before anything is sent", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const plan = throughJson(await images.plan(specOf()));
    backend.takeWrites();
    const refused = images.apply(plan);
    await expect(refused).rejects.toMatchObject(GIVE_AGAIN);
    await expect(refused).rejects.toMatchObject({ issues: [{ path: ["source", "open"] }] });
    expect(backend.calls).toEqual([]);
    const { image } = await images.apply(plan, { source: dataOf("first data") });
    expect(await textOf(backend, image.id)).toBe("first data");
  });
  it("also for a replacement and for data that is missing", async () => {
    for (const status of ["active", "queued"]) {
      const backend = recorded();
      const images = new ImageManager(backend);
      const { source, ...bare } = specOf();
      await images.apply(status === "active" ? specOf() : bare);
      const plan = throughJson(await images.plan({ ...bare, diskFormat: "ploop", source }));
      expect(plan.action).toBe(status === "active" ? "replace" : "update");
      backend.takeWrites();
      await expect(images.apply(plan)).rejects.toMatchObject(GIVE_AGAIN);
      expect(backend.takeWrites()).toEqual([]);
      const { image } = await images.apply(plan, { source: dataOf("first data") });
      expect(image).toMatchObject({ status: "active", diskFormat: "ploop" });
      expect(await onlyImage(backend)).toEqual(image);
    }
  });
  it("is not needed where no data is sent", async () => {
    const images = new ImageManager(recorded());
    await images.apply(specOf());
    const plan = throughJson(await images.plan(specOf({ tags: ["t"] })));
    expect(plan).toMatchObject({ action: "update", content: "unknown" });
    expect((await images.apply(plan)).image.tags).toEqual(["t"]);
    const none = throughJson(await images.plan(specOf({ tags: ["t"] })));
    expect((await images.apply(none)).plan.action).toBe("none");
  });
  it("of the same manager and the same plan is remembered", async () => {
    const images = new ImageManager(recorded());
    const plan = await images.plan(specOf());
    expect(JSON.stringify(plan)).toContain('"open":"[redacted]"');
    expect((await images.apply(plan)).image.status).toBe("active");
  });
});

describe("a source with a secret", () => {
  const url = "https://example.org/debian.qcow2";
  it.each([
    ["source.password", { url, username: "u", password: "hunter2" }],
    ["source.headers", { url, headers: { Authorization: "hunter2" } }],
  ])("%s has to be given again", async (path, source) => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const json = JSON.stringify(await images.plan(specOf({ source })));
    expect(json).not.toContain("hunter2");
    backend.takeWrites();
    await expect(images.apply(JSON.parse(json))).rejects.toMatchObject({
      ...GIVE_AGAIN,
      issues: [{ path: path.split(".") }],
    });
    expect(backend.calls).toEqual([]);
  });
  it("can't be another source than the planned one", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const plan = throughJson(await images.plan(specOf({ source: { url, password: "hunter2" } })));
    backend.takeWrites();
    for (const other of [
      "https://example.org/other",
      { url },
      { url, headers: {}, password: "p" },
      dataOf("a"),
    ]) {
      await expect(images.apply(plan, { source: other })).rejects.toMatchObject({
        code: "ERR_SPEC_INVALID",
        issues: [{ path: ["source"] }],
      });
    }
    expect(backend.calls).toEqual([]);
  });
  it("that is wrong in itself is refused at its path", async () => {
    const images = new ImageManager(recorded());
    const plan = await images.plan(specOf());
    await expect(images.apply(plan, { source: { url: "no url" } })).rejects.toMatchObject({
      issues: [{ path: ["source", "url"] }],
    });
  });
});

it("a plan that was tampered with is refused like a spec", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  const plan = await images.plan(specOf({ minDiskGb: 1 }));
  const tampered: Plan = { ...plan, desired: { ...plan.desired, name: "debian", minDiskGb: -1 } };
  backend.takeWrites();
  await expect(images.apply(tampered, { source: dataOf("first data") })).rejects.toMatchObject({
    code: "ERR_SPEC_INVALID",
  });
  expect(backend.takeWrites()).toEqual([]);
});

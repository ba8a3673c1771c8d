import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { HttpError, ImageManager } from "../../../src/index.ts";
import { cloud, dataOf, failureOf, imagesOf, onlyImage, recorded, specOf, textOf } from "../support/cloud.ts";

const BEFORE = specOf({ tags: ["t"], properties: { a: "1" }, minDiskGb: 1 });
const AFTER = { name: "debian", diskFormat: "ploop", source: dataOf("second data") };

const broken = {
  open: async function* () {
    yield new Uint8Array(2);
    throw new Error("the source broke");
  },
};

describe("a replacement", () => {
  it("makes and verifies the new image before the old one is deleted", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const old = (await images.apply(BEFORE)).image;
    backend.takeWrites();
    const { image, plan, verification } = await images.apply(AFTER);
    expect(plan).toMatchObject({ action: "replace", imageId: old.id, replaces: ["diskFormat", "source"] });
    expect(verification.status).toBe("verified");
    expect(backend.takeWrites()).toEqual(["create", "upload", "delete", "update"]);
    expect(Object.keys(image.properties)).toEqual(["a"]);
    expect(image.id).not.toBe(old.id);
    expect(await onlyImage(backend)).toEqual(image);
    expect(await textOf(backend, image.id)).toBe("second data");
  });
  it("keeps what the spec doesn't manage", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const before = {
      ...BEFORE,
      hidden: true,
      description: "words",
      visibility: "shared",
      members: ["p1"],
    } as const;
    await images.apply(before);
    const { image } = await images.apply(AFTER);
    expect(image).toMatchObject({
      tags: ["t"],
      properties: { a: "1" },
      minDiskGb: 1,
      hidden: true,
      description: "words",
      visibility: "shared",
      members: ["p1"],
    });
  });
  it("keeps it even where no spec could declare it", async () => {
    const backend = cloud();
    const id = randomUUID();
    await backend.create({
      id,
      name: "debian",
      tags: [" odd "],
      diskFormat: "raw",
      properties: { base: "1" },
    });
    await backend.upload(id, { sizeBytes: 3, chunks: dataOf("abc").open(0) });
    const { image } = await new ImageManager(backend).apply(AFTER);
    expect(image).toMatchObject({ diskFormat: "ploop", tags: [" odd "], properties: { base: "1" } });
  });
  it("changes what the spec does manage", async () => {
    const images = new ImageManager(cloud());
    await images.apply(BEFORE);
    const { image } = await images.apply({ ...AFTER, tags: [], properties: { b: "2" }, minDiskGb: 0 });
    expect(image).toMatchObject({ tags: [], properties: { b: "2" }, minDiskGb: 0 });
  });
  it("by a new id gives that id", async () => {
    const images = new ImageManager(cloud());
    await images.apply(BEFORE);
    const id = randomUUID();
    expect((await images.apply({ ...AFTER, id })).image.id).toBe(id);
  });
  it("deletes first where that is asked for", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    await images.apply(BEFORE);
    const plan = await images.plan(AFTER, { onReplace: "delete-first" });
    expect(plan.onReplace).toBe("delete-first");
    backend.takeWrites();
    await images.apply(plan);
    expect(backend.takeWrites()).toEqual(["delete", "create", "upload"]);
  });
});

it("an old image that is in use stays, and is deleted by the apply that may", async () => {
  const backend = cloud();
  const images = new ImageManager(backend);
  const old = (await images.apply(BEFORE)).image;
  const inUse = new HttpError("Deletion of image failed: 409 in use", {
    code: "ERR_HTTP_CONFLICT",
    status: 409,
  });
  const busy = new ImageManager({
    ...backend,
    delete: async (id, options) => (id === old.id ? Promise.reject(inUse) : backend.delete(id, options)),
  });
  for (const _time of [1, 2]) {
    const error = await failureOf(busy.apply(AFTER));
    const [made, ...others] = (await imagesOf(backend)).filter(({ id }) => id !== old.id);
    expect(others).toEqual([]);
    expect(made).toMatchObject({ status: "active" });
    expect(error).toMatchObject({ code: "ERR_HTTP_CONFLICT", status: 409, cause: inUse });
    for (const part of [made?.id, old.id, "409 in use", "next apply"])
      expect(error).toHaveProperty("message", expect.stringContaining(String(part)));
  }
  const { image } = await images.apply(AFTER);
  expect(await onlyImage(backend)).toEqual(image);
  expect(await textOf(backend, image.id)).toBe("second data");
});

describe("a replacement is refused at plan time, and nothing is written", () => {
  it("where replacements are refused", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const { image } = await images.apply(BEFORE);
    backend.takeWrites();
    await expect(images.plan(AFTER, { onReplace: "refuse" })).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      message: expect.stringContaining(image.id),
      capability: "a change of diskFormat, source in place",
    });
    expect((await images.plan(BEFORE, { onReplace: "refuse" })).action).toBe("none");
    expect(backend.takeWrites()).toEqual([]);
  });
  it("where the new image would have no data", async () => {
    const images = new ImageManager(cloud());
    await images.apply(BEFORE);
    await expect(images.plan({ name: "debian", diskFormat: "ploop" })).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [expect.objectContaining({ path: ["source"] })],
    });
  });
  it("but for an image without data, which another one may follow", async () => {
    const images = new ImageManager(cloud());
    const spec = { name: "debian", diskFormat: "raw" };
    const { image } = await images.apply(spec);
    const id = randomUUID();
    const { plan, image: after } = await images.apply({ ...spec, id });
    expect(plan).toMatchObject({ action: "replace", replaces: ["id"] });
    expect(after).toMatchObject({ id, status: "queued" });
    expect(await images.get(image.id)).toBeUndefined();
  });
  it("where the id would be given twice", async () => {
    const images = new ImageManager(cloud());
    const id = randomUUID();
    await images.apply({ ...BEFORE, id });
    await expect(images.plan({ ...AFTER, id })).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [expect.objectContaining({ path: ["id"] })],
    });
  });
});

describe("when the new image fails, the old one is still there", () => {
  it("as its source breaks", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    const old = (await images.apply(BEFORE)).image;
    await expect(images.apply({ ...AFTER, source: { ...broken, size: 5 } })).rejects.toThrow(
      "the source broke",
    );
    expect(await onlyImage(backend)).toEqual(old);
    expect((await images.apply(AFTER)).image.status).toBe("active");
    expect((await onlyImage(backend)).diskFormat).toBe("ploop");
  });
  it("as the cloud takes no more images", async () => {
    const backend = cloud();
    const old = (await new ImageManager(backend).apply(BEFORE)).image;
    const error = new Error("quota");
    const full = new ImageManager({ ...backend, create: () => Promise.reject(error) });
    expect(await failureOf(full.apply(AFTER))).toBe(error);
    expect(await onlyImage(backend)).toEqual(old);
  });
  it("as the cloud stores something else", async () => {
    const backend = cloud();
    const old = (await new ImageManager(backend).apply(BEFORE)).image;
    const lying = new ImageManager({
      ...backend,
      async get(id, options) {
        const image = await backend.get(id, options);
        return image?.status === "active" && id !== old.id ? { ...image, hashValue: "00".repeat(64) } : image;
      },
    });
    await expect(lying.apply(AFTER)).rejects.toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
    expect(await onlyImage(backend)).toEqual(old);
  });
});

describe("a protected image", () => {
  it("is not replaced, and nothing is written", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const old = (await images.apply({ ...BEFORE, protected: true })).image;
    backend.takeWrites();
    for (const spec of [AFTER, { ...AFTER, protected: true }]) {
      await expect(images.apply(spec)).rejects.toMatchObject({
        code: "ERR_IMAGE_PROTECTED",
        imageId: old.id,
      });
    }
    expect(backend.takeWrites()).toEqual([]);
  });
  it.each(["create-first", "delete-first"] as const)(
    "is replaced when the spec lifts the protection: %s",
    async (onReplace) => {
      const backend = cloud();
      const images = new ImageManager(backend);
      await images.apply({ ...BEFORE, protected: true });
      const plan = await images.plan({ ...AFTER, protected: false }, { onReplace });
      const { image } = await images.apply(plan);
      expect(image.protected).toBe(false);
      expect(await onlyImage(backend)).toEqual(image);
    },
  );
  it("is not destroyed, unless by force", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const { image } = await images.apply({ ...BEFORE, protected: true });
    backend.takeWrites();
    await expect(images.destroy(image.id)).rejects.toMatchObject({
      code: "ERR_IMAGE_PROTECTED",
      imageId: image.id,
      status: "active",
    });
    expect(backend.takeWrites()).toEqual([]);
    await images.destroy(image.id, { force: true });
    expect(await imagesOf(backend)).toEqual([]);
  });
  it("can be changed, and made deletable by its spec", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    const { image } = await images.apply({ ...BEFORE, protected: true });
    await images.apply({ name: "debian", protected: false, tags: ["free"] });
    await images.destroy(image.id);
    expect(await imagesOf(backend)).toEqual([]);
  });
});

it("a killed image is replaced", async () => {
  const backend = cloud();
  const old = (await new ImageManager(backend).apply(BEFORE)).image;
  const images = new ImageManager({
    ...backend,
    get: async (id, options) => {
      const image = await backend.get(id, options);
      return image?.id === old.id ? { ...image, status: "killed" } : image;
    },
    async *list(query, options) {
      for await (const image of backend.list(query, options))
        yield image.id === old.id ? { ...image, status: "killed" } : image;
    },
  });
  const { image, plan } = await images.apply(BEFORE);
  expect(plan).toMatchObject({ action: "replace", replaces: ["status"] });
  expect(await onlyImage(backend)).toEqual(image);
});

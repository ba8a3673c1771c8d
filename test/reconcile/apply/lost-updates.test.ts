import { describe, expect, it } from "vitest";
import {
  HttpError,
  type Image,
  ImageManager,
  type MetadataOperation,
  NetworkError,
} from "../../../src/index.ts";
import { type Cloud, cloud, onlyImage, specOf } from "../support/cloud.ts";

const CHANGE = { name: "debian", tags: ["t"], properties: { a: "1" }, minDiskGb: 3 };

/** A cloud of which a hook replaces the updates. */
async function changing(
  update: (
    inner: Cloud,
    id: string,
    operations: readonly MetadataOperation[],
    attempt: number,
  ) => Promise<Image>,
) {
  const backend = cloud();
  await new ImageManager(backend).apply(specOf());
  const sent: (readonly MetadataOperation[])[] = [];
  const images = new ImageManager({
    ...backend,
    update: (id, operations) => update(backend, id, operations, sent.push(operations)),
  });
  return { backend, images, sent };
}

const withoutTags = (operations: readonly MetadataOperation[]) =>
  operations.filter(({ kind }) => kind !== "tag");

describe("an update that is lost", () => {
  it("once is found and made again, only what was lost", async () => {
    const { images, sent } = await changing((inner, id, operations, attempt) =>
      inner.update(id, attempt === 1 ? withoutTags(operations) : operations),
    );
    const { image } = await images.apply(CHANGE);
    expect(image).toMatchObject(CHANGE);
    expect(sent.map(({ length }) => length)).toEqual([3, 1]);
    expect(sent[1]).toEqual([{ kind: "tag", op: "add", tag: "t" }]);
  });
  it("behind an answer that shows it is found, too", async () => {
    const { backend, images, sent } = await changing(async (inner, id, operations, attempt) => {
      if (attempt > 1) return inner.update(id, operations);
      const image = await inner.update(id, withoutTags(operations));
      return { ...image, tags: ["t"] };
    });
    const { image } = await images.apply(CHANGE);
    expect(image).toMatchObject(CHANGE);
    expect(await onlyImage(backend)).toMatchObject(CHANGE);
    expect(sent).toHaveLength(2);
  });
  it("to another writer, who put something else in its place, is found", async () => {
    const { images } = await changing(async (inner, id, operations, attempt) => {
      await inner.update(id, operations);
      return attempt > 1
        ? inner.update(id, [])
        : inner.update(id, [{ kind: "property", op: "update", name: "a", to: "theirs" }]);
    });
    expect((await images.apply(CHANGE)).image.properties).toEqual({ a: "1" });
  });
  it("always is reported by its name, after a bounded number of attempts", async () => {
    const { images, sent } = await changing((inner, id, operations) =>
      inner.update(
        id,
        withoutTags(operations).filter(({ kind }) => kind !== "property"),
      ),
    );
    await expect(images.apply(CHANGE)).rejects.toMatchObject({
      code: "ERR_HTTP_CONFLICT",
      status: 409,
      retryable: true,
      message: expect.stringContaining("properties.a, the tag t"),
    });
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.length).toBeLessThan(10);
  });
  it.each<[string, MetadataOperation["kind"], string]>([
    ["an attribute", "attribute", "minDiskGb"],
    ["a property", "property", "properties.a"],
    ["a tag", "tag", "the tag t"],
  ])("of %s is named", async (_what, kind, name) => {
    const { images } = await changing((inner, id, operations) =>
      inner.update(
        id,
        operations.filter((operation) => operation.kind !== kind),
      ),
    );
    await expect(images.apply(CHANGE)).rejects.toThrow(name);
  });
});

describe("an update that is refused with 409", () => {
  const conflict = new HttpError("somebody else", { code: "ERR_HTTP_CONFLICT", status: 409 });

  it("once is made again", async () => {
    const { images, sent } = await changing(async (inner, id, operations, attempt) => {
      if (attempt === 1) throw conflict;
      return inner.update(id, operations);
    });
    expect((await images.apply(CHANGE)).image).toMatchObject(CHANGE);
    expect(sent).toHaveLength(2);
  });
  it("as somebody did the same is no failure", async () => {
    const { images, sent } = await changing(async (inner, id, operations) => {
      await inner.update(id, operations);
      throw conflict;
    });
    expect((await images.apply(CHANGE)).image).toMatchObject(CHANGE);
    expect(sent).toHaveLength(1);
  });
  it("always is reported", async () => {
    const { images } = await changing(() => Promise.reject(conflict));
    await expect(images.apply(CHANGE)).rejects.toMatchObject({ code: "ERR_HTTP_CONFLICT" });
  });
  it("by a backend of another copy of the package is understood", async () => {
    const foreign = Object.defineProperty(
      Object.assign(new Error("somebody else"), { code: "ERR_HTTP_CONFLICT", status: 409, retryable: false }),
      Symbol.for("imagewright.error"),
      { value: true },
    );
    const { images } = await changing(async (inner, id, operations, attempt) => {
      if (attempt === 1) throw foreign;
      return inner.update(id, operations);
    });
    expect((await images.apply(CHANGE)).image).toMatchObject(CHANGE);
  });
});

it("an update whose answer is lost is recognised as done", async () => {
  const { images, sent } = await changing(async (inner, id, operations) => {
    await inner.update(id, operations);
    throw new NetworkError("no answer", { code: "ERR_NETWORK", phase: "request" });
  });
  expect((await images.apply(CHANGE)).image).toMatchObject(CHANGE);
  expect(sent).toHaveLength(1);
});

it("any other refusal is reported as it is, at once", async () => {
  const forbidden = new HttpError("not allowed", { code: "ERR_HTTP_FORBIDDEN", status: 403 });
  const { images, sent } = await changing(() => Promise.reject(forbidden));
  await expect(images.apply(CHANGE)).rejects.toBe(forbidden);
  expect(sent).toHaveLength(1);
});

describe("names that every object has", () => {
  it.each(["constructor", "toString", "hasOwnProperty"])(
    "%s is added, kept and deleted like any other",
    async (name) => {
      const images = new ImageManager(cloud());
      await images.apply(specOf());
      const added = await images.apply({
        name: "debian",
        properties: { [name]: "1" },
        tags: [name, "__proto__"],
      });
      expect(Object.entries(added.image.properties)).toEqual([[name, "1"]]);
      expect(added.image.tags).toContain("__proto__");
      const deleted = await images.apply({ name: "debian", properties: {}, tags: [] });
      expect(deleted.image).toMatchObject({ tags: [] });
      expect(Object.keys(deleted.image.properties)).toEqual([]);
    },
  );
});

describe("a creation of which the cloud keeps only a part", () => {
  it("is found and healed", async () => {
    const backend = cloud();
    const images = new ImageManager({
      ...backend,
      create: ({ tags: _tags, ...image }, options) => backend.create(image, options),
    });
    const { image } = await images.apply(specOf({ tags: ["t"] }));
    expect(image.tags).toEqual(["t"]);
  });
});

describe("a creation whose answer is lost", () => {
  it("is recognised, and not doubled", async () => {
    const backend = cloud();
    let creations = 0;
    const images = new ImageManager({
      ...backend,
      async create(image, options) {
        creations++;
        await backend.create(image, options);
        throw new NetworkError("no answer", { code: "ERR_NETWORK", phase: "request" });
      },
    });
    const { image } = await images.apply(specOf());
    expect(image.status).toBe("active");
    expect(await onlyImage(backend)).toEqual(image);
    expect(creations).toBe(1);
  });
  it("of an id that a deleted image had says so", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    const { image } = await images.apply(specOf());
    await images.destroy(image.id);
    await expect(images.apply(specOf({ id: image.id }))).rejects.toMatchObject({
      code: "ERR_HTTP_CONFLICT",
      message: expect.stringContaining("never gives an id twice"),
    });
  });
});

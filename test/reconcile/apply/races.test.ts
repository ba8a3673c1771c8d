import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { ImageManager, type ImageSpecInput, type OpenSource } from "../../../src/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { type Cloud, cloud, dataOf, imagesOf, onlyImage, specOf, textOf } from "../support/cloud.ts";

beforeEach(skipWaits);

const RECORD = "imagewright.source";

/** A point that so many have to reach before any of them goes on; who comes later is not stopped. */
function gate(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  return async () => {
    waiting += 1;
    if (waiting >= count) resolve();
    await promise;
  };
}

/** A cloud as one of several processes sees it, with something to wait for before or after a call. */
function seenBy(
  backend: Cloud,
  { beforeUpload, afterCreate }: { beforeUpload?: () => Promise<void>; afterCreate?: () => Promise<void> },
): Cloud {
  return {
    ...backend,
    async create(...args) {
      const image = await backend.create(...args);
      await afterCreate?.();
      return image;
    },
    async upload(...args) {
      await beforeUpload?.();
      return backend.upload(...args);
    },
  };
}

/** Data that comes to an end only when it may. */
function slowData(text: string, end: Promise<unknown>): OpenSource {
  const { open } = dataOf(text);
  return {
    size: text.length,
    open: async function* (start) {
      await end;
      yield* open(start);
    },
  };
}

describe.each([2, 3, 5])("%s processes at the same moment", (count) => {
  const applyAll = async (backend: Cloud, spec: ImageSpecInput, processes: readonly Cloud[]) => {
    const results = await Promise.all(processes.map((each) => new ImageManager(each).apply(spec)));
    const image = await onlyImage(backend);
    expect(image.status).toBe("active");
    expect(results.map((result) => result.image.id)).toEqual(processes.map(() => image.id));
    expect(results.filter(({ verification }) => verification.status === "verified")).toHaveLength(1);
    expect((await new ImageManager(backend).plan(spec)).action).toBe("none");
    return image;
  };

  it("that create an image leave one, and each has that", async () => {
    const backend = cloud();
    const afterCreate = gate(count);
    const processes = Array.from({ length: count }, () => seenBy(backend, { afterCreate }));
    await applyAll(backend, specOf({ tags: ["t"] }), processes);
  });

  it("that take up a queued image send its data once", async () => {
    const backend = cloud();
    const id = randomUUID();
    await backend.create({ id, name: "debian", diskFormat: "raw", containerFormat: "bare", properties: {} });
    const beforeUpload = gate(count);
    const processes = Array.from({ length: count }, () => seenBy(backend, { beforeUpload }));
    expect(await applyAll(backend, specOf(), processes)).toMatchObject({ id });
  });

  it("that replace an image leave one, with what the spec doesn't manage", async () => {
    const backend = cloud();
    await new ImageManager(backend).apply(specOf({ properties: { kept: "yes" } }));
    const afterCreate = gate(count);
    const processes = Array.from({ length: count }, () => seenBy(backend, { afterCreate }));
    const image = await applyAll(backend, specOf({ source: dataOf("second data") }), processes);
    expect(image.properties).toMatchObject({ kept: "yes" });
    expect(await textOf(backend, image.id)).toBe("second data");
  });
});

it.each([
  ["before", "create-first"],
  ["after", "create-first"],
  ["after", "delete-first"],
] as const)(
  "a replacement that another process begins %s this one, and ends before this one's record is made, is the only one: %s",
  async (begins, onReplace) => {
    const backend = cloud();
    await new ImageManager(backend).apply(specOf());
    const spec = specOf({ source: dataOf("second data") });
    const { promise: isMade, resolve: tellMade } = Promise.withResolvers<void>();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const afterCreate = async () => {
      tellMade();
      await mayEnd;
    };
    const other = () => new ImageManager(seenBy(backend, { afterCreate })).apply(spec);
    let others: ReturnType<typeof other> | undefined;
    const images = new ImageManager({
      ...backend,
      async create(...args) {
        others ??= other();
        end();
        await others;
        return backend.create(...args);
      },
    });
    const plan = await images.plan(spec, { onReplace });
    if (begins === "before") {
      others = other();
      await isMade;
    }
    await expect(images.apply(plan)).rejects.toMatchObject({ code: "ERR_PLAN_STALE" });
    expect(await onlyImage(backend)).toMatchObject({ id: (await others)?.image.id, status: "active" });
  },
);

it.each(["create-first", "delete-first"] as const)(
  "an image that is replaced by its id, %s, doesn't give way to others of its name",
  async (onReplace) => {
    const backend = cloud();
    const ids = [randomUUID(), randomUUID()];
    for (const id of ids) {
      await backend.create({
        id,
        name: "debian",
        diskFormat: "raw",
        containerFormat: "bare",
        properties: {},
      });
      await backend.upload(id, { sizeBytes: 10, chunks: dataOf("first data").open(0) });
    }
    const images = new ImageManager(backend);
    const spec = specOf({ diskFormat: "ploop" });
    const { image } = await images.apply(await images.plan(spec, { id: ids[0], onReplace }));
    expect((await imagesOf(backend)).map(({ id }) => id).sort()).toEqual([ids[1], image.id].sort());
  },
);

it("an image with as many properties as there may be is replaced", async () => {
  const backend = cloud();
  const properties = Object.fromEntries(Array.from({ length: 128 }, (_, count) => [`p${count}`, "1"]));
  await new ImageManager(backend).apply(specOf({ properties }));
  const { image } = await new ImageManager(backend).apply(specOf({ properties, diskFormat: "ploop" }));
  expect(await onlyImage(backend)).toEqual(image);
});

it("an image that another process is filling is waited for, and not deleted by who made it", async () => {
  const backend = cloud();
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const maker = new ImageManager({
    ...backend,
    async upload(id, data, options) {
      const filler = backend.upload(id, { sizeBytes: 10, chunks: slowData("first data", mayEnd).open(0) });
      setTimeout(end, 10);
      await backend.upload(id, data, options);
      await filler;
    },
  });
  const { image, plan } = await maker.apply(specOf());
  expect(plan).toMatchObject({ imageId: image.id });
  expect(await onlyImage(backend)).toEqual(image);
});

it("an image that is deleted before its data comes is made again", async () => {
  const backend = cloud();
  const deleted: string[] = [];
  const images = new ImageManager({
    ...backend,
    async upload(id, data, options) {
      if (deleted.push(id) === 1) await backend.delete(id);
      return backend.upload(id, data, options);
    },
  });
  const { image } = await images.apply(specOf());
  expect(deleted).toEqual([deleted[0], image.id]);
  expect(await onlyImage(backend)).toEqual(image);
});

it("an image that is deleted before its update is made again", async () => {
  const backend = cloud();
  const { image: old } = await new ImageManager(backend).apply(specOf());
  const images = new ImageManager({
    ...backend,
    async update(id, operations, options) {
      await backend.delete(old.id);
      return backend.update(id, operations, options);
    },
  });
  const { image } = await images.apply(specOf({ tags: ["t"] }));
  expect(image.id).not.toBe(old.id);
  expect(await onlyImage(backend)).toEqual(image);
});

describe("a spec whose image changes between plan and apply", () => {
  /** Changes the image whenever it has been looked up, so many times. */
  function restless(times: number): { backend: Cloud; images: ImageManager; looks: () => number } {
    const backend = cloud();
    let looks = 0;
    const images = new ImageManager({
      ...backend,
      async *list(query, options) {
        for await (const image of backend.list(query, options)) {
          looks += 1;
          if (looks <= times)
            await backend.update(image.id, [{ kind: "tag", op: "add", tag: `theirs ${looks}` }]);
          yield image;
        }
      },
    });
    return { backend, images, looks: () => looks };
  }

  it("is planned for again", async () => {
    const { backend, images } = restless(2);
    await new ImageManager(backend).apply(specOf());
    const { image } = await images.apply(specOf({ tags: ["ours"] }));
    expect(image.tags).toEqual(["ours"]);
  });

  it("among others, too", async () => {
    const { backend, images } = restless(1);
    await new ImageManager(backend).apply(specOf());
    const other = specOf({ name: "other" });
    const results = await images.apply([other, specOf({ tags: ["ours"] })]);
    expect(results.map(({ image }) => image?.tags)).toEqual([[], ["ours"]]);
  });

  it("is given up when it changes again and again", async () => {
    const { backend, images, looks } = restless(100);
    await new ImageManager(backend).apply(specOf());
    await expect(images.apply(specOf({ tags: ["ours"] }))).rejects.toMatchObject({ code: "ERR_PLAN_STALE" });
    expect(looks()).toBe(5);
  });
});

describe("empty records that killed processes have left under one name", () => {
  async function left(
    properties: readonly Record<string, string>[],
  ): Promise<{ backend: Cloud; ids: string[] }> {
    const backend = cloud();
    const ids = properties.map(() => randomUUID());
    for (const [index, id] of ids.entries()) {
      const own = properties[index] ?? {};
      await backend.create({
        id,
        name: "debian",
        diskFormat: "raw",
        containerFormat: "bare",
        properties: own,
      });
    }
    return { backend, ids };
  }

  it("become one image: the first is filled, the others are deleted", async () => {
    const { backend, ids } = await left([{ [RECORD]: "a" }, { [RECORD]: "a" }, { [RECORD]: "b" }]);
    const [first, ...others] = ids.sort();
    const { image, plan } = await new ImageManager(backend).apply(specOf());
    expect(plan).toMatchObject({ action: "update", imageId: first, discards: others });
    expect(await onlyImage(backend)).toEqual(image);
    expect(image).toMatchObject({ id: first, status: "active" });
  });

  it("are deleted where there is a whole image", async () => {
    const { backend, ids } = await left([{}, { [RECORD]: "a" }]);
    await backend.upload(ids[0] ?? "", { sizeBytes: 10, chunks: dataOf("first data").open(0) });
    await new ImageManager(backend).apply(specOf());
    expect(await onlyImage(backend)).toMatchObject({ id: ids[0], status: "active" });
  });

  it("stay when they got data after the plan was made", async () => {
    const { backend, ids } = await left([{ [RECORD]: "a" }, { [RECORD]: "a" }]);
    const [, second = ""] = ids.sort();
    const images = new ImageManager(backend);
    const plan = await images.plan(specOf());
    await backend.upload(second, { sizeBytes: 10, chunks: dataOf("first data").open(0) });
    await expect(images.apply(plan)).rejects.toMatchObject({ code: "ERR_PLAN_STALE" });
    expect(await imagesOf(backend)).toHaveLength(2);
  });

  it("that somebody else made are ambiguous", async () => {
    const { backend } = await left([{}, {}]);
    await expect(new ImageManager(backend).plan(specOf())).rejects.toMatchObject({
      code: "ERR_IMAGE_AMBIGUOUS",
    });
  });
});

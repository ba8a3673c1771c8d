/** What a plan makes of the records and images that an interrupted replacement has left. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Image, ImageManager, type ImageSpecInput } from "../../../src/index.ts";
import type { NewImage } from "../../../src/model/index.ts";
import { sourceRecord } from "../../../src/reconcile/plan/source-record.ts";
import { type Cloud, cloud, dataOf, imagesOf, onlyImage, specOf, textOf } from "../support/cloud.ts";
import { importingCloud } from "../support/importing-cloud.ts";

const MARK = "imagewright.replaces";
/** The second of two images that have nothing but their data to tell them apart. */
const NEXT = { name: "debian", source: { ...dataOf("second data"), size: 11 } } as const;

/** The old image, and records of its successors, with what is given. */
async function begun(
  old: Partial<ImageSpecInput> = {},
  successors: readonly Pick<NewImage, "properties" | "visibility">[] = [{}],
) {
  const backend = cloud();
  const images = new ImageManager(backend);
  const { image } = await images.apply(specOf(old));
  const ids: string[] = [];
  for (const { properties, visibility } of successors) {
    const id = randomUUID();
    await backend.create({
      id,
      name: "debian",
      containerFormat: "bare",
      diskFormat: "raw",
      ...(visibility === undefined ? {} : { visibility }),
      properties: { [MARK]: image.id, ...properties },
    });
    ids.push(id);
  }
  return { backend, images, old: image, ids };
}

/** The cloud, where what is seen of an image by its id is something else. */
function seen(inner: Cloud, look: (image: Image) => Image | undefined): Cloud {
  return {
    ...inner,
    async *list(query, options) {
      for await (const image of inner.list(query, options)) yield look(image) ?? image;
    },
    async get(id, options) {
      const image = await inner.get(id, options);
      return image && look(image);
    },
  };
}

async function fill(backend: Cloud, id: string, text: string): Promise<void> {
  await backend.upload(id, { sizeBytes: text.length, chunks: dataOf(text).open(0) });
}

describe("a replacement that had got as far as its record", () => {
  it("is gone on with, with one record of several, and without the others", async () => {
    const { backend, images, old, ids } = await begun({}, [{}, {}]);
    const plan = await images.plan(NEXT);
    const [filled] = ids.filter((id) => id === plan.imageId);
    expect(plan).toMatchObject({
      action: "update",
      supersedes: old.id,
      discards: ids.filter((id) => id !== filled),
    });
    expect(plan.discards).toHaveLength(1);
    const { image } = await images.apply(plan, { source: NEXT.source });
    expect(image.id).toBe(filled);
    expect(await onlyImage(backend)).toEqual(image);
  });

  it("is gone on with whatever the server has written into the old image", async () => {
    const { backend, images, old, ids } = await begun();
    await backend.update(old.id, [
      { kind: "property", op: "add", name: "os_glance_failed_import", to: "fast" },
    ]);
    expect(await images.plan(NEXT)).toMatchObject({ imageId: ids[0], supersedes: old.id });
  });

  it("is gone on with whatever the cloud has added to the old image", async () => {
    const { backend, old, ids } = await begun();
    await backend.update(old.id, [{ kind: "property", op: "add", name: "by_cloud", to: "1" }]);
    const rules = { ...backend.rules, addedProperties: { names: ["by_cloud"], prefixes: [] } };
    const plan = await new ImageManager({ ...backend, rules }).plan(NEXT);
    expect(plan).toMatchObject({ imageId: ids[0], supersedes: old.id });
  });

  it("begins anew where the cloud makes whole images of the source", async () => {
    const { backend, old, ids } = await begun();
    const start = () => Promise.reject(new Error("nothing is made"));
    const making = new ImageManager({ ...backend, createFrom: { kinds: ["volumeId"], start } });
    const source = { volumeId: "v1" };
    const made = sourceRecord({ name: "debian", source }) ?? "";
    for (const id of [old.id, ...ids]) {
      const to = id === old.id ? `sha256:${"0".repeat(64)}` : made;
      await backend.update(id, [{ kind: "property", op: "add", name: "imagewright.source", to }]);
    }
    expect(await making.plan({ name: "debian", source })).toMatchObject({
      action: "replace",
      imageId: old.id,
      discards: ids,
    });
  });

  it("brings its data to the stores that the user names", async () => {
    const backend = importingCloud();
    const images = new ImageManager(backend);
    const { image } = await images.apply(specOf());
    const properties = { [MARK]: image.id };
    await backend.create({
      id: "half",
      name: "debian",
      containerFormat: "bare",
      diskFormat: "raw",
      properties,
    });
    expect(await images.plan(NEXT, { stores: ["slow"], method: "glance-direct" })).toMatchObject({
      imageId: "half",
      stores: ["slow"],
      method: "glance-direct",
    });
  });

  it("is none where the old image is as declared: what it left is discarded", async () => {
    const { images, old, ids } = await begun();
    const plan = await images.plan(specOf());
    expect(plan).toMatchObject({ action: "update", imageId: old.id, operations: [], discards: ids });
    expect(plan).not.toHaveProperty("supersedes");
  });

  it("begins anew where the old image is to go first", async () => {
    const { backend, images, old, ids } = await begun();
    const plan = await images.plan(NEXT, { onReplace: "delete-first" });
    expect(plan).toMatchObject({
      action: "replace",
      onReplace: "delete-first",
      imageId: old.id,
      discards: ids,
    });
    const { image } = await images.apply(plan, { source: NEXT.source });
    expect(await onlyImage(backend)).toEqual(image);
    expect(ids).not.toContain(image.id);
  });

  it.each([
    ["begins anew", undefined],
    ["is gone on with", ["p1"]],
  ])("%s where the old image has members, and the spec declares %j", async (_how, members) => {
    const shared = { visibility: "shared", members: ["p1"] } as const;
    const { backend, images, old, ids } = await begun(shared, [{ visibility: "shared" }]);
    const spec = members === undefined ? NEXT : { ...NEXT, members };
    const plan = await images.plan(spec);
    if (members === undefined)
      expect(plan).toMatchObject({ action: "replace", imageId: old.id, discards: ids });
    else expect(plan).toMatchObject({ action: "update", imageId: ids[0], supersedes: old.id });
    const { image } = await images.apply(plan, { source: NEXT.source });
    expect(await onlyImage(backend)).toMatchObject({ id: image.id, members: ["p1"] });
  });
});

describe("a whole image that an interrupted replacement has left", () => {
  const known = async (backend: Cloud, id: string) => {
    const { checksum } = (await backend.get(id)) ?? {};
    return { name: "debian", source: { url: "https://example.org/a", checksum: `md5:${checksum}` } };
  };

  it("takes the old one's place with what the spec leaves to others", async () => {
    const { backend, images, old, ids } = await begun({}, [{ properties: { theirs: "1" } }]);
    const [id = ""] = ids;
    await fill(backend, id, "second data");
    const spec = { ...(await known(backend, id)), properties: { ours: "1" }, tags: ["t"] };
    const plan = await images.plan(spec, { properties: "declared" });
    expect(plan).toMatchObject({ imageId: id, supersedes: old.id });
    const { image } = await images.apply(plan);
    expect(image.properties).toEqual({ theirs: "1", ours: "1" });
  });

  it("doesn't where nobody knows whether it has the declared data", async () => {
    const { backend, images, old, ids } = await begun();
    await fill(backend, ids[0] ?? "", "other data");
    const { image, plan } = await images.apply({
      name: "debian",
      source: { open: dataOf("first data").open },
    });
    expect(plan).toMatchObject({ imageId: old.id, content: "unknown", discards: ids });
    expect(await onlyImage(backend)).toEqual(image);
    expect(await textOf(backend, image.id)).toBe("first data");
  });

  it("doesn't where an operator has closed it", async () => {
    const { backend, old, ids } = await begun();
    const [id = ""] = ids;
    await fill(backend, id, "second data");
    const closing = seen(backend, (image) => (image.id === id ? { ...image, status: "deactivated" } : image));
    const plan = await new ImageManager(closing).plan(await known(backend, id));
    expect(plan).toMatchObject({ imageId: old.id, discards: [id] });
    expect(plan).not.toHaveProperty("supersedes");
  });

  it("is the image where the old one vanishes while it is waited for", async () => {
    const { backend, old, ids } = await begun();
    const [id = ""] = ids;
    await fill(backend, id, "second data");
    const vanishing = seen(backend, (image) =>
      image.id === old.id ? { ...image, status: "saving" } : image,
    );
    const images = new ImageManager({
      ...vanishing,
      async get(key, options) {
        if (key === old.id) await backend.delete(key);
        return vanishing.get(key, options);
      },
    });
    const { image } = await images.apply(await known(backend, id));
    expect(image.id).toBe(id);
    expect(await onlyImage(backend)).toMatchObject({ id });
  });
});

it("what an interrupted replacement has left, and vanishes while it is waited for, is not discarded", async () => {
  const { backend, old, ids } = await begun();
  const [id] = ids;
  const vanishing = seen(backend, (image) => (image.id === id ? { ...image, status: "saving" } : image));
  const images = new ImageManager({
    ...vanishing,
    async get(key, options) {
      if (key === id) await backend.delete(key);
      return vanishing.get(key, options);
    },
  });
  expect(await images.plan(specOf())).toMatchObject({ action: "none", imageId: old.id });
  expect(await imagesOf(backend)).toMatchObject([{ id: old.id }]);
});

describe("an image that is under way when a plan is made", () => {
  /** A cloud that tells no members with its images, with one that is under way for one look. */
  async function underWay() {
    const inner = cloud();
    const { image } = await new ImageManager(inner).apply(specOf({ visibility: "shared", members: ["p1"] }));
    let looks = 0;
    const asked: string[] = [];
    const backend: Cloud = {
      ...seen(inner, ({ members: _members, ...each }) =>
        looks++ > 0 ? each : { ...each, status: "saving" },
      ),
      members: {
        ...inner.members,
        list: async (id, options) => {
          asked.push(id);
          return inner.members.list(id, options);
        },
      },
    };
    return { images: new ImageManager(backend), image, asked };
  }

  it("has its members when it is done", async () => {
    const { images } = await underWay();
    const plan = await images.plan(specOf({ visibility: "shared", members: ["p1", "p2"] }));
    expect(plan.operations).toEqual([{ kind: "member", op: "add", project: "p2" }]);
  });

  it("is not asked for members that nobody declares", async () => {
    const { images, image, asked } = await underWay();
    expect(await images.plan(specOf())).toMatchObject({ action: "none", imageId: image.id });
    expect(asked).toEqual([]);
  });
});

describe("how a replacement goes about", () => {
  it("is in the plan of one that the user says it of, and in no other", async () => {
    const images = new ImageManager(cloud());
    const onReplace = "delete-first";
    expect(await images.plan(specOf(), { onReplace })).not.toHaveProperty("onReplace");
    await images.apply(specOf());
    const replacing = specOf({ diskFormat: "ploop" });
    expect(await images.plan(replacing)).not.toHaveProperty("onReplace");
    expect(await images.plan(replacing, { onReplace })).toMatchObject({ action: "replace", onReplace });
  });
});

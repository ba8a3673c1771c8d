/** What an apply does where clouds, plans and images are not as they mostly are. */
import { randomUUID } from "node:crypto";
import { getEventListeners } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  HttpError,
  type Image,
  ImageManager,
  NetworkError,
  type Plan,
  type PropertyOperation,
  reconcile,
} from "../../../src/index.ts";
import {
  type Cloud,
  cloud,
  dataOf,
  endlessSource,
  failureOf,
  imagesOf,
  onlyImage,
  recorded,
  specOf,
} from "../support/cloud.ts";

const MARK = "imagewright.replaces";
const SKIPPED = { status: "skipped", reason: "no data was sent" };
const lost = () => new NetworkError("lost", { code: "ERR_NETWORK", phase: "request" });
const refused = () => new HttpError("no", { code: "ERR_HTTP_FORBIDDEN", status: 403 });

describe("a plan to delete", () => {
  it("ends in no image, whether it was there or not", async () => {
    const images = new ImageManager(cloud());
    const { image } = await images.apply(specOf());
    const plan = reconcile(undefined, image);
    expect(await images.apply(plan)).toEqual({ image: undefined, plan, verification: SKIPPED });
    expect(await images.apply(plan)).toEqual({ image: undefined, plan, verification: SKIPPED });
  });
  it("lifts no protection", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const { image } = await images.apply(specOf({ protected: true }));
    backend.takeWrites();
    expect(await failureOf(images.apply(reconcile(undefined, image)))).toMatchObject({
      code: "ERR_IMAGE_PROTECTED",
    });
    expect(backend.takeWrites()).toEqual([]);
  });
});

it("a plan for nothing asks nobody", async () => {
  const backend = recorded();
  await backend.create({ id: randomUUID(), name: "" });
  backend.calls.splice(0);
  expect(await new ImageManager(backend).apply(reconcile(undefined, undefined))).toMatchObject({
    image: undefined,
    verification: SKIPPED,
  });
  expect(backend.calls).toEqual([]);
});

it("a plan that doesn't say what it was made for is applied", async () => {
  const images = new ImageManager(cloud());
  const { image } = await images.apply(specOf());
  const { basis: _basis, ...plan } = await images.plan({ name: "debian", tags: ["t"] });
  expect((await images.apply(plan)).image).toMatchObject({ id: image.id, tags: ["t"] });
});

it("a plan for a replacement that has lost its data on its way is refused, and nothing is written", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  await images.apply(specOf());
  const plan = await images.plan(specOf({ diskFormat: "ploop" }));
  const bare: Plan = { ...plan, desired: { name: "debian", diskFormat: "ploop" } };
  backend.takeWrites();
  expect(await failureOf(images.apply(bare))).toMatchObject({ issues: [{ path: ["source"] }] });
  expect(backend.takeWrites()).toEqual([]);
});

it("data that comes later is recorded as what the image was made from", async () => {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-later-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "image.raw");
  await writeFile(file, "first data");
  const backend = recorded();
  const update = vi.fn(backend.update);
  const images = new ImageManager({ ...backend, update });
  await images.apply(specOf({ source: undefined }));
  backend.takeWrites();
  const { image } = await images.apply(specOf({ source: { file } }));
  const to = expect.stringMatching(/^sha256:/);
  expect(image.properties).toEqual({ "imagewright.source": to });
  expect(update.mock.calls.map(([, operations]) => operations)).toEqual([
    [{ kind: "property", op: "add", name: "imagewright.source", to }],
  ]);
  expect(backend.takeWrites()).toEqual(["update", "upload"]);
  expect((await images.plan(specOf({ source: { file } }))).content).toBe("same");
});

it("data that comes later is let go of when it turns out that it can't come", async () => {
  const inner = cloud();
  await inner.create({ id: randomUUID(), name: "debian", containerFormat: "bare", diskFormat: "raw" });
  const { source, isClosed } = endlessSource();
  const update: Cloud["update"] = () => Promise.reject(refused());
  const images = new ImageManager({ ...inner, update });
  expect(await failureOf(images.apply(specOf({ source, tags: ["t"] })))).toMatchObject({
    code: "ERR_HTTP_FORBIDDEN",
  });
  expect(isClosed()).toBe(true);
  expect(await onlyImage(inner)).toMatchObject({ status: "queued" });
});

it("data without a name that comes later takes the record of other data away", async () => {
  const backend = cloud();
  const id = randomUUID();
  const properties = { "imagewright.source": "sha256:00" };
  await backend.create({ id, name: "debian", containerFormat: "bare", diskFormat: "raw", properties });
  const { image } = await new ImageManager(backend).apply(specOf());
  expect(image).toMatchObject({ id, status: "active" });
  expect(image.properties).toEqual({});
});

describe("the members of an image that is replaced", () => {
  const [before, after] = [
    specOf({ visibility: "shared", members: ["p1", "p2"] }),
    specOf({ diskFormat: "ploop" }),
  ];
  const forgetful = (inner: Cloud): Cloud => {
    const forget = ({ members: _members, ...image }: Image): Image => image;
    return {
      ...inner,
      async *list(query, options) {
        for await (const image of inner.list(query, options)) yield forget(image);
      },
      async get(id, options) {
        const image = await inner.get(id, options);
        return image && forget(image);
      },
    };
  };
  it("come along where the spec doesn't declare any", async () => {
    const backend = forgetful(cloud());
    const images = new ImageManager(backend);
    const { image: old } = await images.apply(before);
    const { image } = await images.apply(after);
    expect(image.id).not.toBe(old.id);
    expect(await backend.members.list(image.id)).toEqual(["p1", "p2"]);
  });
  it("make a plan stale when they change, also where an image doesn't tell them itself", async () => {
    const backend = forgetful(cloud());
    const images = new ImageManager(backend);
    const { image } = await images.apply(before);
    const plan = await images.plan({ ...before, tags: ["t"] });
    await backend.members.add(image.id, "p3");
    expect(await failureOf(images.apply(plan))).toMatchObject({ code: "ERR_PLAN_STALE" });
  });
  it("make no plan stale when they stay, also where an image doesn't tell them itself", async () => {
    const images = new ImageManager(forgetful(cloud()));
    const { image } = await images.apply(before);
    const plan = await images.plan({ ...before, tags: ["t"] });
    expect((await images.apply(plan)).image).toMatchObject({ id: image.id, tags: ["t"] });
  });
  it("are none where it wasn't shared before", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    await images.apply(specOf());
    const { image } = await images.apply({ ...after, visibility: "shared" });
    expect(await backend.members.list(image.id)).toEqual([]);
  });
  it("are not asked for where it is not shared", async () => {
    const inner = cloud();
    const asked: string[] = [];
    const list: Cloud["members"]["list"] = async (id) => {
      asked.push(id);
      return [];
    };
    const images = new ImageManager(forgetful({ ...inner, members: { ...inner.members, list } }));
    await images.apply(specOf());
    await images.apply(after);
    expect(asked).toEqual([]);
  });
});

describe("an image with an id that the user chose", () => {
  const id = "0d1c2b3a-4444-4555-9666-778899aabbcc";
  const broken = {
    open: async function* () {
      yield new Uint8Array(2 ** 20);
      throw new Error("broke");
    },
  };
  it("stays when its data fails, as the id can't be given again", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    expect(await failureOf(images.apply(specOf({ id, source: broken })))).toMatchObject({ message: "broke" });
    expect(await onlyImage(backend)).toMatchObject({ id, status: "queued" });
    expect((await images.apply(specOf({ id }))).image).toMatchObject({ id, status: "active" });
  });
  it("stays beside the old one when it was to replace it", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    await images.apply(specOf());
    await failureOf(images.apply(specOf({ id, source: broken })));
    expect(await backend.get(id)).toMatchObject({ status: "queued" });
  });
});

it("an id that somebody else has taken meanwhile is refused, and theirs is left alone", async () => {
  const id = "0d1c2b3a-4444-4555-9666-778899aabbcc";
  const inner = cloud();
  const create: Cloud["create"] = async (image, options) => {
    await inner.create({ id, name: "theirs" });
    return inner.create(image, options);
  };
  const images = new ImageManager({ ...inner, create });
  const error = await failureOf(images.apply(await images.plan(specOf({ id }))));
  expect(error).toMatchObject({ code: "ERR_PLAN_STALE", message: expect.stringContaining(id) });
  expect(await onlyImage(inner)).toMatchObject({ id, name: "theirs", status: "queued" });
});

describe("the record of an image that replaces another", () => {
  it.each([
    ["create-first", [MARK]],
    ["delete-first", []],
  ] as const)("says whose place it takes where both are there for a while: %s", async (onReplace, marks) => {
    const inner = cloud();
    const made: string[][] = [];
    const create: Cloud["create"] = (image, options) => {
      made.push(Object.keys(image.properties ?? {}));
      return inner.create(image, options);
    };
    const images = new ImageManager({ ...inner, create });
    const { image } = await images.apply(specOf({ properties: { a: "1" } }));
    await inner.update(image.id, [{ kind: "property", op: "add", name: "os_glance_import_task", to: "t" }]);
    const plan = await images.plan(specOf({ diskFormat: "ploop" }), { onReplace });
    await images.apply(plan);
    expect(made).toEqual([["a"], ["a", ...marks]]);
  });
});

describe("a creation whose answer is lost, and which wasn't done,", () => {
  const losing = (times: number): Cloud => {
    const inner = cloud();
    let left = times;
    return {
      ...inner,
      create: async (image, options) => {
        if (left-- > 0) throw lost();
        return inner.create(image, options);
      },
    };
  };
  it("is made once more", async () => {
    const backend = losing(1);
    expect((await new ImageManager(backend).apply(specOf())).image.status).toBe("active");
    expect(await imagesOf(backend)).toHaveLength(1);
  });
  it("is an error when that is lost, too", async () => {
    const backend = losing(2);
    expect(await failureOf(new ImageManager(backend).apply(specOf()))).toMatchObject({ code: "ERR_NETWORK" });
    expect(await imagesOf(backend)).toEqual([]);
  });
});

it("an apply leaves no listener at its signal", async () => {
  const { signal } = new AbortController();
  const images = new ImageManager(cloud());
  await images.apply(specOf(), { signal });
  await images.apply({ name: "bare" }, { signal });
  await images.apply(specOf({ diskFormat: "ploop", source: { ...dataOf("other"), size: 5 } }), { signal });
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

it("what a cloud adds to a new image by itself is left alone", async () => {
  const inner = recorded();
  const images = new ImageManager({
    ...inner,
    async create(image, options) {
      await inner.create(image, options);
      inner.takeWrites();
      const added: PropertyOperation = { kind: "property", op: "add", name: "by_cloud", to: "1" };
      return inner.update(image.id, [added, { kind: "tag", op: "add", tag: "by_cloud" }], options);
    },
  });
  const { image } = await images.apply({ name: "debian", properties: { a: "1" }, tags: ["t"] });
  expect(image).toMatchObject({ properties: { a: "1", by_cloud: "1" }, tags: ["by_cloud", "t"] });
  expect(inner.takeWrites()).toEqual(["update"]);
});

it("the first status that is told is the one after the creation", async () => {
  const images = new ImageManager(cloud());
  const told: unknown[] = [];
  images.on("image-status", ({ name, imageId, status }) => told.push([name, imageId, status]));
  const { image } = await images.apply(specOf());
  expect(told).toEqual([
    ["debian", image.id, "queued"],
    ["debian", image.id, "active"],
  ]);
});

describe("a replacement that was interrupted before the old image was deleted", () => {
  const SOURCE = { url: "https://example.org/a", checksum: `md5:${"0".repeat(32)}` };
  /** The old image, and its whole successor. */
  async function interrupted(old: Partial<Image> = {}) {
    const inner = recorded();
    const images = new ImageManager(inner);
    const { image } = await images.apply(specOf({ protected: old.protected }));
    const id = randomUUID();
    const properties = { [MARK]: image.id };
    await inner.create({ id, name: "debian", containerFormat: "bare", diskFormat: "raw", properties });
    await inner.upload(id, { sizeBytes: 4, chunks: dataOf("next").open(0) });
    const { checksum } = (await inner.get(id)) ?? {};
    inner.takeWrites();
    return { inner, images, image, id, spec: specOf({ source: { ...SOURCE, checksum: `md5:${checksum}` } }) };
  }

  it("ends with the old one deleted and the mark gone", async () => {
    const { inner, images, id, spec } = await interrupted();
    expect((await images.apply(spec)).image).toMatchObject({ id, properties: {} });
    expect((await onlyImage(inner)).id).toBe(id);
  });
  it("is refused where the old one is protected, and nothing is written", async () => {
    const { inner, images, image, spec } = await interrupted({ protected: true });
    expect(await failureOf(images.apply({ ...spec, tags: ["t"] }))).toMatchObject({
      code: "ERR_IMAGE_PROTECTED",
      imageId: image.id,
    });
    expect(inner.takeWrites()).toEqual([]);
  });
  it("ends where the spec lifts the protection", async () => {
    const { inner, images, id, spec } = await interrupted({ protected: true });
    await images.apply({ ...spec, protected: false });
    expect((await onlyImage(inner)).id).toBe(id);
  });
  it("is planned again when the mark has changed since", async () => {
    const { inner, images, image, id, spec } = await interrupted();
    const { basis: _basis, ...plan } = await images.plan(spec);
    await inner.update(id, [{ kind: "property", op: "update", name: MARK, from: image.id, to: "other" }]);
    inner.takeWrites();
    const error = await failureOf(images.apply(plan));
    expect(error).toMatchObject({ code: "ERR_PLAN_STALE", planned: image.id, observed: "other" });
    expect(String(error)).toContain(`Image ${id} does not replace image ${image.id}. Plan again`);
    expect(inner.takeWrites()).toEqual([]);
  });
  it("isn't ended where what it left has other data, or one of its other fields forces a replacement", async () => {
    const { images, image, id, spec } = await interrupted();
    const other = specOf({ source: { ...SOURCE, checksum: `md5:${"1".repeat(32)}` } });
    expect(await images.plan(other)).toMatchObject({ action: "replace", imageId: image.id, discards: [id] });
    const converted = await images.plan({ ...spec, diskFormat: "ploop" });
    expect(converted).toMatchObject({ action: "replace", imageId: image.id, discards: [id] });
    expect(converted).not.toHaveProperty("supersedes");
  });
  it("ends with one of several that it left, and without the others", async () => {
    const { inner, images, image, id, spec } = await interrupted();
    const properties = { [MARK]: image.id };
    await inner.create({
      id: "half",
      name: "debian",
      containerFormat: "bare",
      diskFormat: "raw",
      properties,
    });
    expect(await images.plan(spec)).toMatchObject({ imageId: id, supersedes: image.id, discards: ["half"] });
    await images.apply(spec);
    expect((await onlyImage(inner)).id).toBe(id);
  });
  it("says so when taking the mark off is no refusal, but a fault", async () => {
    const { inner, spec } = await interrupted();
    const fault = new TypeError("a bug");
    const update: Cloud["update"] = () => Promise.reject(fault);
    expect(await failureOf(new ImageManager({ ...inner, update }).apply(spec))).toBe(fault);
  });
  it("is planned again when what it left is somebody else's by now", async () => {
    const { inner, images, image, id } = await interrupted();
    const plan = await images.plan(specOf());
    expect(plan.discards).toEqual([id]);
    await inner.update(id, [{ kind: "property", op: "update", name: MARK, from: image.id, to: "other" }]);
    inner.takeWrites();
    const error = await failureOf(images.apply(plan));
    expect(error).toMatchObject({ code: "ERR_PLAN_STALE", observed: "other" });
    expect(String(error)).toContain(`Image ${id} is no leftover of debian any more. Plan again`);
    expect(inner.takeWrites()).toEqual([]);
  });
  it("ends where what it left is gone by itself", async () => {
    const { inner, images, image, id } = await interrupted();
    const plan = await images.plan(specOf());
    await inner.delete(id);
    expect((await images.apply(plan)).image.id).toBe(image.id);
    expect((await onlyImage(inner)).id).toBe(image.id);
  });
  it("ends even where the mark can't be taken off", async () => {
    const { inner, id, spec } = await interrupted();
    const update: Cloud["update"] = async (key, operations, options) => {
      if (operations.some(({ kind }) => kind === "property")) throw refused();
      return inner.update(key, operations, options);
    };
    expect((await new ImageManager({ ...inner, update }).apply(spec)).image.id).toBe(id);
    expect((await onlyImage(inner)).id).toBe(id);
  });
});

describe("a cloud that neither filters nor sorts", () => {
  async function unsorted() {
    let second = 0;
    const inner = cloud(() => new Date(Date.UTC(2026, 0, 1, 0, 0, second++)));
    for (const name of ["b", "c", "a"]) await inner.create({ id: `id-${name}`, name });
    return new ImageManager({
      ...inner,
      list: (_query, options) => inner.list({ sort: "id:desc" }, options),
    });
  }
  it.each([
    [{ sort: "name" } as const, ["a", "b", "c"]],
    [{ sort: "name:desc" } as const, ["c", "b", "a"]],
    [{ sort: "createdAt" } as const, ["b", "c", "a"]],
    [{ newest: true }, ["a"]],
    [{ newest: true, sort: "name" } as const, ["a"]],
  ])("is sorted for: %j", async (query, expected) => {
    const names: string[] = [];
    for await (const { name } of (await unsorted()).list(query)) names.push(name);
    expect(names).toEqual(expected);
  });
});

it("an image that is gone is no rival of the one that isn't", async () => {
  const inner = cloud();
  for (const id of ["alive", "gone"]) await inner.create({ id, name: "debian" });
  const backend: Cloud = {
    ...inner,
    async *list(query, options) {
      for await (const image of inner.list(query, options))
        yield image.id === "gone" ? { ...image, status: "deleted" } : image;
    },
  };
  expect(await new ImageManager(backend).plan({ name: "debian" })).toMatchObject({
    action: "none",
    imageId: "alive",
  });
});

it.each([
  [new Error("broken"), expect.objectContaining({ message: "broken" })],
  ["broken", "A listener threw 'broken'"],
])("a listener that throws is warned of: %o", async (thrown, warning) => {
  const emitWarning = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  onTestFinished(() => emitWarning.mockRestore());
  const images = new ImageManager(cloud());
  images.on("plan-start", () => {
    throw thrown;
  });
  await images.plan(specOf());
  expect(emitWarning).toHaveBeenCalledWith(warning, { type: "ImagewrightListenerWarning" });
});

it("five specs of one project are looked up in one listing", async () => {
  const inner = cloud();
  let listings = 0;
  const list: Cloud["list"] = (query, options) => {
    listings++;
    return inner.list(query, options);
  };
  const images = new ImageManager({ ...inner, list, projectId: "p1" });
  await images.plan(["a", "b", "c", "d", "e"].map((name) => specOf({ name })));
  expect(listings).toBe(1);
});

it("a cloud is asked for the images of one name and one project", async () => {
  const inner = cloud();
  const queries: unknown[] = [];
  const list: Cloud["list"] = (query, options) => {
    queries.push(query);
    return inner.list({}, options);
  };
  await new ImageManager({ ...inner, list, projectId: "p1" }).plan(specOf());
  expect(queries).toEqual([{ name: "debian", owner: "p1" }]);
});

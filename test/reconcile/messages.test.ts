/** What errors tell people: which object, which fact, what to do. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Image, ImageManager, type ImageQuery, type ImageSpecInput } from "../../src/index.ts";
import { type Cloud, cloud, dataOf, failureOf, recorded, specOf } from "./support/cloud.ts";

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return String(await failureOf(promise));
}

async function withImage(fields: Partial<ImageSpecInput> = {}) {
  const backend = recorded();
  const images = new ImageManager(backend);
  const { image } = await images.apply(specOf(fields));
  return { backend, images, image };
}

describe("a stale plan says", () => {
  it("that the image has changed, and to plan again", async () => {
    const { backend, images, image } = await withImage();
    const plan = await images.plan(specOf({ tags: ["t"] }));
    await backend.update(image.id, [{ kind: "tag", op: "add", tag: "u" }]);
    const message = await messageOf(images.apply(plan));
    expect(message).toContain(`Image ${image.id} (debian) has changed since the plan was made. Plan again`);
  });
  it("that the image is gone", async () => {
    const { backend, images, image } = await withImage();
    const plan = await images.plan(specOf({ tags: ["t"] }));
    await backend.delete(image.id);
    expect(await messageOf(images.apply(plan))).toContain(`${image.id} (debian) is gone`);
    expect(await failureOf(images.apply(plan))).toMatchObject({ observed: "no image" });
  });
  it("that there is an image of the name by now", async () => {
    const images = new ImageManager(cloud());
    const plan = await images.plan(specOf());
    const { image } = await images.apply(specOf());
    const message = await messageOf(images.apply(plan));
    expect(message).toContain(`creates "debian", but there is an image of that name now: ${image.id}`);
  });
});

it("a protected image says how to have it deleted", async () => {
  const { images, image } = await withImage({ protected: true });
  const error = await failureOf(images.destroy(image.id));
  expect(String(error)).toMatch(`Image ${image.id} (debian) is protected: set protected to false, or`);
  expect(error).toMatchObject({ imageId: image.id, status: "active" });
});

describe("images that can't be told apart are named", () => {
  it("by their ids where a spec is about their name, with what to do", async () => {
    const backend = cloud();
    for (const id of ["one", "two"]) await backend.create({ id, name: "debian" });
    const message = await messageOf(new ImageManager(backend).plan(specOf()));
    expect(message).toMatch(/2 images of the memory backend are named "debian": (one and two|two and one)\./);
    expect(message).toContain("Give the id of one, or delete one");
  });
  it("as many as a message has room for, and all of them as data", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    for (let count = 0; count < 10; count++) await backend.create({ id: `i${count}`, name: "debian" });
    const ten = await messageOf(images.find({ name: "debian", sort: "id" }));
    expect(ten).toMatch(/10 images answer to \{"name":"debian","sort":"id"\}: i0, i1, .*, i9$/);
    await backend.create({ id: "i91", name: "debian" });
    const error = await failureOf(images.find({ name: "debian", sort: "id" }));
    expect(String(error)).toMatch(/11 images answer to .*: i0, i1, .*, i9, …$/);
    expect(error).toMatchObject({ matches: expect.objectContaining({ length: 11 }) });
  });
});

describe("an image that isn't there", () => {
  it.each<[ImageQuery, string]>([
    [{ name: "none" }, '{"name":"none"}'],
    [{ namePattern: /^n/i, tags: ["t"] }, '{"tags":["t"],"namePattern":"/^n/i"}'],
  ])("is told by what was looked for: %j", async (query, described) => {
    const message = await messageOf(new ImageManager(cloud()).find(query));
    expect(message).toContain(`No image of the memory backend answers to ${described}`);
  });
  it("is told by its id", async () => {
    const id = randomUUID();
    const images = new ImageManager(cloud());
    expect(await messageOf(images.plan(specOf(), { id }))).toContain(`There is no image ${id}`);
    expect(await messageOf(images.get(""))).toContain("The call is invalid: id: must be the id of an image");
  });
});

describe("what doesn't go together is refused", () => {
  const specs = [specOf({ name: "a" }), specOf({ name: "b" })];
  it.each<[string, (images: ImageManager) => Promise<unknown>]>([
    ["The options of plan() are invalid: id: is for one spec", (images) => images.plan(specs, { id: "i" })],
    [
      "The options of apply() are invalid: source: is for one plan",
      (images) => images.apply(specs, { source: dataOf("x") }),
    ],
    [
      'The list of specs is invalid: 1.name: there are two specs of "debian"',
      (images) => images.apply([specOf(), specOf()]),
    ],
    [
      "The source is invalid: source.url: must be an absolute URL",
      (images) => images.apply(specOf(), { source: { url: "a" } }),
    ],
    [
      "source: is not the one that the plan was made for: plan again",
      (images) => images.apply(specOf({ source: { file: import.meta.filename } }), { source: "other" }),
    ],
  ])("%s", async (message, call) => {
    const backend = recorded();
    expect(await messageOf(call(new ImageManager(backend)))).toContain(message);
    expect(backend.takeWrites()).toEqual([]);
  });
  it("but for one of a list", async () => {
    const images = new ImageManager(cloud());
    const { image } = await images.apply(specOf());
    expect(await images.plan([specOf()], { id: image.id })).toMatchObject([{ imageId: image.id }]);
    const plan = JSON.parse(JSON.stringify(await images.plan(specOf({ name: "b" }))));
    expect(await images.apply([plan], { source: dataOf("first data") })).toHaveLength(1);
  });
  it("but for one name in two regions", async () => {
    const images = new ImageManager(cloud());
    const [one, two] = ["RegionOne", "RegionTwo"].map((region) => specOf({ name: "a", region }));
    expect(await images.plan([one, two].filter((spec) => spec !== undefined))).toHaveLength(2);
    expect(await messageOf(images.plan([specOf({ region: "r" }), specOf({ region: "r" })]))).toContain(
      "1.name",
    );
  });
});

describe("an apply says what was verified, and why not", () => {
  it.each<[string, ImageSpecInput, object]>([
    ["data", specOf(), { status: "verified", algorithm: "sha512" }],
    ["no data", { name: "a" }, { status: "skipped", reason: "the spec declares no data" }],
    [
      "data that nobody wants verified",
      specOf({ verifyChecksum: false }),
      { status: "skipped", reason: "the spec says verifyChecksum: false" },
    ],
  ])("%s", async (_what, spec, verification) => {
    const images = new ImageManager(cloud());
    expect((await images.apply(spec)).verification).toEqual(verification);
    const again = { status: "skipped", reason: "no data was sent" };
    expect((await images.apply(spec)).verification).toEqual(again);
    expect((await images.apply({ ...spec, tags: ["t"] })).verification).toEqual(again);
  });
});

describe("an image that the cloud didn't finish says", () => {
  const stuck = (status: Image["status"] | undefined): Cloud => {
    const inner = cloud();
    let uploaded = false;
    return {
      ...inner,
      async upload(id, data, options) {
        await inner.upload(id, data, options);
        uploaded = true;
      },
      async get(id, options) {
        const image = await inner.get(id, options);
        if (!uploaded || image === undefined) return image;
        return status === undefined ? undefined : { ...image, status };
      },
    };
  };
  it.each([
    ["killed", /is killed: the cloud did not keep its data/, { status: "killed" }],
    ["queued", /is queued: the cloud did not keep its data/, { status: "queued" }],
    [undefined, /is gone/, { status: "deleted" }],
  ])("how it stands: %s", async (status, message, fields) => {
    const images = new ImageManager(stuck(status));
    const error = await failureOf(images.apply(await images.plan(specOf())));
    expect(error).toMatchObject({ code: "ERR_IMAGE_FAILED", imageId: expect.any(String), ...fields });
    expect(String(error)).toMatch(message);
  });
  it("how long it has taken, and that another try may help", async () => {
    const images = new ImageManager(stuck("saving"), { statusTimeoutMs: 1 });
    const error = await failureOf(images.apply(specOf()));
    expect(error).toMatchObject({ code: "ERR_IMAGE_TIMEOUT", status: "saving", retryable: true });
    expect(String(error)).toMatch(/was still saving after 1 ms/);
  });
});

import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Backend, type Image, ImageManager } from "../../../src/index.ts";
import { type Cloud, cloud, failureOf, specOf } from "../support/cloud.ts";

/** A cloud with an image of this name, one of another, and a way to see all images differently. */
async function setUp(look: (image: Image) => Image = (image) => image) {
  const backend = cloud();
  const images = new ImageManager(seen(backend, look));
  const { image } = await new ImageManager(backend).apply(specOf());
  await new ImageManager(backend).apply(specOf({ name: "alpine" }));
  return { backend, images, image };
}

/** The cloud, which filters nothing and shows its images as they look to it. */
function seen(inner: Cloud, look: (image: Image) => Image): Backend {
  return {
    ...inner,
    async *list(_query, options) {
      for await (const image of inner.list({}, options)) yield look(image);
    },
    async get(id, options) {
      const image = await inner.get(id, options);
      return image && look(image);
    },
  };
}

it("a cloud that filters nothing shows the image of the name all the same", async () => {
  const { images, image } = await setUp();
  expect(await images.plan(specOf())).toMatchObject({ action: "none", imageId: image.id });
  expect((await images.plan(specOf({ name: "other" }))).action).toBe("create");
});

describe.each(["deleted", "pending_delete"])("an image that is %s", (status) => {
  it("is no image of its name, nor of its id", async () => {
    const { images, image } = await setUp((each) => ({ ...each, status }));
    expect((await images.plan(specOf())).action).toBe("create");
    expect((await images.plan(specOf({ id: image.id, name: "other" }))).action).toBe("create");
  });
});

it("an image of another name that has the spec's id is the one, and the one of the name is another", async () => {
  const { images, image } = await setUp();
  const plan = await images.plan(specOf({ name: "alpine", id: image.id, source: undefined }));
  expect(plan).toMatchObject({ action: "update", imageId: image.id, operations: [{ name: "name" }] });
});

it("a spec's id that no image has makes the image of its name another one", async () => {
  const { images, image } = await setUp();
  const id = randomUUID();
  expect(await images.plan(specOf({ id }))).toMatchObject({
    action: "replace",
    imageId: image.id,
    replaces: ["id"],
  });
});

it.each([[undefined], [null], [""], [7], [{}]])("%o is no id", async (input) => {
  const images = new ImageManager(cloud());
  const id = input as unknown as string;
  for (const call of [() => images.get(id), () => images.destroy(id), () => images.download(id, "nowhere")]) {
    expect(await failureOf(call())).toMatchObject({ code: "ERR_SPEC_INVALID", issues: [{ path: ["id"] }] });
  }
});

describe("members", () => {
  const members = ["p1", "p2"];
  it("that an image tells itself are asked for no more", async () => {
    const inner = cloud();
    const spec = specOf({ visibility: "shared", members });
    await new ImageManager(inner).apply(spec);
    const closed = { ...inner.members, list: () => Promise.reject(new Error("members are asked for")) };
    expect((await new ImageManager({ ...inner, members: closed }).plan(spec)).action).toBe("none");
  });
  it("that an image doesn't tell are asked for where the spec declares some", async () => {
    const { images } = await setUp(({ members: _members, ...image }) => image);
    await images.apply(specOf({ visibility: "shared", members }));
    const plan = await images.plan(specOf({ visibility: "shared", members: ["p2"] }));
    expect(plan.operations).toEqual([{ kind: "member", op: "delete", project: "p1" }]);
    expect((await images.plan(specOf({ visibility: "shared" }))).action).toBe("none");
  });
});

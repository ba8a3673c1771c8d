import { describe, expect, it } from "vitest";
import { ImageManager, type ImageSpecInput } from "../../../src/index.ts";
import { glance, IMAGES, wireImage } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";
import { type Cloud, cloud, dataOf, failureOf, imagesOf, recorded, specOf } from "../support/cloud.ts";

const PROJECT = "p1";
const FOREIGN = "foreign";

/** A cloud of several projects: the images of one of them, and those that are tagged as foreign. */
function projectCloud(inner: Cloud = cloud()): Cloud {
  const owned = <Some extends { tags: readonly string[] }>(image: Some) => ({
    ...image,
    owner: image.tags.includes(FOREIGN) ? "p2" : PROJECT,
  });
  return {
    ...inner,
    projectId: PROJECT,
    async *list({ owner, ...query }, options) {
      for await (const image of inner.list(query, options)) {
        if (owner === undefined || owned(image).owner === owner) yield owned(image);
      }
    },
    async get(id, options) {
      const image = await inner.get(id, options);
      return image && owned(image);
    },
  };
}

function specsOf(count: number): ImageSpecInput[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `image-${index}`,
    containerFormat: "bare",
    diskFormat: "raw",
    properties: { index: String(index) },
    tags: ["b", "a"],
  }));
}

describe("several specs that are in place", () => {
  it("cost one listing, and no request for an image or a change", async () => {
    const backend = recorded(projectCloud());
    const images = new ImageManager(backend);
    const specs = specsOf(200);
    await images.apply(specs);
    backend.calls.splice(0);
    const results = await images.apply(specs);
    expect(results.map(({ plan, image }) => [plan.action, image?.name])).toEqual(
      specs.map(({ name }) => ["none", name]),
    );
    expect(backend.calls).toEqual(["list"]);
  });

  it("are looked up by name when they are few", async () => {
    const backend = recorded(projectCloud());
    const images = new ImageManager(backend);
    await images.apply(specsOf(4));
    backend.calls.splice(0);
    await images.apply(specsOf(4));
    expect(backend.calls).toEqual(["list", "list", "list", "list"]);
  });

  it("are looked up by name when nobody knows the project: everybody's images would be listed", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    await images.apply(specsOf(6));
    backend.calls.splice(0);
    await images.apply(specsOf(6));
    expect(backend.calls).toEqual(specsOf(6).map(() => "list"));
  });

  it("take a request of a Glance for each page, of hidden images and of others", async () => {
    const specs = specsOf(200);
    const wire = specs.map(({ name, properties, tags }, index) =>
      wireImage({ id: `id-${index}`, name, ...properties, tags, owner: PROJECT, disk_format: "raw" }),
    );
    const network = mockNetwork();
    network.expect(
      `GET ${IMAGES}`,
      { json: { images: wire.slice(0, 100), next: "/v2/images?marker=id-99" } },
      { json: { images: wire.slice(100, 150) } },
      { json: { images: wire.slice(150).map((image) => ({ ...image, os_hidden: true })) } },
    );
    const results = await new ImageManager(glance()).apply(specs);
    expect(results.map(({ plan }) => plan.action)).toEqual(specs.map(() => "none"));
    expect(network.calls.map(({ query }) => Object.fromEntries(query))).toEqual([
      { owner: PROJECT, limit: "1000" },
      { owner: PROJECT, limit: "1000", marker: "id-99" },
      { owner: PROJECT, os_hidden: "true", limit: "1000" },
    ]);
  });
});

it("what is found in a listing is what is found by name", async () => {
  const backend = projectCloud();
  const id = "6f3b8f0e-1111-4222-8333-94a5b6c7d8e9";
  const images = new ImageManager(backend);
  await images.apply([specOf({ name: "image-0" }), specOf({ name: "image-1", tags: [FOREIGN] })]);
  await images.apply(specOf({ name: "elsewhere", id, tags: [FOREIGN] }));
  const specs = [...specsOf(6), specOf({ name: "image-7", id, source: undefined })];
  const together = await images.plan(specs);
  const alone = await Promise.all(specs.map((spec) => images.plan(spec)));
  expect(together).toEqual(alone);
  expect(together.map(({ action }) => action)).toEqual([
    "update",
    ...Array.from({ length: 5 }, () => "create"),
    "update",
  ]);
});

it("two images of one name are an error that names both, in a listing, too", async () => {
  const backend = projectCloud();
  const images = new ImageManager(backend);
  for (const id of ["a", "b"]) await backend.create({ id, name: "image-3" });
  const error = await failureOf(images.apply(specsOf(6)));
  expect(error).toMatchObject({
    code: "ERR_IMAGE_AMBIGUOUS",
    matches: [{ name: "image-3" }, { name: "image-3" }],
  });
  expect(await imagesOf(backend)).toHaveLength(2);
});

describe("an image in place", () => {
  it("is read once by apply(spec), and again by apply(plan), which is given by the user", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    await images.apply(specOf());
    backend.calls.splice(0);
    await images.apply(specOf());
    expect(backend.calls).toEqual(["list"]);
    const plan = await images.plan(specOf());
    backend.calls.splice(0);
    await images.apply(plan);
    expect(backend.calls).toEqual(["get"]);
  });

  it("and another source than the spec's is an error still", async () => {
    const images = new ImageManager(cloud());
    await images.apply(specOf());
    const other = { ...dataOf("other data"), size: 3 };
    await expect(images.apply(specOf(), { source: other })).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
    });
  });
});

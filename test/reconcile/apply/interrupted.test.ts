import { randomUUID } from "node:crypto";
import { beforeEach, expect, it } from "vitest";
import { type Image, ImageManager, NetworkError, type Plan } from "../../../src/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import {
  cloud,
  dataOf,
  imagesOf,
  onlyImage,
  type RecordedCloud,
  recorded,
  specOf,
} from "../support/cloud.ts";

beforeEach(skipWaits);

const MARK = "imagewright.replaces";
const FILE_LIKE = { ...dataOf("second data"), size: 11 };
const AFTER = specOf({ diskFormat: "ploop", source: FILE_LIKE, tags: ["t"] });

/** A cloud with the old image, and what an interrupted replacement of it left. */
async function interrupted(
  left: Partial<Image> & { readonly data?: string } = {},
): Promise<{ backend: RecordedCloud; images: ImageManager; old: Image; id: string }> {
  const backend = recorded();
  const images = new ImageManager(backend);
  const old = (await images.apply(specOf())).image;
  const { data, properties = { [MARK]: old.id }, ...fields } = left;
  const id = randomUUID();
  await backend.create({
    name: "debian",
    containerFormat: "bare",
    diskFormat: "ploop",
    ...recordOf(fields),
    id,
    properties,
  });
  if (data !== undefined) await backend.upload(id, { sizeBytes: data.length, chunks: dataOf(data).open(0) });
  backend.takeWrites();
  return { backend, images, old, id };
}

function recordOf({ name, diskFormat, protected: isProtected }: Partial<Image>): object {
  return {
    ...(name === undefined ? {} : { name }),
    ...(diskFormat === undefined ? {} : { diskFormat }),
    ...(isProtected === undefined ? {} : { protected: isProtected }),
  };
}

it("a half-made image is no image of the name, and is deleted by the next run", async () => {
  const { backend, images, old, id } = await interrupted();
  const plan = await images.plan(AFTER);
  expect(plan).toMatchObject({ action: "replace", imageId: old.id, discards: [id] });
  expect(backend.takeWrites()).toEqual([]);
  const { image } = await images.apply(plan);
  expect([old.id, id]).not.toContain(image.id);
  expect(await onlyImage(backend)).toEqual(image);
});

it("it is deleted even where the old image is as declared, and protected or not", async () => {
  const { backend, images, old } = await interrupted({ protected: true });
  const { plan } = await images.apply(specOf());
  expect(plan).toMatchObject({ action: "update", imageId: old.id, operations: [] });
  expect(await onlyImage(backend)).toMatchObject({ id: old.id, status: "active" });
  expect((await images.plan(specOf())).action).toBe("none");
});

it("a half-made image that can't be deleted stops the run before it makes another", async () => {
  const { backend, images, old, id } = await interrupted();
  const refused = new NetworkError("the connection was closed", { code: "ERR_NETWORK", phase: "request" });
  const hindered = new ImageManager({
    ...backend,
    async delete() {
      throw refused;
    },
  });
  await expect(hindered.apply(AFTER)).rejects.toBe(refused);
  expect((await imagesOf(backend)).map((image) => image.id).sort()).toEqual([old.id, id].sort());
  const { image } = await images.apply(AFTER);
  expect(await onlyImage(backend)).toEqual(image);
});

it("whatever stands in an image of another name is none of ours", async () => {
  const { backend, images } = await interrupted({ name: "another" });
  await images.apply(specOf({ tags: ["t"] }));
  expect((await imagesOf(backend)).map(({ name }) => name).sort()).toEqual(["another", "debian"]);
});

it("two images of the name without a mark stay an error", async () => {
  const { images } = await interrupted({ properties: {} });
  await expect(images.plan(AFTER)).rejects.toMatchObject({ code: "ERR_IMAGE_AMBIGUOUS" });
});

it("a mark that points to another image makes it an error, too", async () => {
  const { images } = await interrupted({ properties: { [MARK]: randomUUID() } });
  await expect(images.plan(AFTER)).rejects.toMatchObject({ code: "ERR_IMAGE_AMBIGUOUS" });
});

it("a half-made image that is somebody's by now is not deleted, and nothing is written", async () => {
  const { backend, images, id } = await interrupted();
  const plan = await images.plan(AFTER);
  await backend.update(id, [{ kind: "property", op: "delete", name: MARK }]);
  backend.takeWrites();
  await expect(images.apply(plan)).rejects.toMatchObject({ code: "ERR_PLAN_STALE" });
  expect(backend.takeWrites()).toEqual([]);
});

it("a mark that was left on the only image does no harm", async () => {
  const backend = cloud();
  const id = randomUUID();
  await backend.create({
    id,
    name: "debian",
    diskFormat: "raw",
    containerFormat: "bare",
    properties: { [MARK]: "gone" },
  });
  const images = new ImageManager(backend);
  const { image } = await images.apply(specOf({ properties: {} }));
  expect(image).toMatchObject({ id, status: "active" });
  expect((await images.plan(specOf({ properties: {} }))).action).toBe("none");
});

it("a replaced image whose successor is whole is deleted, and the successor kept", async () => {
  const { createHash } = await import("node:crypto");
  const { backend, images, old, id } = await interrupted({ data: "second data" });
  const checksum = `sha512:${createHash("sha512").update("second data").digest("hex")}` as const;
  const plan = await images.plan({ ...AFTER, source: { url: "https://example.org/a", checksum } });
  expect(plan).toMatchObject({ action: "update", imageId: id, supersedes: old.id, content: "same" });
  const throughJson: Plan = JSON.parse(JSON.stringify(plan));
  const { image } = await images.apply(throughJson);
  expect(image).toMatchObject({ id, tags: ["t"] });
  expect(Object.keys(image.properties)).not.toContain(MARK);
  expect(await onlyImage(backend)).toEqual(image);
});

it("a half-made image that is what this run would begin with is filled", async () => {
  const source = { ...dataOf("second data"), size: 11 };
  const after = { name: "debian", source };
  const { backend, images, old, id } = await interrupted({ diskFormat: "raw" });
  const plan = await images.plan(after);
  expect(plan).toMatchObject({ action: "update", imageId: id, supersedes: old.id, content: "changed" });
  const { image, verification } = await images.apply(plan, { source });
  expect(image).toMatchObject({ id, status: "active" });
  expect(verification.status).toBe("verified");
  expect(await onlyImage(backend)).toEqual(image);
});

it("what the old image has got since is not lost to a half-made one", async () => {
  const { backend, images, old, id } = await interrupted({ diskFormat: "raw" });
  await backend.update(old.id, [{ kind: "tag", op: "add", tag: "since" }]);
  const { image } = await images.apply({ name: "debian", source: { ...dataOf("second data"), size: 11 } });
  expect(image.id).not.toBe(id);
  expect((await onlyImage(backend)).tags).toEqual(["since"]);
});

it("a half-made image of another name belongs to the image that is asked for by its id", async () => {
  const { backend, images, old, id } = await interrupted({ name: "renamed" });
  const plan = await images.plan({ ...AFTER, name: "renamed" }, { id: old.id });
  expect(plan).toMatchObject({ imageId: old.id, discards: [id] });
  const { image } = await images.apply(plan);
  expect(image.name).toBe("renamed");
  expect(await onlyImage(backend)).toEqual(image);
});

it("a mark stays until the old image is gone, whatever the cloud says of its deletion", async () => {
  const { backend, images, old } = await interrupted({ data: "second data" });
  const { createHash } = await import("node:crypto");
  const checksum = `sha512:${createHash("sha512").update("second data").digest("hex")}` as const;
  const spec = { ...AFTER, source: { url: "https://example.org/a", checksum } };
  const lied = new ImageManager({ ...backend, async delete() {} });
  await expect(lied.apply(spec)).rejects.toMatchObject({ code: "ERR_IMAGE_TIMEOUT", imageId: old.id });
  const { image } = await images.apply(spec);
  expect(await onlyImage(backend)).toEqual(image);
});

it("a replacement whose old image was protected meanwhile is not ended, and nothing is lost", async () => {
  const { backend, images, old, id } = await interrupted({ data: "second data" });
  await backend.update(old.id, [
    { kind: "attribute", op: "update", name: "protected", from: false, to: true },
  ]);
  await expect(images.apply(AFTER)).rejects.toMatchObject({ code: "ERR_IMAGE_PROTECTED", imageId: old.id });
  expect((await imagesOf(backend)).map((image) => image.id)).toContain(old.id);
  const { image } = await images.apply({ ...AFTER, protected: false });
  expect(await onlyImage(backend)).toEqual(image);
  expect(id).not.toBe(old.id);
});

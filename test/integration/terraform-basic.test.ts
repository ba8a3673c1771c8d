/** What Terraform's acceptance test TestAccImagesImageV2_basic holds, and what comes beside it. */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { managerOf, projectIdOf } from "./support/cloud.ts";
import { collect } from "./support/collect.ts";
import { content, serve } from "./support/file-server.ts";
import { digest, qcow2 } from "./support/files.ts";
import { imageName, imagesNamed } from "./support/names.ts";

const GIB = 1024 ** 3;
const disk = qcow2(GIB);

test("an image from a URL has all that was declared and all that the cloud adds", async () => {
  const { origin } = await serve({ "/disk.qcow2": content(disk) });
  const images = await managerOf("demo");
  const name = imageName();
  const spec = {
    name,
    containerFormat: "bare",
    diskFormat: "qcow2",
    source: { url: `${origin}/disk.qcow2`, checksum: `sha256:${digest("sha256", disk)}` },
    minDiskGb: 2,
    minRamMb: 512,
    visibility: "private",
    protected: true,
    hidden: false,
    properties: { os_distro: "cirros", hw_disk_bus: "scsi", "a/b~c": "pointer" },
    tags: ["golden", "2026", "golden"],
  } as const;

  const { image, plan, verification } = await images.apply(spec);

  expect(plan).toMatchObject({ action: "create", name, replaces: [] });
  expect(verification).toEqual({ status: "verified", algorithm: "sha512" });
  expect(image).toMatchObject({
    name,
    status: "active",
    containerFormat: "bare",
    diskFormat: "qcow2",
    minDiskGb: 2,
    minRamMb: 512,
    visibility: "private",
    protected: true,
    hidden: false,
    properties: spec.properties,
    tags: ["2026", "golden"],
    region: "RegionOne",
    sizeBytes: disk.length,
    virtualSizeBytes: GIB,
    checksum: digest("md5", disk),
    hashAlgorithm: "sha512",
    hashValue: digest("sha512", disk),
    owner: await projectIdOf("demo"),
    file: `/v2/images/${image.id}/file`,
    schema: "/v2/schemas/image",
    stores: ["fast"],
    serverProperties: { os_hash_algo: "sha512", os_hash_value: digest("sha512", disk) },
  });
  expect(image.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(Date.parse(image.updatedAt ?? "")).toBeGreaterThanOrEqual(Date.parse(image.createdAt ?? ""));
  expect(await images.get(image.id)).toEqual(image);
  expect(await images.plan(spec)).toMatchObject({ action: "none", operations: [], content: "same" });
});

test("what an image was made from and where its data is stay out of sight of copies", async () => {
  const { origin } = await serve({ "/disk.qcow2": content(disk) });
  const images = await managerOf("demo");
  const source = { url: `${origin}/disk.qcow2`, username: "user", password: "not-to-be-told" };
  const { image, plan } = await images.apply({
    name: imageName(),
    containerFormat: "bare",
    diskFormat: "qcow2",
    source,
  });

  expect(JSON.stringify([image, plan])).not.toContain("not-to-be-told");
  expect(JSON.stringify(image)).not.toContain("file://");
  expect(image.raw).toHaveProperty("direct_url");
});

test("an absent field has the default of the creation", async () => {
  const images = await managerOf("demo");
  const { image } = await images.apply({ name: imageName(), containerFormat: "bare", diskFormat: "raw" });

  expect(image).toMatchObject({
    visibility: "private",
    protected: false,
    hidden: false,
    minDiskGb: 0,
    minRamMb: 0,
    properties: {},
    tags: [],
  });
});

test("an image gets the id that was chosen for it", async () => {
  const { origin } = await serve({ "/disk.qcow2": content(disk) });
  const images = await managerOf("demo");
  const id = randomUUID();
  const source = { url: `${origin}/disk.qcow2` };
  const spec = { name: imageName(), containerFormat: "bare", diskFormat: "qcow2", source, id } as const;

  const { image } = await images.apply({ ...spec, id: id.toUpperCase() });

  expect(image).toMatchObject({ id, status: "active" });
  expect(await images.plan(spec)).toMatchObject({ action: "none", imageId: id });
});

test("another chosen id replaces the image", async () => {
  const { origin } = await serve({ "/disk.qcow2": content(disk) });
  const images = await managerOf("demo");
  const [first, second] = [randomUUID(), randomUUID()];
  const source = { url: `${origin}/disk.qcow2` };
  const spec = { name: imageName(), containerFormat: "bare", diskFormat: "qcow2", source } as const;
  await images.apply({ ...spec, id: first });

  const plan = await images.plan({ ...spec, id: second });
  expect(plan).toMatchObject({ action: "replace", imageId: first, replaces: ["id"] });
  const { image } = await images.apply(plan);

  expect(image).toMatchObject({ id: second, status: "active" });
  expect((await imagesNamed(spec.name)).map(({ id }) => id)).toEqual([second]);
});

test("an id that a deleted image had can't be had again", async () => {
  const images = await managerOf("demo");
  const spec = { name: imageName(), containerFormat: "bare", diskFormat: "raw", id: randomUUID() } as const;
  await images.apply(spec);
  await images.destroy(spec.id);

  await expect(images.apply(spec)).rejects.toMatchObject({ code: "ERR_HTTP_CONFLICT", status: 409 });
});

test("a hidden image is found by its spec, and listed only where hidden ones are wanted", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const spec = { name, containerFormat: "bare", diskFormat: "raw", hidden: true } as const;
  const { image } = await images.apply(spec);
  const idsOf = async (query: { hidden?: boolean }) =>
    (await collect(images.list({ name, ...query }))).map(({ id }) => id);

  expect(image.hidden).toBe(true);
  expect(await images.plan(spec)).toMatchObject({ action: "none", imageId: image.id });
  expect(await idsOf({ hidden: true })).toEqual([image.id]);
  expect(await idsOf({ hidden: false })).toEqual([]);
  expect(await idsOf({})).toEqual([image.id]);

  const { image: shown } = await images.apply({ ...spec, hidden: false });
  expect(shown).toMatchObject({ id: image.id, hidden: false });
  expect(await idsOf({ hidden: false })).toEqual([image.id]);
});

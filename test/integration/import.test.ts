/** Terraform calls it an import: an image that was made otherwise comes under the care of a spec. */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { randomData, temporaryFile } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName } from "./support/names.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test("an image that was made outside is taken over by its id, its data in place", async () => {
  const data = randomData(10_000);
  const name = imageName();
  const glance = await glanceOf("demo");
  const made = await glance.create({
    name: imageName("theirs"),
    container_format: "bare",
    disk_format: "raw",
    old: "1",
  });
  await glance.upload(made.id, data);
  const images = await managerOf("demo");
  const spec = {
    name,
    ...formats,
    source: { file: await temporaryFile(data) },
    properties: { os_distro: "debian" },
  };

  const plan = await images.plan(spec, { id: made.id });
  expect(plan).toMatchObject({ action: "update", imageId: made.id, content: "same", replaces: [] });
  const { image } = await images.apply(plan);

  expect(image).toMatchObject({ id: made.id, name, status: "active", properties: { os_distro: "debian" } });
  expect(image.properties).not.toHaveProperty("old");
  expect(await images.plan(spec)).toMatchObject({ action: "none", imageId: made.id });
});

test("an image that was made outside is found by its name", async () => {
  const name = imageName();
  const made = await (await glanceOf("demo")).create({ name, container_format: "bare", disk_format: "raw" });
  const images = await managerOf("demo");

  expect(await images.plan({ name, ...formats })).toMatchObject({ action: "none", imageId: made.id });
  expect(await images.find({ name })).toMatchObject({ id: made.id, visibility: "shared" });
});

test("other data than the declared replaces it", async () => {
  const name = imageName();
  const glance = await glanceOf("demo");
  const made = await glance.create({ name, container_format: "bare", disk_format: "raw" });
  await glance.upload(made.id, randomData(10_000));
  const images = await managerOf("demo");

  const plan = await images.plan({
    name,
    ...formats,
    source: { file: await temporaryFile(randomData(10_000)) },
  });
  expect(plan).toMatchObject({
    action: "replace",
    imageId: made.id,
    replaces: ["source"],
    content: "changed",
  });
});

test("an id that is nobody's is told", async () => {
  const images = await managerOf("demo");
  await expect(images.plan({ name: imageName(), ...formats }, { id: randomUUID() })).rejects.toMatchObject({
    code: "ERR_HTTP_NOT_FOUND",
    status: 404,
  });
  expect(await images.get(randomUUID())).toBeUndefined();
});

import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test("an image is destroyed, and once more is no error", async () => {
  const images = await managerOf("demo");
  const { image } = await images.apply({ name: imageName(), ...formats });

  await images.destroy(image.id);
  expect(await images.get(image.id)).toBeUndefined();
  await images.destroy(image.id);
  await images.destroy(randomUUID());
});

test("a protected image is destroyed only by force", async () => {
  const { url, writes } = await proxyToGlance();
  const name = imageName();
  const { image } = await (await managerOf("demo")).apply({ name, ...formats, protected: true });
  const images = await managerOf("demo", { imageEndpointOverride: url });

  await expect(images.destroy(image.id)).rejects.toMatchObject({
    code: "ERR_IMAGE_PROTECTED",
    imageId: image.id,
  });
  expect(writes()).toEqual([]);
  expect(await imagesNamed(name)).toHaveLength(1);

  await images.destroy(image.id, { force: true });
  expect(await imagesNamed(name)).toEqual([]);
});

test("an image of another project is not destroyed", async () => {
  const { image } = await (await managerOf("admin")).apply({
    name: imageName(),
    ...formats,
    visibility: "public",
  });

  await expect((await managerOf("demo")).destroy(image.id)).rejects.toMatchObject({
    code: "ERR_HTTP_FORBIDDEN",
  });
  expect(await imagesNamed(image.name)).toHaveLength(1);
});

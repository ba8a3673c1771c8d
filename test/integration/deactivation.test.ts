import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { randomData, temporaryFile } from "./support/files.ts";
import { imageName } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test("an image is deactivated and reactivated, however often, and its data is closed meanwhile", async () => {
  const images = await managerOf("demo");
  const spec = {
    name: imageName(),
    ...formats,
    source: { file: await temporaryFile(randomData(1000)) },
    tags: ["a"],
  };
  const { image } = await images.apply(spec);

  for (const _time of [1, 2])
    expect(await images.deactivate(image.id)).toMatchObject({ id: image.id, status: "deactivated" });
  expect(await rejectionOf(images.download(image.id, new PassThrough()))).toMatchObject({
    name: "ImageStateError",
    code: "ERR_IMAGE_STATUS",
    status: "deactivated",
    message: expect.stringContaining("reactivate"),
    cause: { status: 403 },
  });
  for (const _time of [1, 2]) expect(await images.reactivate(image.id)).toMatchObject({ status: "active" });
  await images.download(image.id, new PassThrough().resume());
});

test("a plan leaves a deactivated image deactivated, and changes its metadata", async () => {
  const { url, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const spec = { name: imageName(), ...formats, source: { file: await temporaryFile(randomData(1000)) } };
  const { image } = await images.apply(spec);
  await images.deactivate(image.id);
  const before = writes().length;

  expect(await images.apply(spec)).toMatchObject({
    plan: { action: "none" },
    image: { status: "deactivated" },
  });
  expect(writes().slice(before)).toEqual([]);
  const changed = await images.apply({ ...spec, tags: ["t"] });
  expect(changed.image).toMatchObject({ id: image.id, status: "deactivated", tags: ["t"] });
});

test("an image without data can't be deactivated, and the error says so", async () => {
  const images = await managerOf("demo");
  const { image } = await images.apply({ name: imageName(), ...formats });
  for (const action of ["deactivate", "reactivate"] as const) {
    expect(await rejectionOf(images[action](image.id))).toMatchObject({
      name: "ImageStateError",
      code: "ERR_IMAGE_STATUS",
      imageId: image.id,
      status: "queued",
      cause: { name: "HttpError", status: 403 },
    });
  }
});

test("an image of others isn't deactivated", async () => {
  const { image } = await (await managerOf("admin")).apply({
    name: imageName(),
    ...formats,
    visibility: "public",
    source: { file: await temporaryFile(randomData(10)) },
  });
  expect(await rejectionOf((await managerOf("demo")).deactivate(image.id))).toMatchObject({
    code: "ERR_HTTP_FORBIDDEN",
  });
});

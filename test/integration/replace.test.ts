import { expect, test } from "vitest";
import { managerOf, projectIdOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { digest, randomData, temporaryFile } from "./support/files.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test.for(["create-first", "delete-first"] as const)(
  "other data replaces the image, %s",
  async (onReplace) => {
    const { url, writes } = await proxyToGlance();
    const images = await managerOf("demo", { imageEndpointOverride: url });
    const data = randomData(20_000);
    const name = imageName();
    const old = await images.apply({
      name,
      ...formats,
      source: { file: await temporaryFile(randomData(20_000)) },
      tags: ["kept"],
    });
    const before = writes().length;

    const plan = await images.plan(
      { name, ...formats, source: { file: await temporaryFile(data) } },
      { onReplace },
    );
    expect(plan).toMatchObject({ action: "replace", imageId: old.image.id, replaces: ["source"], onReplace });
    const { image, verification } = await images.apply(plan);

    expect(verification).toMatchObject({ status: "verified" });
    expect(image).toMatchObject({ status: "active", tags: ["kept"], hashValue: digest("sha512", data) });
    expect((await imagesNamed(name)).map(({ id }) => id)).toEqual([image.id]);
    const methods = writes()
      .slice(before)
      .map((write) => write.split(" ")[0]);
    expect(methods).toEqual(
      onReplace === "create-first" ? ["POST", "PUT", "DELETE", "PATCH"] : ["DELETE", "POST", "PUT"],
    );
  },
);

test("another format replaces the image", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const source = { file: await temporaryFile(randomData(1000)) };
  const { image: old } = await images.apply({ name, ...formats, source });

  // A format that no cloud can tell from raw data.
  const plan = await images.plan({ name, ...formats, diskFormat: "ploop", source });
  expect(plan).toMatchObject({ action: "replace", imageId: old.id, replaces: ["diskFormat"] });
  expect((await images.apply(plan)).image).toMatchObject({ status: "active", diskFormat: "ploop" });
  expect(await imagesNamed(name)).toHaveLength(1);
});

test("the format of an image without data changes in place", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const { image: old } = await images.apply({ name, ...formats });

  const { image, plan } = await images.apply({ name, ...formats, diskFormat: "qcow2" });
  expect(plan).toMatchObject({ action: "update", replaces: [] });
  expect(image).toMatchObject({ id: old.id, diskFormat: "qcow2" });
});

test("a replacement that is not wanted is refused at the plan", async () => {
  const { url, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const name = imageName();
  await images.apply({ name, ...formats, source: { file: await temporaryFile(randomData(1000)) } });
  const before = writes().length;

  const source = { file: await temporaryFile(randomData(1000)) };
  const error = await rejectionOf(images.plan({ name, ...formats, source }, { onReplace: "refuse" }));
  expect(error).toMatchObject({ code: "ERR_UNSUPPORTED" });
  expect(String(error)).toContain("source");
  expect(writes().slice(before)).toEqual([]);
});

test("a replacement that fails leaves the image that is there", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const { image: old } = await images.apply({
    name,
    ...formats,
    source: { file: await temporaryFile(randomData(1000)) },
  });
  const file = await temporaryFile(randomData(1000));
  const wrong = { file, checksum: `sha256:${"0".repeat(64)}` };

  await expect(images.apply({ name, ...formats, source: wrong })).rejects.toMatchObject({
    code: "ERR_DIGEST_MISMATCH",
  });
  expect((await imagesNamed(name)).map(({ id, status }) => [id, status])).toEqual([[old.id, "active"]]);
});

test("a protected image is replaced only by a spec that lifts the protection", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const { image: old } = await images.apply({
    name,
    ...formats,
    protected: true,
    source: { file: await temporaryFile(randomData(1000)) },
  });
  const source = { file: await temporaryFile(randomData(1000)) };

  await expect(images.apply({ name, ...formats, source })).rejects.toMatchObject({
    code: "ERR_IMAGE_PROTECTED",
    imageId: old.id,
  });
  expect((await imagesNamed(name)).map(({ id }) => id)).toEqual([old.id]);
  const { image } = await images.apply({ name, ...formats, source, protected: false });
  expect((await imagesNamed(name)).map(({ id }) => id)).toEqual([image.id]);
});

test("what a spec does not speak of is on the new image as it was on the old", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const other = await projectIdOf("other");
  await images.apply({
    name,
    ...formats,
    source: { file: await temporaryFile(randomData(1000)) },
    minDiskGb: 3,
    minRamMb: 128,
    hidden: true,
    visibility: "shared",
    description: "kept",
    properties: { os_distro: "debian" },
    tags: ["kept"],
    members: [other],
  });

  const { image, plan } = await images.apply({
    name,
    ...formats,
    source: { file: await temporaryFile(randomData(1000)) },
  });

  expect(plan.action).toBe("replace");
  expect(image).toMatchObject({
    minDiskGb: 3,
    minRamMb: 128,
    hidden: true,
    visibility: "shared",
    description: "kept",
    properties: { os_distro: "debian" },
    tags: ["kept"],
  });
  expect(await (await managerOf("other")).get(image.id)).toMatchObject({ id: image.id });
});

/** What a process that was killed left behind, the next one finishes. */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { content, serve } from "./support/file-server.ts";
import { digest, inParts, MIB, randomData, temporaryFile } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName, imagesNamed } from "./support/names.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(2 * MIB);

test("a queued image of our name gets our data, under the same id", async () => {
  const { origin } = await serve({ "/disk": content(data) });
  const images = await managerOf("demo");
  const glance = await glanceOf("demo");
  const sources = [
    { file: await temporaryFile(data) },
    { url: `${origin}/disk` },
    { open: () => inParts(data), size: data.length },
    { open: () => inParts(data) },
  ];
  for (const source of sources) {
    const name = imageName();
    const { id } = await glance.create({
      name,
      container_format: "bare",
      disk_format: "raw",
      "imagewright.source": "old",
    });
    const spec = { name, ...formats, source, tags: ["ours"] };

    const { image, plan, verification } = await images.apply(spec);

    expect(plan).toMatchObject({ action: "update", imageId: id, content: "changed" });
    expect(verification).toEqual({ status: "verified", algorithm: "sha512" });
    expect(image).toMatchObject({ id, status: "active", tags: ["ours"], hashValue: digest("sha512", data) });
    expect(await imagesNamed(name)).toHaveLength(1);
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
  }
});

test("a queued image of other formats is made right in place", async () => {
  const name = imageName();
  const { id } = await (await glanceOf("demo")).create({ name });
  const source = { file: await temporaryFile(data) };
  const { image } = await (await managerOf("demo")).apply({ name, ...formats, source });

  expect(image).toMatchObject({ id, status: "active", ...formats });
});

test("a failure leaves the queued image of a chosen id for the next attempt", async () => {
  const images = await managerOf("demo");
  const id = randomUUID();
  const file = await temporaryFile(data);
  const spec = { name: imageName(), ...formats, id };
  const wrong = { file, checksum: `sha256:${"0".repeat(64)}` };

  await expect(images.apply({ ...spec, source: wrong })).rejects.toMatchObject({
    code: "ERR_DIGEST_MISMATCH",
  });
  const { image } = await images.apply({ ...spec, source: { file } });
  expect(image).toMatchObject({ id, status: "active" });
});

test("an image that somebody else is just filling is waited for", async () => {
  const glance = await glanceOf("demo");
  const images = await managerOf("demo");
  const name = imageName();
  const { id } = await glance.create({ name, container_format: "bare", disk_format: "raw" });
  const large = randomData(48 * MIB);
  const upload = glance.upload(id, large);
  const source = { file: await temporaryFile(large) };
  const statuses: string[] = [];
  images.on("image-status", ({ status }) => statuses.push(status));
  while ((await glance.get(id))?.status === "queued");
  const { image, plan } = await images.apply({ name, ...formats, source, tags: ["late"] });
  await upload;

  expect(image).toMatchObject({ id, status: "active", tags: ["late"] });
  expect(plan).toMatchObject({ content: "same" });
  expect((await glance.get(id))?.["tags"]).toEqual(["late"]);
});

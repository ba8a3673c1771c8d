/** What tempest's BasicOperationsImagesTest holds. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { backendOf, managerOf } from "./support/cloud.ts";
import { digest, MIB, randomData, temporaryDirectory, temporaryFile } from "./support/files.ts";
import { imageName } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test("an image without a source is a queued record without data", async () => {
  const images = await managerOf("demo");
  const directory = await temporaryDirectory();
  const { image, verification } = await images.apply({ name: imageName(), ...formats });

  expect(image).toMatchObject({ status: "queued", ...formats });
  expect(image.sizeBytes).toBeUndefined();
  expect(image.checksum).toBeUndefined();
  expect(image.hashValue).toBeUndefined();
  expect(verification).toMatchObject({ status: "skipped" });

  const noData = { name: "TransferError", code: "ERR_TRANSFER_INCOMPLETE" };
  await expect((await backendOf("demo")).download?.(image.id)).rejects.toMatchObject(noData);
  await expect(images.download(image.id, join(directory, "disk.img"))).rejects.toMatchObject(noData);
  expect(await readdir(directory)).toEqual([]);
});

test("an image that gets a source later gets its data", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const data = randomData(MIB);
  const { image: record } = await images.apply({ name, ...formats });
  const { image, plan } = await images.apply({
    name,
    ...formats,
    source: { file: await temporaryFile(data) },
  });

  expect(plan).toMatchObject({ action: "update", content: "changed", imageId: record.id });
  expect(image).toMatchObject({ id: record.id, status: "active", hashValue: digest("sha512", data) });
});

test("the data comes back as it went", async () => {
  const images = await managerOf("demo");
  const data = randomData(3 * MIB + 1);
  const { image } = await images.apply({
    name: imageName(),
    ...formats,
    source: { file: await temporaryFile(data) },
  });
  const directory = await temporaryDirectory();
  const path = join(directory, "disk.img");

  expect(await images.download(image.id, path)).toMatchObject({ id: image.id });
  expect((await readFile(path)).equals(data)).toBe(true);
  expect(await readdir(directory)).toEqual(["disk.img"]);

  const stream = new PassThrough();
  const [received] = await Promise.all([buffer(stream), images.download(image.id, stream)]);
  expect(received.equals(data)).toBe(true);

  await images.destroy(image.id);
  await expect(images.download(image.id, path)).rejects.toMatchObject({ code: "ERR_HTTP_NOT_FOUND" });
  expect((await readFile(path)).equals(data)).toBe(true);
});

test("a download that comes altered or cut leaves no file", async () => {
  const data = randomData(MIB);
  const { image } = await (await managerOf("demo")).apply({
    name: imageName(),
    ...formats,
    source: { file: await temporaryFile(data) },
  });
  const directory = await temporaryDirectory();
  const answers = [
    { body: data.toString("latin1").replace(/^./s, "!"), code: "ERR_DIGEST_MISMATCH" },
    { body: data.toString("latin1").slice(1), code: "ERR_SIZE_MISMATCH" },
    { body: "<html>not an image</html>", code: "ERR_SIZE_MISMATCH" },
  ];
  for (const { body, code } of answers) {
    const { url } = await proxyToGlance(({ path }) =>
      path.endsWith("/file") ? { answer: { status: 200, body: Buffer.from(body, "latin1") } } : undefined,
    );
    const images = await managerOf("demo", { imageEndpointOverride: url });
    await expect(images.download(image.id, join(directory, "disk.img"))).rejects.toMatchObject({ code });
    expect(await readdir(directory)).toEqual([]);
  }
});

test("an image lives through its statuses in order", async () => {
  const images = await managerOf("demo");
  const events: string[] = [];
  images.on("action-start", ({ action }) => events.push(`start ${action}`));
  images.on("upload-start", () => events.push("upload-start"));
  images.on("upload-end", ({ transferredBytes }) => events.push(`upload-end ${transferredBytes}`));
  images.on("image-status", ({ status }) => events.push(status));
  images.on("action-end", ({ action }) => events.push(`end ${action}`));
  const { image } = await images.apply({
    name: imageName(),
    ...formats,
    source: { file: await temporaryFile(randomData(MIB)) },
  });
  await images.destroy(image.id);

  expect(events).toEqual([
    "start create",
    "queued",
    "upload-start",
    `upload-end ${MIB}`,
    "active",
    "end create",
    "start delete",
    "end delete",
  ]);
});

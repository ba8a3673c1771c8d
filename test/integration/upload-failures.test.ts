/** What can happen to an upload between here and Glance. */
import { expect, test } from "vitest";
import type { ImageManager } from "../../src/index.ts";
import { managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { digest, inParts, MIB, randomData, temporaryFile } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { type Interference, proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(24 * MIB);
const quota = { status: 413, headers: { "x-openstack-request-id": "req-quota" }, body: "quota exceeded" };

/** A manager whose uploads are interfered with, the first so many of them. */
async function disturbed(
  interference: Interference,
  times = Number.POSITIVE_INFINITY,
): Promise<ImageManager> {
  let count = 0;
  const { url } = await proxyToGlance(({ method }) => {
    if (method !== "PUT" || count >= times) return undefined;
    count += 1;
    return interference;
  });
  return managerOf("demo", { imageEndpointOverride: url });
}

async function failureOf(interference: Interference): Promise<unknown> {
  const images = await disturbed(interference);
  const name = imageName();
  const source = { open: () => inParts(data), size: data.length };
  const error = await rejectionOf(images.apply({ name, ...formats, source }));
  expect(await imagesNamed(name)).toEqual([]);
  return error;
}

test.for([1, MIB, 10 * MIB, data.length - MIB])(
  "a refusal after %s bytes is the refusal, not a broken pipe",
  async (bytes) => {
    for (let round = 0; round < 3; round++) {
      const error = await failureOf({ answer: quota, answerAfterBytes: bytes });
      expect(error).toMatchObject({
        name: "HttpError",
        code: "ERR_HTTP_QUOTA",
        status: 413,
        requestId: "req-quota",
      });
      expect(String(error)).toContain("quota exceeded");
    }
  },
);

test("a refusal of data whose size nobody knows", async () => {
  const images = await disturbed({ answer: quota, answerAfterBytes: MIB });
  const name = imageName();
  const error = await rejectionOf(images.apply({ name, ...formats, source: { open: () => inParts(data) } }));
  expect(error).toMatchObject({ code: "ERR_HTTP_QUOTA", status: 413 });
  expect(await imagesNamed(name)).toEqual([]);
});

test("a refusal before the body reads no more of the source than was looked into", async () => {
  const images = await disturbed({ answer: quota });
  let parts = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const part of inParts(data)) {
      parts++;
      yield part;
    }
  }
  const name = imageName();
  expect(await rejectionOf(images.apply({ name, ...formats, source: { open: counted } }))).toMatchObject({
    code: "ERR_HTTP_QUOTA",
  });
  expect(parts).toBe(1);
  expect(await imagesNamed(name)).toEqual([]);
});

test.for([0, 1, 10 * MIB, data.length - MIB])(
  "a connection that is cut after %s bytes",
  async (cutAfterBytes) => {
    expect(await failureOf({ cutAfterBytes })).toMatchObject({
      name: "NetworkError",
      code: "ERR_NETWORK",
      phase: "upload",
    });
  },
);

test.for([
  { status: 403, code: "ERR_HTTP_FORBIDDEN" },
  { status: 409, code: "ERR_HTTP_CONFLICT" },
  { status: 410, code: "ERR_HTTP_NOT_FOUND" },
  { status: 415, code: "ERR_FORMAT_MISMATCH" },
  { status: 500, code: "ERR_HTTP_STATUS" },
  { status: 503, code: "ERR_HTTP_UNAVAILABLE" },
])("$status is told as $code", async ({ status, code }) => {
  expect(await failureOf({ answer: { status }, answerAfterBytes: MIB })).toMatchObject({ code });
});

test("data that arrives altered is found, and the image does not stay", async () => {
  const flip = (part: Buffer): Buffer => Buffer.from(part).fill((part[0] ?? 0) ^ 1, 0, 1);
  expect(await failureOf({ alter: flip })).toMatchObject({
    name: "TransferError",
    code: "ERR_DIGEST_MISMATCH",
  });
});

test("data that arrives altered in an image that was there is found, and it is not left active", async () => {
  const flip = (part: Buffer): Buffer => Buffer.from(part).fill((part[0] ?? 0) ^ 1, 0, 1);
  const images = await disturbed({ alter: flip });
  const name = imageName();
  await (await glanceOf("demo")).create({ name, container_format: "bare", disk_format: "raw" });
  const source = { file: await temporaryFile(data) };

  await expect(images.apply({ name, ...formats, source })).rejects.toMatchObject({
    code: "ERR_DIGEST_MISMATCH",
  });
  expect((await imagesNamed(name)).filter(({ status }) => status === "active")).toEqual([]);
});

test("an upload whose answer is lost is known by what the cloud has", async () => {
  const images = await disturbed({ loseAnswer: true }, 1);
  const name = imageName();
  const { image, verification } = await images.apply({
    name,
    ...formats,
    source: { file: await temporaryFile(data) },
  });

  expect(verification).toEqual({ status: "verified", algorithm: "sha512" });
  expect(image.hashValue).toBe(digest("sha512", data));
  expect((await imagesNamed(name)).map(({ id, status }) => [id, status])).toEqual([[image.id, "active"]]);
});

test("an image whose creation was answered to nobody is not made twice", async () => {
  let lost = false;
  const { url } = await proxyToGlance(({ method }) => {
    if (method !== "POST" || lost) return undefined;
    lost = true;
    return { loseAnswer: true };
  });
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const name = imageName();
  const { image } = await images.apply({ name, ...formats, source: { file: await temporaryFile(data) } });

  expect(lost).toBe(true);
  expect((await imagesNamed(name)).map(({ id, status }) => [id, status])).toEqual([[image.id, "active"]]);
});

test("a passing refusal of a question is asked again", async () => {
  let refusals = 0;
  const { url } = await proxyToGlance(({ method }) => {
    if (method !== "GET" || refusals >= 2) return undefined;
    refusals += 1;
    return { answer: { status: 503, headers: { "retry-after": "0" } } };
  });
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const retries: (number | undefined)[] = [];
  images.on("request-retry", ({ status }) => retries.push(status));

  expect(await images.plan({ name: imageName(), ...formats })).toMatchObject({ action: "create" });
  expect(retries).toEqual([503, 503]);
});

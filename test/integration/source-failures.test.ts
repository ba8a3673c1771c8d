/** Sources that are not what they should be: a typed error, and nothing left behind in the cloud. */
import { appendFile, truncate, utimes } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Source } from "../../src/index.ts";
import { managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import {
  content,
  cutChunkedContent,
  type Handler,
  redirect,
  serve,
  truncatedContent,
} from "./support/file-server.ts";
import { inParts, MIB, randomData, temporaryFile } from "./support/files.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(2 * MIB + 5);

async function failureOf(source: Source): Promise<unknown> {
  const images = await managerOf("demo");
  const name = imageName();
  const error = await rejectionOf(images.apply({ name, ...formats, source, protected: true }));
  expect(await imagesNamed(name)).toEqual([]);
  return error;
}

async function failureOfUrl(handler: Handler): Promise<unknown> {
  const { origin } = await serve({ "/disk": handler });
  return failureOf({ url: `${origin}/disk` });
}

test.for([
  { status: 401, code: "ERR_HTTP_STATUS" },
  { status: 403, code: "ERR_HTTP_FORBIDDEN" },
  { status: 404, code: "ERR_HTTP_NOT_FOUND" },
  { status: 410, code: "ERR_HTTP_NOT_FOUND" },
  { status: 429, code: "ERR_HTTP_RATE_LIMITED" },
  { status: 500, code: "ERR_HTTP_STATUS" },
  { status: 503, code: "ERR_HTTP_UNAVAILABLE" },
])("a URL that answers $status", async ({ status, code }) => {
  const error = await failureOfUrl((_request, response) => response.writeHead(status).end("an error page"));
  expect(error).toMatchObject({ name: "HttpError", code, status, method: "GET" });
});

test("a URL that nobody listens at", async () => {
  const error = await failureOf({ url: "http://127.0.0.1:1/disk" });
  expect(error).toMatchObject({ name: "NetworkError", code: "ERR_NETWORK", phase: "download" });
});

test("a URL that hangs up before it answers", async () => {
  const error = await failureOfUrl((request) => request.destroy());
  expect(error).toMatchObject({ name: "NetworkError", code: "ERR_NETWORK", phase: "download" });
});

test("a URL that redirects in a circle", async () => {
  expect(await failureOfUrl(redirect("/disk"))).toMatchObject({
    name: "TransferError",
    code: "ERR_URL_REFUSED",
  });
});

test("a URL that redirects to no web server", async () => {
  expect(await failureOfUrl(redirect("file:///etc/hostname"))).toMatchObject({ code: "ERR_URL_REFUSED" });
});

test.for([0, 1, MIB, data.length - 1])("a body that ends after %s of its bytes", async (afterBytes) => {
  const error = await failureOfUrl(truncatedContent(data, afterBytes));
  expect(error).toMatchObject({
    name: "TransferError",
    code: "ERR_TRANSFER_INCOMPLETE",
    expected: data.length,
  });
  // What came last may be lost with the connection.
  expect(error).toHaveProperty(
    "offset",
    expect.toSatisfy((offset: number) => offset <= afterBytes),
  );
});

test("a body without a length that is cut", async () => {
  expect(await failureOfUrl(cutChunkedContent(data, MIB))).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
});

test("a body without a byte", async () => {
  const empty = Buffer.alloc(0);
  const chunked: Handler = (_request, response) =>
    response.writeHead(200, { "transfer-encoding": "chunked" }).end();
  expect(await failureOfUrl(content(empty))).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE", actual: 0 });
  expect(await failureOfUrl(chunked)).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE", actual: 0 });
});

test.for(["md5", "sha256", "sha512"])("a wrong checksum of %s", async (algorithm) => {
  const { origin } = await serve({ "/disk": content(data) });
  const file = await temporaryFile(data);
  const digits = { md5: 32, sha256: 64, sha512: 128 }[algorithm] ?? 0;
  const checksum = `${algorithm}:${"0".repeat(digits)}`;
  const mismatch = { name: "TransferError", code: "ERR_DIGEST_MISMATCH", expected: checksum };

  expect(await failureOf({ url: `${origin}/disk`, checksum })).toMatchObject(mismatch);
  expect(await failureOf({ file, checksum })).toMatchObject(mismatch);
});

test.for([
  { size: data.length + 1, how: "shorter" },
  { size: data.length - 1, how: "longer" },
  { size: 1, how: "much longer" },
])("a program's data that is $how than it said", async ({ size }) => {
  expect(await failureOf({ open: () => inParts(data), size })).toMatchObject({
    name: "TransferError",
    code: "ERR_SIZE_MISMATCH",
    expected: size,
  });
});

test("a program without a byte", async () => {
  const nothing = (): AsyncIterable<Uint8Array> => inParts(Buffer.alloc(0));
  expect(await failureOf({ open: nothing })).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE", actual: 0 });
  expect(await failureOf({ open: nothing, size: 0 })).toMatchObject({
    code: "ERR_TRANSFER_INCOMPLETE",
    actual: 0,
  });
  expect(await failureOf({ open: nothing, size: 5 })).toMatchObject({ name: "TransferError" });
});

test("a program that fails on its way", async () => {
  const reason = new Error("the disk is broken");
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield data.subarray(0, MIB);
    throw reason;
  }
  expect(await failureOf({ open: failing })).toBe(reason);
  expect(await failureOf({ open: failing, size: data.length })).toBe(reason);
});

test("a program that yields something else than bytes", async () => {
  async function* texts(): AsyncGenerator<Uint8Array> {
    yield data.subarray(0, 10);
    yield "text" as unknown as Uint8Array;
  }
  expect(await failureOf({ open: texts })).toMatchObject({ name: "TransferError" });
});

test("a file that changes while it is read", async () => {
  const shorter = await temporaryFile(randomData(8 * MIB));
  const longer = await temporaryFile(randomData(8 * MIB));
  const touched = await temporaryFile(randomData(8 * MIB));
  const changes: readonly (readonly [file: string, change: () => Promise<void>])[] = [
    [shorter, () => truncate(shorter, 5 * MIB)],
    [longer, () => appendFile(longer, "more")],
    [touched, () => utimes(touched, 1, 1)],
  ];
  for (const [file, change] of changes) {
    const images = await managerOf("demo");
    const name = imageName();
    let changing: Promise<void> | undefined;
    images.on("upload-start", () => {
      changing = change();
    });
    const error = await rejectionOf(images.apply({ name, ...formats, source: { file } }));
    await changing;
    expect(error).toMatchObject({ name: "TransferError" });
    expect(await imagesNamed(name)).toEqual([]);
  }
});

test("a protected image of which Glance keeps the protection a moment longer", async () => {
  // Glance saves the image as it was before the upload when it sees, late, that the upload is over.
  const lifted = Promise.withResolvers<void>();
  let deletions = 0;
  const { url } = await proxyToGlance(async ({ method }) => {
    if (method === "PUT") return { lingers: Promise.race([lifted.promise, sleep(2000)]) };
    if (method !== "DELETE") return undefined;
    lifted.resolve();
    deletions += 1;
    if (deletions === 1) await sleep(500);
    return undefined;
  });
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const name = imageName();
  const source = { open: () => inParts(data), size: data.length + 1 };

  expect(await rejectionOf(images.apply({ name, ...formats, source, protected: true }))).toMatchObject({
    code: "ERR_SIZE_MISMATCH",
  });
  expect(await imagesNamed(name)).toEqual([]);
});

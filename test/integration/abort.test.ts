/** An abort rejects with the signal's own reason, and leaves no image, no listener and no connection behind. */
import { getEventListeners } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { ImageManager, ImageSpecInput } from "../../src/index.ts";
import { managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { type Handler, serve } from "./support/file-server.ts";
import { inParts, MIB, randomData, temporaryDirectory, temporaryFile } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { type PassingRequest, proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const reason = new Error("enough");
const data = randomData(4 * MIB);
const PART = 64 * 1024;

function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

/** A program's data that aborts when this many bytes were asked for. */
async function* abortingAt(controller: AbortController, bytes: number): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const part of inParts(data, PART)) {
    if (given >= bytes) controller.abort(reason);
    given += part.length;
    yield part;
  }
}

test("before anything", async () => {
  const { url, requests } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const signal = AbortSignal.abort(reason);
  const spec = { name: imageName(), ...formats };

  expect(await rejectionOf(images.plan(spec, { signal }))).toBe(reason);
  expect(await rejectionOf(images.apply(spec, { signal }))).toBe(reason);
  expect(await rejectionOf(images.apply([spec], { signal }))).toBe(reason);
  expect(await rejectionOf(images.get("x", { signal }))).toBe(reason);
  expect(await rejectionOf(images.find({}, { signal }))).toBe(reason);
  expect(await rejectionOf(images.destroy("x", { signal }))).toBe(reason);
  expect(await rejectionOf(images.download("x", "/nowhere", { signal }))).toBe(reason);
  expect(requests).toEqual([]);
});

test.for<[when: string, matches: (request: PassingRequest) => boolean]>([
  ["while images are looked up", ({ method, path }) => method === "GET" && path.includes("os_hidden=true")],
  ["while the record is made", ({ method }) => method === "POST"],
  ["when the upload begins", ({ method }) => method === "PUT"],
  ["while the image is waited for", ({ method, path }) => method === "GET" && /\/images\/[^/?]+$/.test(path)],
])("%s", async ([, matches]) => {
  const controller = new AbortController();
  let seen = false;
  const { url } = await proxyToGlance(async (request) => {
    if (seen || !matches(request)) return undefined;
    seen = true;
    controller.abort(reason);
    await sleep(50);
    return undefined;
  });
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const name = imageName();
  const source = { file: await temporaryFile(data) };

  expect(await rejectionOf(images.apply({ name, ...formats, source }, { signal: controller.signal }))).toBe(
    reason,
  );
  expect(seen).toBe(true);
  expect(await imagesNamed(name)).toEqual([]);
  expect(listenersOf(controller.signal)).toBe(0);
});

test("while the record of an image without data is made", async () => {
  const controller = new AbortController();
  const { url } = await proxyToGlance(async ({ method }) => {
    if (method === "POST") controller.abort(reason);
    return undefined;
  });
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const name = imageName();

  expect(await rejectionOf(images.apply({ name, ...formats }, { signal: controller.signal }))).toBe(reason);
  expect(await imagesNamed(name)).toEqual([]);
});

test.for([0, 1, MIB, 3 * MIB, data.length - PART])("when %s bytes were uploaded", async (bytes) => {
  const images = await managerOf("demo");
  for (const size of [data.length, undefined]) {
    const controller = new AbortController();
    const { signal } = controller;
    const name = imageName();
    const source = { open: () => abortingAt(controller, bytes), size };

    expect(await rejectionOf(images.apply({ name, ...formats, source }, { signal }))).toBe(reason);
    expect(await imagesNamed(name)).toEqual([]);
    expect(listenersOf(signal)).toBe(0);
  }
});

test("when a protected image was uploaded half", async () => {
  const images = await managerOf("demo");
  for (let round = 0; round < 5; round++) {
    const controller = new AbortController();
    const { signal } = controller;
    const name = imageName();
    const source = { open: () => abortingAt(controller, 2 * MIB), size: data.length };

    expect(await rejectionOf(images.apply({ name, ...formats, source, protected: true }, { signal }))).toBe(
      reason,
    );
    expect(await imagesNamed(name)).toEqual([]);
  }
});

test("while a program keeps its data to itself", async () => {
  const controller = new AbortController();
  async function* stalling(): AsyncGenerator<Uint8Array> {
    yield data.subarray(0, MIB);
    setTimeout(() => controller.abort(reason), 100);
    await new Promise(() => undefined);
  }
  const images = await managerOf("demo");
  const name = imageName();
  const { signal } = controller;

  expect(await rejectionOf(images.apply({ name, ...formats, source: { open: stalling } }, { signal }))).toBe(
    reason,
  );
  expect(await imagesNamed(name)).toEqual([]);
  expect(listenersOf(signal)).toBe(0);
});

test.for(["before its answer", "within its body"])("while a web server is silent %s", async (when) => {
  const controller = new AbortController();
  const closed = vi.fn();
  const silent: Handler = (_request, response) => {
    if (when === "within its body")
      response.writeHead(200, { "content-length": data.length }).write(data.subarray(0, MIB));
    response.on("close", closed);
    setTimeout(() => controller.abort(reason), 200);
  };
  const { origin } = await serve({ "/disk": silent });
  const images = await managerOf("demo");
  const name = imageName();
  const { signal } = controller;

  expect(await rejectionOf(images.apply({ name, ...formats, source: `${origin}/disk` }, { signal }))).toBe(
    reason,
  );
  expect(await imagesNamed(name)).toEqual([]);
  expect(listenersOf(signal)).toBe(0);
  await vi.waitFor(() => expect(closed).toHaveBeenCalled());
});

test("while an image is downloaded", async () => {
  const images = await managerOf("demo");
  const { image } = await images.apply({
    name: imageName(),
    ...formats,
    source: { file: await temporaryFile(data) },
  });
  const controller = new AbortController();
  const { signal } = controller;
  const { url } = await proxyToGlance(async ({ path }) => {
    if (path.endsWith("/file")) controller.abort(reason);
    return undefined;
  });
  const throughProxy = await managerOf("demo", { imageEndpointOverride: url });
  const directory = await temporaryDirectory();

  expect(await rejectionOf(throughProxy.download(image.id, join(directory, "disk.img"), { signal }))).toBe(
    reason,
  );
  expect(await readdir(directory)).toEqual([]);
  expect(listenersOf(signal)).toBe(0);
});

test("a replacement leaves the image that is there", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const { image } = await images.apply({
    name,
    ...formats,
    source: { file: await temporaryFile(randomData(MIB)) },
  });
  const controller = new AbortController();
  const { signal } = controller;
  const source = { open: () => abortingAt(controller, 2 * MIB), size: data.length };

  expect(await rejectionOf(images.apply({ name, ...formats, source }, { signal }))).toBe(reason);
  expect((await imagesNamed(name)).map(({ id, status }) => [id, status])).toEqual([[image.id, "active"]]);
});

test("several at once leave nothing behind", async () => {
  const images = await managerOf("demo");
  const controller = new AbortController();
  const specs = Array.from({ length: 4 }, () => ({
    name: imageName(),
    ...formats,
    source: { open: () => abortingAt(controller, 3 * MIB), size: data.length },
  }));

  expect(await rejectionOf(images.apply(specs, { signal: controller.signal, concurrency: 3 }))).toBe(reason);
  for (const { name } of specs) expect(await imagesNamed(name)).toEqual([]);
  expect(listenersOf(controller.signal)).toBe(0);
});

test("at any moment, an image that is changed is the one or the other, and the next apply makes it right", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const { image } = await images.apply({ name, ...formats, properties: { a: "0", b: "0" } });
  const glance = await glanceOf("demo");
  for (let round = 1; round <= 10; round++) {
    const value = String(round);
    const spec = { name, ...formats, properties: { a: value, b: value } };
    await abortedAfter(images, spec, round * 4);
    const seen = await glance.get(image.id);
    expect(seen?.["a"]).toBe(seen?.["b"]);
    await images.apply(spec);
    expect(await glance.get(image.id)).toMatchObject(spec.properties);
  }
});

async function abortedAfter(images: ImageManager, spec: ImageSpecInput, ms: number): Promise<void> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(reason), ms);
  await images.apply(spec, { signal: controller.signal }).catch(() => undefined);
  clearTimeout(timer);
}

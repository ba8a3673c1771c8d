/** The cloud fetches the data by itself. */
import { expect, test } from "vitest";
import { formatPlan, ImageManager, type ImageSpecInput } from "../../src/index.ts";
import { authOf, backendOf, managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import {
  chunkedContent,
  content,
  cutChunkedContent,
  type Handler,
  serve,
  truncatedContent,
} from "./support/file-server.ts";
import { digest, MIB, randomData } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { revived } from "./support/plans.ts";
import { applyInProcess } from "./support/processes.ts";
import { type PassingRequest, proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(4 * MIB);

/** Answers when it is told to, as a slow server does. */
function heldContent(body: Uint8Array): {
  readonly handler: Handler;
  readonly asked: Promise<void>;
  release(): void;
} {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const handler: Handler = (_request, response) => {
    response.writeHead(200, { "content-length": body.length });
    response.write(body.subarray(0, 1000));
    asked.resolve();
    released.promise.then(() => response.end(body.subarray(1000)));
  };
  return { handler, asked: asked.promise, release: () => released.resolve() };
}

test("what is behind a URL goes to the default store, and a second run does nothing", async () => {
  const { origin, requests } = await serve({ "/disk": content(data) });
  const images = await managerOf("demo");
  const spec = { name: imageName(), ...formats, source: { webDownload: `${origin}/disk` }, tags: ["a"] };
  const statuses: string[] = [];
  const progress: (number | undefined)[][] = [];
  images.on("image-status", ({ status }) => statuses.push(status));
  images.on("upload-progress", ({ transferredBytes, totalBytes }) =>
    progress.push([transferredBytes, totalBytes]),
  );

  const plan = await images.plan(spec);
  expect(formatPlan(plan, { color: false })).toContain("(raw, by web-download)");
  const result = await images.apply(plan);

  expect(result).toMatchObject({
    method: "web-download",
    verification: { status: "unverifiable", reason: expect.stringContaining("declares no checksum") },
    image: { status: "active", sizeBytes: data.length, stores: ["fast"], tags: ["a"] },
  });
  expect(result.image.hashValue).toBe(digest("sha512", data));
  expect(result.image.serverProperties).not.toHaveProperty("os_glance_import_task");
  expect(statuses.at(0)).toBe("queued");
  expect(statuses.at(-1)).toBe("active");
  expect(progress.at(-1)).toEqual([data.length, data.length]);
  expect(progress.slice(0, -1).every(([, totalBytes]) => totalBytes === undefined)).toBe(true);
  expect(requests).toHaveLength(1);
  expect(await images.plan(spec)).toMatchObject({ action: "none", content: "same" });
});

test("two stores, all stores: done means every one of them", async () => {
  const { origin } = await serve({ "/disk": content(data) });
  const images = await managerOf("demo");
  for (const stores of [["slow", "fast"], "all"] as const) {
    const spec = { name: imageName(), ...formats, source: { webDownload: `${origin}/disk` } };
    const plan = await images.plan(spec, { stores });
    expect(plan.stores?.toSorted()).toEqual(["fast", "slow"]);
    const { image } = await images.apply(revived(plan));
    expect(image.stores?.toSorted()).toEqual(["fast", "slow"]);
    expect(await images.plan(spec, { stores })).toMatchObject({ action: "none" });
  }
});

test("a declared checksum is compared where the cloud reports its algorithm", async () => {
  const { origin } = await serve({ "/disk": content(data) });
  const images = await managerOf("demo");
  const apply = (checksum: string) => {
    const source = { webDownload: `${origin}/disk`, checksum };
    return images.apply({ name: imageName(), ...formats, source });
  };
  expect(await apply(`sha512:${digest("sha512", data)}`)).toMatchObject({
    verification: { status: "verified", algorithm: "sha512" },
  });
  expect(await apply(`md5:${digest("md5", data)}`)).toMatchObject({
    verification: { status: "verified", algorithm: "md5" },
  });
  expect(await apply(`sha256:${digest("sha256", data)}`)).toMatchObject({
    verification: {
      status: "unverifiable",
      reason: "the spec declares sha256, the cloud reports sha512 and md5",
    },
  });
});

test("data that is not what its checksum says is deleted", async () => {
  const { origin } = await serve({ "/disk": content(data) });
  const images = await managerOf("demo");
  const name = imageName();
  const source = { webDownload: `${origin}/disk`, checksum: `sha512:${"0".repeat(128)}` };
  expect(await rejectionOf(images.apply({ name, ...formats, source }))).toMatchObject({
    code: "ERR_DIGEST_MISMATCH",
    actual: `sha512:${digest("sha512", data)}`,
  });
  expect(await imagesNamed(name)).toEqual([]);
});

test.for<[string, Handler | undefined]>([
  ["a missing file", undefined],
  ["a file that is cut off", truncatedContent(data, MIB)],
  ["a file of unknown length that is cut off", cutChunkedContent(data, MIB)],
])("%s fails with the cloud's reason, and leaves nothing", async ([, handler]) => {
  const { origin } = await serve(handler === undefined ? {} : { "/disk": handler });
  const images = await managerOf("demo");
  const name = imageName();
  const spec = { name, ...formats, source: { webDownload: `${origin}/disk?token=secret` } };
  const plan = await images.plan(spec, { stores: ["slow"] });
  const failure = await rejectionOf(images.apply(plan));
  expect(failure).toMatchObject({
    code: "ERR_IMAGE_FAILED",
    status: "queued",
    stores: ["slow"],
    message: expect.stringMatching(
      /The import of http.*disk.* into image .* failed, in slow: Task failed due to/,
    ),
  });
  expect(String(failure)).not.toContain("secret");
  expect(await imagesNamed(name)).toEqual([]);
});

test("an image whose id is chosen stays after a failure, and takes the next attempt", async () => {
  const routes: Record<string, Handler> = {};
  const { origin } = await serve(routes);
  const images = await managerOf("demo");
  const id = crypto.randomUUID();
  const spec = { name: imageName(), id, ...formats, source: { webDownload: `${origin}/disk` } };
  await expect(images.apply(spec)).rejects.toMatchObject({ code: "ERR_IMAGE_FAILED" });
  expect(await images.get(id)).toMatchObject({ status: "queued" });
  routes["/disk"] = content(data);
  expect(await images.plan(spec)).toMatchObject({ action: "update", imageId: id, content: "changed" });
  expect(await images.apply(spec)).toMatchObject({ image: { id, status: "active" }, method: "web-download" });
});

test("a host that the cloud doesn't fetch from is refused, and leaves nothing", async () => {
  const { origin, requests } = await serve({ "/disk": content(data) });
  const images = await managerOf("demo");
  const name = imageName();
  const source = { webDownload: `${origin.replace("127.0.0.1", "localhost")}/disk` };
  expect(await rejectionOf(images.apply({ name, ...formats, source }))).toMatchObject({
    code: "ERR_HTTP_STATUS",
    status: 400,
    message: expect.stringContaining("does not pass filtering"),
  });
  expect(await imagesNamed(name)).toEqual([]);
  expect(requests).toEqual([]);
});

test("where the cloud refuses or fails, this process fetches and uploads, and says why", async () => {
  const { origin } = await serve({ "/disk": content(data), "/chunked": chunkedContent(data) });
  const images = await managerOf("demo");
  const local = origin.replace("127.0.0.1", "localhost");
  for (const stores of [undefined, ["slow"], ["fast", "slow"]]) {
    const spec = { name: imageName(), ...formats, source: { webDownload: `${local}/disk` } };
    const plan = await images.plan(spec, { fallback: "client", stores });
    expect(formatPlan(plan, { color: false })).toContain("by web-download, else by this process");
    expect(await images.apply(revived(plan))).toMatchObject({
      method: stores?.length === 2 ? "glance-direct" : "upload",
      fallbackReason: { name: "HttpError", status: 400 },
      verification: { status: "verified", algorithm: "sha512" },
      image: { status: "active", sizeBytes: data.length, stores: stores ?? ["fast"] },
    });
    expect(await images.plan(spec, { stores })).toMatchObject({ action: "none" });
  }
});

test("a server that only serves this process is served by the fallback", async () => {
  const { origin } = await serve({
    "/disk": (request, response) => {
      const isOurs = request.headers["user-agent"] === "imagewright";
      if (isOurs) content(data)(request, response);
      else response.writeHead(403).end();
    },
  });
  const images = await managerOf("demo");
  const spec = { name: imageName(), ...formats, source: { webDownload: `${origin}/disk` } };
  const plan = await images.plan(spec, { fallback: "client" });
  expect(await images.apply(plan)).toMatchObject({
    method: "upload",
    fallbackReason: { code: "ERR_IMAGE_FAILED", message: expect.stringContaining("Task failed") },
    image: { status: "active", sizeBytes: data.length },
  });
});

test("an abort leaves nothing, and ends the import in the cloud", async () => {
  const { handler, asked, release } = heldContent(data);
  const { origin } = await serve({ "/disk": handler });
  const images = await managerOf("demo");
  const name = imageName();
  const controller = new AbortController();
  const spec = { name, ...formats, source: { webDownload: `${origin}/disk` } };
  const apply = images.apply(spec, { signal: controller.signal });
  const failure = rejectionOf(apply);
  await asked;
  controller.abort("enough");
  expect(await failure).toBe("enough");
  release();
  expect(await imagesNamed(name)).toEqual([]);
});

test("an image that somebody deletes meanwhile is told", async () => {
  const { handler, asked, release } = heldContent(data);
  const { origin } = await serve({ "/disk": handler });
  const images = await managerOf("demo");
  const name = imageName();
  const plan = await images.plan({ name, ...formats, source: { webDownload: `${origin}/disk` } });
  const failure = rejectionOf(images.apply(plan));
  await asked;
  const [made] = await imagesNamed(name);
  await (await glanceOf("demo")).remove(made?.id ?? "");
  expect(await failure).toMatchObject({
    code: "ERR_IMAGE_FAILED",
    message: expect.stringContaining("the image is gone"),
  });
  release();
});

test("an import that is under way is waited for, not begun again", async () => {
  const { handler, asked, release } = heldContent(data);
  const { origin, requests } = await serve({ "/disk": handler });
  const spec = { name: imageName(), ...formats, source: { webDownload: `${origin}/disk` } };
  const first = (await managerOf("demo")).apply(spec);
  await asked;
  const second = (await managerOf("demo")).plan(spec);
  release();
  const { image } = await first;
  expect(await second).toMatchObject({ action: "none", imageId: image.id });
  expect(requests).toHaveLength(1);
});

const is = (method: string, path: RegExp) => (request: PassingRequest) =>
  request.method === method && path.test(request.path);

const INSTANTS = [
  { when: "before the import is begun", matches: is("POST", /\/import$/), passes: false },
  { when: "when the import is begun", matches: is("POST", /\/import$/), passes: true },
  { when: "while the import is waited for", matches: is("GET", /\/tasks$/), passes: true },
] as const;

test.for(INSTANTS)(
  "a process that is killed $when, and run again: one image",
  async ({ matches, passes }) => {
    const { handler, release } = heldContent(data);
    const { origin } = await serve({ "/disk": handler });
    const name = imageName();
    const spec: ImageSpecInput = { name, ...formats, source: { webDownload: `${origin}/disk` } };
    let killed = false;
    const { url } = await proxyToGlance((request) => {
      if (killed || !matches(request)) return undefined;
      killed = true;
      process.kill(running.child.pid ?? 0, "SIGKILL");
      // The cloud takes a client that is dead for one that is slow.
      return passes
        ? { lingers: new Promise((resolve) => setTimeout(resolve, 500)) }
        : { answer: { status: 500 } };
    });
    const options = { auth: authOf("demo"), imageEndpointOverride: url };
    const running = applyInProcess(spec, options, { PLAN_OPTIONS: JSON.stringify({ stores: "all" }) });
    expect(await running.output).toBe("");
    expect(killed).toBe(true);
    release();

    const images = await managerOf("demo");
    const { image } = await images.apply(await images.plan(spec, { stores: "all" }));
    expect(image).toMatchObject({
      status: "active",
      sizeBytes: data.length,
      hashValue: digest("sha512", data),
    });
    expect(image.stores?.toSorted()).toEqual(["fast", "slow"]);
    expect((await imagesNamed(name)).map(({ id }) => id)).toEqual([image.id]);
  },
);

test("an answer that is lost on its way back doesn't begin the import twice", async () => {
  const { origin, requests } = await serve({ "/disk": content(data) });
  const { url } = await proxyToGlance(({ method, path }) =>
    method === "POST" && path.endsWith("/import") ? { loseAnswer: true } : undefined,
  );
  const images = new ImageManager(await backendOf("demo", { imageEndpointOverride: url }));
  const spec = { name: imageName(), ...formats, source: { webDownload: `${origin}/disk` } };
  expect(await images.apply(spec)).toMatchObject({ image: { status: "active" }, method: "web-download" });
  expect(requests).toHaveLength(1);
});

test("glance-download is refused where the cloud doesn't offer it", async () => {
  const images = await managerOf("demo");
  const source = { imageId: crypto.randomUUID(), region: "RegionTwo" };
  const name = imageName();
  expect(await rejectionOf(images.plan({ name, ...formats, source }))).toMatchObject({
    code: "ERR_UNSUPPORTED",
    capability: "source.imageId",
    alternative: expect.stringContaining("glance-direct, web-download, copy-image, not glance-download"),
  });
  const backend = await backendOf("demo");
  const { id } = await (await glanceOf("demo")).create({
    name,
    container_format: "bare",
    disk_format: "raw",
  });
  const request = { method: "glance-download", ...source } as const;
  await expect(backend.imports?.start(id, request)).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining("Unknown import method name"),
  });
});

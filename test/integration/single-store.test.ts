/** A cloud of its own that has one store, without a name, and fetches from one port only. */
import { createServer } from "node:http";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { openstack } from "../../src/backends/openstack/index.ts";
import { ImageManager } from "../../src/index.ts";
import { password } from "./cloud/seed.ts";
import { type Cloud, startCloud } from "./cloud/start.ts";
import { rejectionOf } from "./support/errors.ts";
import { content, serve, truncatedContent } from "./support/file-server.ts";
import { digest, MIB, randomData, temporaryFile } from "./support/files.ts";
import { listen } from "./support/listen.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(2 * MIB);
const server = createServer((request, response) => {
  if (request.url === "/disk") content(data)(request, response);
  else if (request.url === "/cut") truncatedContent(data, MIB)(request, response);
  else response.writeHead(404).end();
});
let origin = "";
let cloud: Cloud | undefined;

beforeAll(async () => {
  const port = await listen(server);
  origin = `http://127.0.0.1:${port}`;
  const { suite } = inject("cloud");
  cloud = await startCloud({ suite, webDownloadPorts: [port], singleStore: true });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await cloud?.stop();
});

async function manager(): Promise<ImageManager> {
  const auth = {
    authUrl: cloud?.authUrl,
    username: "demo",
    password,
    projectName: "demo",
    userDomainName: "Default",
    projectDomainName: "Default",
  };
  return new ImageManager(await openstack({ auth }));
}

async function namesOf(images: ImageManager): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of images.list()) names.push(name);
  return names;
}

test("what is behind a URL is fetched, with all stores or none named", async () => {
  const images = await manager();
  for (const options of [{}, { stores: "all" }] as const) {
    const spec = {
      name: `fetched ${JSON.stringify(options)}`,
      ...formats,
      source: { webDownload: `${origin}/disk` },
    };
    const plan = await images.plan(spec, options);
    expect(plan).not.toHaveProperty("stores");
    expect(await images.apply(plan)).toMatchObject({
      method: "web-download",
      image: { status: "active", hashValue: digest("sha512", data) },
    });
    expect(await images.plan(spec, options)).toMatchObject({ action: "none" });
  }
});

test.for(["missing", "cut"])("a failure names no store, and is known by its task (%s)", async (path) => {
  const images = await manager();
  const spec = { name: path, ...formats, source: { webDownload: `${origin}/${path}` } };
  expect(await rejectionOf(images.apply(spec))).toMatchObject({
    code: "ERR_IMAGE_FAILED",
    stores: [],
    message: expect.stringMatching(/ failed: Task failed due to/),
  });
  expect(await namesOf(images)).not.toContain(path);
});

test("a port that the cloud doesn't fetch from is refused", async () => {
  const images = await manager();
  const other = await serve({ "/disk": content(data) });
  const spec = { name: "refused", ...formats, source: { webDownload: `${other.origin}/disk` } };
  expect(await rejectionOf(images.apply(spec))).toMatchObject({ code: "ERR_HTTP_STATUS", status: 400 });
  expect(other.requests).toEqual([]);
  const plan = await images.plan(spec, { fallback: "client" });
  expect(await images.apply(plan)).toMatchObject({ method: "upload", fallbackReason: { status: 400 } });
});

test("a staged upload is imported", async () => {
  const images = await manager();
  const spec = { name: "staged", ...formats, source: { file: await temporaryFile(data) } };
  const plan = await images.plan(spec, { method: "glance-direct" });
  expect(await images.apply(plan)).toMatchObject({
    method: "glance-direct",
    image: { status: "active" },
    verification: { status: "verified" },
  });
});

test("a store can't be named", async () => {
  const images = await manager();
  const spec = { name: "named", ...formats, source: { webDownload: `${origin}/disk` } };
  for (const options of [{ stores: ["fast"] }, { stores: "all", allStoresMustSucceed: false }] as const) {
    await expect(images.plan(spec, options)).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "stores",
      alternative: expect.stringContaining("one store"),
    });
  }
});

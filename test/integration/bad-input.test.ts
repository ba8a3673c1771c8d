/** What can't be: a typed error that says where, nothing written to the cloud, and nothing left behind. */
import { expect, inject, test, vi } from "vitest";
import { openstack } from "../../src/backends/openstack/index.ts";
import type { ImageSpecInput } from "../../src/index.ts";
import { authOf, backendOf, managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { content, type Handler, serve } from "./support/file-server.ts";
import { randomData, temporaryDirectory, temporaryFile } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

/** What applying a spec, on top of a valid one, rejects with; that nothing was written is looked at here. */
async function refusalOf(change: object): Promise<unknown> {
  const { url, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const name = imageName();
  const error = await rejectionOf(images.apply({ name, ...formats, ...change } as ImageSpecInput));
  expect(writes()).toEqual([]);
  expect(await imagesNamed(name)).toEqual([]);
  return error;
}

function specError(...path: (string | number)[]): object {
  return { name: "SpecError", code: "ERR_SPEC_INVALID", issues: [{ path }] };
}

test.for<[what: string, change: object, path: (string | number)[]]>([
  ["an unknown key", { min_disk_gb: 1 }, ["min_disk_gb"]],
  ["a key of the source that is unknown", { source: { file: "x", sise: 1 } }, ["source", "sise"]],
  ["a wrong type", { minDiskGb: "1" }, ["minDiskGb"]],
  ["a number below zero", { minRamMb: -1 }, ["minRamMb"]],
  ["a number with a fraction", { minRamMb: 0.5 }, ["minRamMb"]],
  ["a number that the cloud's database can't hold", { minRamMb: 2 ** 31 }, ["minRamMb"]],
  ["an unknown format", { containerFormat: "box" }, ["containerFormat"]],
  ["no format", { diskFormat: undefined }, ["diskFormat"]],
  ["an unknown visibility", { visibility: "secret" }, ["visibility"]],
  ["an id that is none", { id: "mine" }, ["id"]],
  ["a name without a character", { name: "" }, ["name"]],
  ["a name of 256 characters", { name: "n".repeat(256) }, ["name"]],
  ["a name with an emoji", { name: "debian 🐧" }, ["name"]],
  ["129 tags", { tags: Array.from({ length: 129 }, (_, index) => `tag-${index}`) }, ["tags"]],
  ["a tag of 256 characters", { tags: ["t".repeat(256)] }, ["tags", 0]],
  ["an empty tag", { tags: [""] }, ["tags", 0]],
  ["an emoji in a property", { properties: { os_distro: "🐧" } }, ["properties", "os_distro"]],
  ["an emoji in a property's name", { properties: { "🐧": "1" } }, ["properties", "🐧"]],
  ["a property that is no text", { properties: { cpus: 4 } }, ["properties", "cpus"]],
  [
    "a property that only the server writes",
    { properties: { os_hash_value: "0" } },
    ["properties", "os_hash_value"],
  ],
  [
    "a property in the server's own space",
    { properties: { os_glance_x: "0" } },
    ["properties", "os_glance_x"],
  ],
  ["a property that is a field", { properties: { min_disk: "1" } }, ["properties", "min_disk"]],
  ["a property that Glance swallows", { properties: { context: "1" } }, ["properties", "context"]],
  [
    "a property that JavaScript swallows",
    { properties: { ["__proto__"]: "1" } },
    ["properties", "__proto__"],
  ],
  ["a property without a name", { properties: { "": "1" } }, ["properties", ""]],
  ["129 properties", { properties: numbered(129) }, ["properties"]],
  ["another region", { region: "RegionTwo" }, ["region"]],
  ["two kinds of source", { source: { file: "a", url: "http://b/" } }, ["source"]],
  ["a URL of another kind", { source: "ftp://example.org/disk" }, ["source", "url"]],
  ["a checksum that is none", { source: { file: "a", checksum: "sha256:abc" } }, ["source", "checksum"]],
])("%s is refused", async ([, change, path]) => {
  expect(await refusalOf(change)).toMatchObject(specError(...path));
});

test("an unknown key is answered with the nearest known one", async () => {
  expect(String(await refusalOf({ minDisk: 1 }))).toContain("minDiskGb");
});

test("all that is wrong is told at once", async () => {
  const error = await refusalOf({ minDiskGb: -1, tags: [""], colour: "red" });
  expect(error).toHaveProperty("issues.length", 3);
});

test("a file that is not there", async () => {
  const error = await refusalOf({ source: { file: `${await temporaryDirectory()}/missing.img` } });
  expect(error).toMatchObject(specError("source", "file"));
  expect(String(error)).toContain("missing.img");
});

test("a directory in place of a file", async () => {
  expect(await refusalOf({ source: { file: await temporaryDirectory() } })).toMatchObject(
    specError("source", "file"),
  );
});

test("an empty file", async () => {
  const file = await temporaryFile(Buffer.alloc(0));
  expect(await refusalOf({ source: { file } })).toMatchObject(specError("source", "file"));
});

test("a file below a file", async () => {
  const file = await temporaryFile(randomData(1));
  expect(await refusalOf({ source: { file: `${file}/disk.img` } })).toMatchObject(
    specError("source", "file"),
  );
});

test("a URL that answers 404", async () => {
  const { origin } = await serve({});
  expect(await refusalOf({ source: `${origin}/disk` })).toMatchObject({
    code: "ERR_HTTP_NOT_FOUND",
    status: 404,
  });
});

test("a URL without a byte", async () => {
  const { origin } = await serve({ "/disk": content(Buffer.alloc(0)) });
  expect(await refusalOf({ source: `${origin}/disk` })).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
});

test.for<[field: string, change: object]>([
  ["source.volumeId", { source: { volumeId: "0f2e7f1c-7c53-4f0f-9a54-2a0f2c3d4e5f" } }],
  ["source.object", { source: { object: "bucket:key" } }],
  ["convert", { source: { open: () => [Buffer.from("data")] }, convert: true }],
])("%s, for which there is no way in yet, is refused by its name", async ([capability, change]) => {
  expect(await refusalOf(change)).toMatchObject({
    name: "UnsupportedError",
    code: "ERR_UNSUPPORTED",
    backend: "openstack",
    capability,
  });
});

test("two images of one name are an error that names both", async () => {
  const { url, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const glance = await glanceOf("demo");
  const name = imageName();
  const values = { name, container_format: "bare", disk_format: "raw" };
  const ids = [(await glance.create(values)).id, (await glance.create({ ...values, os_hidden: true })).id];

  const calls = [
    () => images.plan({ name, ...formats }),
    () => images.apply({ name, ...formats }),
    () => images.find({ name }),
  ];
  for (const call of calls) {
    const error = await rejectionOf(call());
    expect(error).toMatchObject({ name: "ImageStateError", code: "ERR_IMAGE_AMBIGUOUS" });
    expect(error).toHaveProperty("matches", expect.arrayContaining(ids.map((id) => ({ id, name }))));
  }
  expect(writes()).toEqual([]);
  expect(await imagesNamed(name)).toHaveLength(2);
});

test("two specs of one name are refused before anything is sent", async () => {
  const { url, requests } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const spec = { name: imageName(), ...formats };
  await expect(images.apply([spec, spec])).rejects.toMatchObject({ code: "ERR_SPEC_INVALID" });
  expect(requests).toEqual([]);
});

test("a name that nobody has is told", async () => {
  const images = await managerOf("demo");
  await expect(images.find({ name: "no such image" })).rejects.toMatchObject({ code: "ERR_HTTP_NOT_FOUND" });
});

test("a wrong password", async () => {
  const auth = { ...authOf("demo"), password: "not-the-password" };
  const error = await rejectionOf(openstack({ auth }));
  expect(error).toMatchObject({ name: "AuthError", code: "ERR_AUTH_FAILED", authUrl: auth.authUrl });
  expect(error).toHaveProperty("requestId", expect.stringMatching(/^req-/));
  expect(JSON.stringify(error) + String(error)).not.toContain("not-the-password");
});

test("a project that one is not in", async () => {
  const auth = { ...authOf("demo"), projectName: "other" };
  expect(await rejectionOf(openstack({ auth }))).toMatchObject({ code: "ERR_AUTH_FAILED" });
});

test("a token for no project is told that there is no image service for it", async () => {
  const { projectName: _project, ...auth } = authOf("demo");
  expect(await rejectionOf(openstack({ auth }))).toMatchObject({
    name: "AuthError",
    code: "ERR_ENDPOINT_NOT_FOUND",
  });
});

test("a cloud that clouds.yaml does not have", async () => {
  vi.stubEnv("OS_CLIENT_CONFIG_FILE", inject("cloud").cloudsYaml);
  const error = await rejectionOf(openstack({ cloud: "nowhere" }));
  vi.unstubAllEnvs();
  expect(error).toMatchObject({ code: "ERR_AUTH_FAILED", available: ["admin", "demo", "other"] });
  expect(String(error)).toMatch(/admin, demo, other/);
});

test("a region without an image service", async () => {
  const error = await rejectionOf(backendOf("demo", { region: "RegionTwo" }));
  expect(error).toMatchObject({
    name: "AuthError",
    code: "ERR_ENDPOINT_NOT_FOUND",
    available: ["RegionOne"],
  });
  expect(String(error)).toContain("RegionOne");
});

test("an interface that the image service does not have", async () => {
  const error = await rejectionOf(backendOf("demo", { interface: "admin" }));
  expect(error).toMatchObject({ code: "ERR_ENDPOINT_NOT_FOUND", available: ["internal", "public"] });
});

test("a Keystone that is none", async () => {
  const page: Handler = (_request, response) => response.writeHead(200).end("<h1>It works!</h1>");
  const { origin } = await serve({ "/page/v3/auth/tokens": page });
  const failureOf = (authUrl: string) => rejectionOf(openstack({ auth: { ...authOf("demo"), authUrl } }));

  expect(await failureOf(origin)).toMatchObject({
    name: "AuthError",
    code: "ERR_AUTH_FAILED",
    authUrl: origin,
  });
  expect(await failureOf(`${origin}/page`)).toMatchObject({
    name: "ResponseError",
    code: "ERR_RESPONSE_INVALID",
  });
  expect(await failureOf(inject("cloud").imageUrl)).toMatchObject({ name: "HttpError", status: 300 });
});

test("a Keystone that nobody listens at", async () => {
  const auth = { ...authOf("demo"), authUrl: "http://127.0.0.1:1/v3" };
  expect(await rejectionOf(openstack({ auth, retry: { limit: 0 } }))).toMatchObject({
    name: "NetworkError",
    code: "ERR_NETWORK",
    phase: "request",
  });
});

test("an unknown option", async () => {
  const options = { auth: authOf("demo"), regoin: "RegionOne" } as object;
  expect(String(await rejectionOf(openstack(options)))).toContain('"region"');
});

function numbered(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`property-${index}`, "1"]));
}

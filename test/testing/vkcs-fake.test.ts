/** VK Cloud through its fake: what a user declares is what comes of it, whatever the cloud adds. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Backend } from "../../src/backends/backend.ts";
import { type VkcsOptions, vkcs } from "../../src/backends/vkcs/index.ts";
import { type ImageEvents, ImageManager, type ImageSpecInput } from "../../src/index.ts";
import { type FakeVkcsOptions, fakeVkcs } from "../../src/testing/index.ts";
import { chunksOf, digestOf, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";
import { fileServer } from "../support/file-server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Disk, guestBytes, makeQcow2 } from "../transfer/convert/qcow2.ts";

const DATA = someBytes(100_000);
const CREDENTIALS = ["access-key", "secret/key+of-the-store"];
const SPEC = {
  name: "debian-13",
  containerFormat: "bare",
  diskFormat: "raw",
  source: { open: () => chunksOf(DATA), size: DATA.length },
  minDiskGb: 1,
  properties: { os_distro: "debian", mcs_os_distro: "debian", hw_qemu_guest_agent: "yes" },
  tags: ["golden"],
} satisfies ImageSpecInput;

describe("an image of VK Cloud", () => {
  it("is as declared, and a second apply writes nothing, though the cloud added properties", async () => {
    const { fake, images } = await served();
    const { image, verification } = await images.apply(SPEC);
    expect(image).toMatchObject({ status: "active", sizeBytes: DATA.length, visibility: "private" });
    expect(verification).toMatchObject({ status: "verified", algorithm: "sha512" });
    expect(image.properties).toMatchObject({ ...SPEC.properties, owner_user_name: "user@example.com" });
    const before = fake.journal.length;
    expect(await images.plan(SPEC)).toMatchObject({ action: "none", operations: [] });
    await images.apply(SPEC);
    expect(fake.journal.slice(before).filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("changes in place, and keeps what the cloud added", async () => {
    const { images } = await served();
    await images.apply(SPEC);
    const plan = await images.plan({ ...SPEC, minDiskGb: 2, properties: { os_distro: "debian" }, tags: [] });
    expect(plan.operations.map(({ kind, op }) => `${op} ${kind}`)).toEqual([
      "update attribute",
      "delete property",
      "delete property",
      "delete tag",
    ]);
    const { image } = await images.apply(plan);
    expect(image.minDiskGb).toBe(2);
    expect(image.properties).toMatchObject({ os_distro: "debian", owner_user_name: "user@example.com" });
  });

  it("has a property that the cloud adds as the user declares it", async () => {
    const { images } = await served();
    const spec = { ...SPEC, properties: { image_state: "mine" } };
    await images.apply(spec);
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
    const { image } = await images.apply({ ...SPEC, properties: { image_state: "other" } });
    expect(image.properties["image_state"]).toBe("other");
  });

  it("isn't given what the cloud added to the image that it replaces", async () => {
    const { images } = await served();
    const { image: old } = await images.apply({ ...SPEC, properties: { "owner_specified.x": "declared" } });
    const file = join(await temporaryFolder(), "other.raw");
    await writeFile(file, DATA.subarray(1));
    const { image, plan } = await images.apply({ ...SPEC, source: { file }, properties: {} });
    expect(plan.action).toBe("replace");
    expect(image.id).not.toBe(old.id);
    expect(image.sizeBytes).toBe(DATA.length - 1);
    expect(image.properties["owner_specified.x"]).toBeUndefined();
  });

  it("is shared, and with the members that are declared", async () => {
    const { fake, images } = await served();
    const spec = { ...SPEC, visibility: "shared", members: [fake.projectId("other")] };
    const { image } = await images.apply(spec);
    expect(image).toMatchObject({ visibility: "shared", members: [fake.projectId("other")] });
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
  });
});

describe("what goes up as raw:", () => {
  const DISK: Disk = {
    version: 3,
    clusterBits: 16,
    virtualBytes: 2 ** 21,
    clusters: [{ kind: "stored", bytes: someBytes(65_536) }],
  };
  const FIXTURES = join(import.meta.dirname, "..", "transfer", "decompress", "fixtures");

  it.each<[string, (folder: string) => Promise<Partial<ImageSpecInput>>, Buffer | undefined]>([
    [
      "a qcow2 that is converted",
      async (folder) => {
        await writeFile(join(folder, "disk.qcow2"), makeQcow2(DISK).file);
        return { source: { file: join(folder, "disk.qcow2") }, convert: true };
      },
      guestBytes(DISK),
    ],
    [
      "a gzip",
      async (folder) => {
        await writeFile(join(folder, "disk.raw.gz"), gzipSync(DATA));
        return { source: { file: join(folder, "disk.raw.gz") }, decompress: true };
      },
      DATA,
    ],
    [
      "the one file of a tar archive in a gzip",
      async () => ({ source: { file: join(FIXTURES, "gnu.tar.gz") }, decompress: true }),
      undefined,
    ],
  ])("%s", async (_what, fieldsIn, bytes) => {
    const { images } = await served();
    const spec = { ...SPEC, ...(await fieldsIn(await temporaryFolder())) };
    const { image, verification } = await images.apply(spec);
    expect(image).toMatchObject({ status: "active", diskFormat: "raw" });
    expect(verification.status).toBe("verified");
    if (bytes !== undefined) expect(image.hashValue).toBe(digestOf("sha512", bytes));
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
  });
});

describe("is refused at plan time, and nothing is written:", () => {
  it.each<[string, object, object]>([
    ["a qcow2", { diskFormat: "qcow2" }, { code: "ERR_SPEC_INVALID" }],
    ["the store", { properties: { store: "s3" } }, { code: "ERR_SPEC_INVALID" }],
    ["a public image", { visibility: "public" }, { code: "ERR_SPEC_INVALID" }],
    [
      "what the cloud would have to fetch",
      { source: { webDownload: "https://images.example/debian.raw" } },
      { code: "ERR_UNSUPPORTED", backend: "vkcs" },
    ],
    [
      "what the cloud would have to fetch and decompress",
      { source: { webDownload: "https://images.example/debian.raw.gz" }, decompress: true },
      { code: "ERR_UNSUPPORTED", backend: "vkcs", capability: "decompress" },
    ],
  ])("%s", async (_what, fields, refusal) => {
    const { fake, images } = await served();
    expect(await rejectionOf(images.plan({ ...SPEC, ...fields }))).toMatchObject(refusal);
    expect(fake.journal.filter(({ method, path }) => method !== "GET" && !path.includes("/auth/"))).toEqual(
      [],
    );
  });
});

it("what the cloud would have to fetch is fetched by this process, where the plan allows that", async () => {
  const { fake, images } = await served();
  const { url } = await fileServer({ data: DATA });
  const plan = await images.plan({ ...SPEC, source: { webDownload: url } }, { fallback: "client" });
  const { image, method } = await images.apply(plan);
  expect(image).toMatchObject({ status: "active", sizeBytes: DATA.length });
  expect(method).toBe("upload");
  expect(fake.journal.filter(({ method, path }) => method === "POST" && path.includes("/import"))).toEqual(
    [],
  );
});

describe("the addresses of the data, with their credentials,", () => {
  it("are in the answer as it came, and nowhere else", async () => {
    const { images, backend } = await served();
    const seen: unknown[] = [];
    for (const name of EVENTS) images.on(name, (event: unknown) => seen.push(event));
    const { image, plan } = await images.apply(SPEC);
    const listed = await Array.fromAsync(images.list({}));
    const update = await images.plan({ ...SPEC, tags: [] });
    const found = [image, plan, update, listed, seen, await backend.get(image.id)];
    for (const one of found) {
      const forms = [JSON.stringify(one), inspect(one, { depth: 10 }), inspect({ ...Object(one) })];
      for (const form of forms) {
        for (const secret of CREDENTIALS) expect(form).not.toContain(secret);
        expect(form).not.toMatch(/direct_url|locations/);
      }
    }
    expect(image.serverProperties).toMatchObject({ store: "rbd" });
    expect(image.raw).toMatchObject({ direct_url: expect.stringContaining(CREDENTIALS[0] ?? "") });
    expect(Object.keys(image)).not.toContain("raw");
  });
});

describe("refusals are explained:", () => {
  it("data that is too large", async () => {
    const { images } = await served({ imageSizeCapBytes: 50_000 });
    const error = await rejectionOf(images.apply(SPEC));
    expect(error).toMatchObject({
      code: "ERR_HTTP_QUOTA",
      status: 413,
      message: expect.stringMatching(/500 GB in one image by its API.*2 TB in all images of a project/),
    });
    expect(await Array.fromAsync(images.list({}))).toEqual([]);
  });

  it("a deletion of what is in use", async () => {
    const { fake, images } = await served();
    const { image } = await images.apply(SPEC);
    fake.useImage(image.id);
    expect(await rejectionOf(images.destroy(image.id))).toMatchObject({
      code: "ERR_HTTP_FORBIDDEN",
      status: 403,
      message: expect.stringMatching(/in use.*volumes or servers.*another/),
    });
    expect(await images.get(image.id)).toMatchObject({ status: "active" });
  });

  it("a replacement of what is in use: the new image is there, and the old one as well", async () => {
    const { fake, images } = await served();
    const { image: old } = await images.apply(SPEC);
    fake.useImage(old.id);
    const file = join(await temporaryFolder(), "other.raw");
    await writeFile(file, DATA.subarray(1));
    expect(await rejectionOf(images.apply({ ...SPEC, source: { file } }))).toMatchObject({
      code: "ERR_HTTP_FORBIDDEN",
      message: expect.stringMatching(/is made and active, but image .* is still there.*volumes or servers/),
    });
    expect((await Array.fromAsync(images.list({}))).map(({ status }) => status)).toEqual([
      "active",
      "active",
    ]);
  });

  it("a deletion of what is protected, by what it is", async () => {
    const { images, backend } = await served();
    const { image } = await images.apply({ ...SPEC, protected: true });
    const error = await rejectionOf(backend.delete(image.id));
    expect(error).toMatchObject({ status: 403, message: expect.stringContaining("is protected") });
    expect(error).toMatchObject({ message: expect.not.stringContaining("volumes") });
    expect(await rejectionOf(images.destroy(image.id))).toMatchObject({ code: "ERR_IMAGE_PROTECTED" });
    await images.destroy(image.id, { force: true });
    expect(await images.get(image.id)).toBeUndefined();
  });

  it("a user of another domain", async () => {
    const { optionsOf } = await served();
    const { auth } = optionsOf("demo");
    const error = await rejectionOf(vkcs({ auth: { ...auth, userDomainName: "Default" } }));
    expect(error).toMatchObject({ code: "ERR_AUTH_FAILED" });
  });
});

it("a token that would expire soon is renewed before data is sent", async () => {
  const { fake, images } = await served({ tokenLifetimeMs: 9 * 60_000 });
  await images.apply(SPEC);
  const paths = fake.journal.map(({ method, path }) => `${method} ${path.replace(/[0-9a-f-]{36}/, "ID")}`);
  const upload = paths.indexOf("PUT /image/v2/images/ID/file");
  expect(paths[upload - 1]).toBe("POST /identity/v3/auth/tokens");
});

describe("through msw, at a public address,", () => {
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());

  it("data is asked to be kept in the object storage, by the requests of a creation alone", async () => {
    const fake = fakeVkcs();
    server.use(...fake.handlers({ http }));
    const asked: string[] = [];
    server.events.on("request:start", ({ request }) => {
      const { pathname } = new URL(request.url);
      if (request.headers.get("x-image-meta-store") === "s3")
        asked.push(`${request.method} ${pathname.replace(/[0-9a-f-]{36}/, "ID")}`);
    });
    const images = new ImageManager(await vkcs(fake.options("demo")));
    const { image } = await images.apply(SPEC);
    expect(image.serverProperties).toMatchObject({ store: "s3" });
    await images.apply({ ...SPEC, tags: [] });
    await images.destroy(image.id);
    expect(asked).toEqual(["POST /image/v2/images", "PUT /image/v2/images/ID/file"]);
  });
});

const EVENTS: readonly (keyof ImageEvents)[] = [
  "plan-start",
  "action-start",
  "upload-start",
  "upload-progress",
  "upload-end",
  "image-status",
  "action-end",
];

async function served(options: FakeVkcsOptions = {}) {
  const fake = fakeVkcs(options);
  const server = await fake.listen();
  onTestFinished(() => server.close());
  const optionsOf = (user: "demo" | "other"): VkcsOptions => server.options(user);
  const backend: Backend = await vkcs({ ...optionsOf("demo"), retry: { limit: 0 } });
  return { fake, backend, images: new ImageManager(backend), optionsOf };
}

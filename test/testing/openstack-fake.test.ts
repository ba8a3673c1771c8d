/** The fake, as a test of a user's own has it: through msw, and by HTTP with its controls. */
import { http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openstack } from "../../src/backends/openstack/index.ts";
import { ImageManager } from "../../src/index.ts";
import { newImage } from "../../src/testing/conformance/samples.ts";
import { type FakeOpenStackOptions, type FakeUser, fakeOpenStack } from "../../src/testing/index.ts";
import { complete } from "../support/complete.ts";

const ID = "1bea47ed-f6a9-463b-b423-14b9cca9ad27";

describe("a fake through msw", () => {
  const server = setupServer();
  beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());

  it("takes an image with its data, and needs nothing for it afterwards", async () => {
    const fake = fakeOpenStack();
    server.use(...fake.handlers({ http }));
    const images = new ImageManager(await openstack(fake.options("demo")));
    const source = { open: () => dataOf("hello").chunks, size: 5 };
    const spec = { name: "debian-13", containerFormat: "bare", diskFormat: "raw", source };
    const { image } = await images.apply(await images.plan(spec));
    expect(image).toMatchObject({ status: "active", sizeBytes: 5 });
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
    expect(fake.journal).toContainEqual({
      method: "PUT",
      path: `/image/v2/images/${image.id}/file`,
      status: 204,
    });
  });
});

describe("a fake by HTTP", () => {
  it("signs in as demo unless told otherwise", async () => {
    const fake = fakeOpenStack();
    const server = await fake.listen();
    onTestFinished(server.close);
    expect(server.options()).toEqual(server.options("demo"));
    expect(fake.options()).toEqual(fake.options("demo"));
    expect((await openstack(server.options())).projectId).toBe(fake.projectId("demo"));
  });
  it("shows no secret in its journal", async () => {
    const { fake, backend } = await served();
    await (await backend("demo")).get(ID);
    expect(fake.journal).toEqual([
      { method: "POST", path: "/identity/v3/auth/tokens", status: 201 },
      { method: "GET", path: `/image/v2/images/${ID}`, status: 404 },
    ]);
  });

  it("fails the next requests that match, and only those", async () => {
    const { fake, backend } = await served();
    const demo = await backend("demo");
    fake.failNext({ count: 2, status: 409, method: "GET", path: /\/images\// });
    await expect(demo.get(ID)).rejects.toMatchObject({ status: 409 });
    await expect(demo.get(ID)).rejects.toMatchObject({ status: 409 });
    expect(await demo.get(ID)).toBeUndefined();
  });

  it("cuts an upload, which leaves the image queued, and lets the next one through", async () => {
    const { fake, backend } = await served();
    const demo = complete(await backend("demo"));
    const { id } = await demo.create(newImage());
    fake.resetAfter({ bytes: 3 });
    await expect(demo.upload(id, dataOf("hello"))).rejects.toThrow();
    expect(await demo.get(id)).toMatchObject({ status: "queued" });
    await demo.upload(id, dataOf("hello"));
    expect(await demo.get(id)).toMatchObject({ status: "active", sizeBytes: 5 });
  });

  it("cuts a download", async () => {
    const { fake, backend } = await served();
    const demo = complete(await backend("demo"));
    const { id } = await demo.create(newImage());
    await demo.upload(id, dataOf("hello"));
    fake.resetAfter({ bytes: 3 });
    await expect(textOf(await demo.download(id))).rejects.toThrow();
    expect(await textOf(await demo.download(id))).toBe("hello");
  });

  it("refuses tokens that have expired, by its clock", async () => {
    let nowMs = Date.now();
    const { fake, backend } = await served({ clock: () => new Date(nowMs), tokenLifetimeMs: 3_600_000 });
    const demo = await backend("demo");
    await demo.get(ID);
    nowMs += 3_600_000;
    expect(await demo.get(ID)).toBeUndefined();
    expect(fake.journal.map(({ status }) => status)).toEqual([201, 404, 401, 201, 404]);
  });

  it("imports what it has been given at an address, step by step", async () => {
    let nowMs = Date.now();
    const { fake, backend } = await served({ clock: () => new Date(nowMs), importStepMs: 1000 });
    const { imports, ...demo } = await backend("demo");
    const url = "https://images.example/image.raw";
    fake.serveAt(url, new TextEncoder().encode("hello"));
    const image = await demo.create?.(newImage());
    const id = image?.id ?? "";
    await imports?.start(id, { method: "web-download", url });
    const seen: unknown[] = [];
    for (let step = 0; step < 4; step++) {
      const seenImage = await demo.get(id);
      seen.push([seenImage?.status, seenImage?.serverProperties?.["os_glance_import_task"] !== undefined]);
      nowMs += 1000;
    }
    expect(seen).toEqual([
      ["queued", true],
      ["importing", true],
      ["active", true],
      ["active", false],
    ]);
  });

  it("brings an image back to queued when there is nothing at the address", async () => {
    const { backend } = await served();
    const { imports, ...demo } = await backend("demo");
    const image = await demo.create?.(newImage());
    await imports?.start(image?.id ?? "", { method: "web-download", url: "https://images.example/none" });
    expect(await imports?.state(image?.id ?? "")).toMatchObject({ status: "failed", failedStores: ["fast"] });
  });

  it("reverts what is changed while an upload goes on", async () => {
    const { backend } = await served();
    const demo = complete(await backend("demo"));
    const { id } = await demo.create(newImage());
    const chunks = async function* () {
      yield Buffer.from("he");
      while ((await demo.get(id))?.status !== "saving") await new Promise(setImmediate);
      await demo.update(id, [{ kind: "property", op: "add", name: "added", to: "1" }]);
      yield Buffer.from("llo");
    };
    await demo.upload(id, { chunks: chunks(), sizeBytes: 5 });
    expect((await demo.get(id))?.properties["added"]).toBeUndefined();
  });
});

async function served(options: FakeOpenStackOptions = {}) {
  const fake = fakeOpenStack(options);
  const server = await fake.listen();
  onTestFinished(() => server.close());
  return { fake, backend: (user: FakeUser) => openstack({ ...server.options(user), retry: { limit: 0 } }) };
}

function dataOf(text: string) {
  const chunks = async function* () {
    yield Buffer.from(text);
  };
  return { chunks: chunks(), sizeBytes: text.length };
}

async function textOf({ chunks }: { readonly chunks: AsyncIterable<Uint8Array> }): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

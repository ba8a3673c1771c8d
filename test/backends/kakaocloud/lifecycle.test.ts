/** What users do, over the fake: images of volumes from the first apply to the last, and what goes wrong between. */
import { http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { kakaocloud } from "../../../src/backends/kakaocloud/index.ts";
import { ImageManager } from "../../../src/index.ts";
import {
  type FakeKakaoCloud,
  type FakeKakaoCloudOptions,
  fakeKakaoCloud,
} from "../../../src/testing/index.ts";
import { rejectionOf } from "../../support/errors.ts";

const NAME = "web-golden-01";
const server = setupServer();
beforeAll(() => server.listen({ onUnhandledFrame: "error" }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

async function cloud(options: FakeKakaoCloudOptions = {}) {
  const fake = fakeKakaoCloud(options);
  server.use(...fake.handlers({ http }));
  const images = new ImageManager(await kakaocloud({ ...fake.options(), retry: { limit: 0 } }));
  const spec = { name: NAME, source: { volumeId: fake.addVolume() } };
  return {
    fake,
    images,
    spec,
    names: async () => (await Array.fromAsync(images.list({}))).map(({ name }) => name),
  };
}

const writes = ({ journal }: FakeKakaoCloud) =>
  journal
    .filter(({ method, path }) => method !== "GET" && !path.startsWith("/iam"))
    .map(({ method }) => method);

describe("an image of a volume", () => {
  it("is made, waited for, left as it is, changed in place, and destroyed", async () => {
    const { fake, images, spec, names } = await cloud();
    const described = { ...spec, description: "the golden image" };
    const { image, verification, plan } = await images.apply(described);
    expect(plan.action).toBe("create");
    expect(image).toMatchObject({ name: NAME, status: "active", description: "the golden image" });
    expect(verification.status).toBe("unverifiable");

    expect(await images.plan(described)).toMatchObject({ action: "none", content: "unknown" });
    await images.apply(described);
    expect(writes(fake)).toEqual(["POST"]);

    const renamed = { ...described, name: "web-golden-02" };
    const { image: after } = await images.apply(await images.plan(renamed, { id: image.id }));
    expect(after).toMatchObject({ id: image.id, name: "web-golden-02", description: "the golden image" });

    const { image: cleared } = await images.apply({ ...renamed, description: "" });
    expect(cleared.id).toBe(image.id);
    expect(cleared.description).toBeUndefined();
    expect(await images.plan({ ...renamed, description: "" })).toMatchObject({ action: "none" });
    expect(writes(fake)).toEqual(["POST", "PUT", "PUT"]);

    await images.destroy(image.id);
    expect(await names()).toEqual([]);
  });

  it("stays as it is when another volume is declared, since nothing tells what it was made of", async () => {
    const { fake, images, spec } = await cloud();
    const { image } = await images.apply(spec);
    const other = { ...spec, source: { volumeId: fake.addVolume() } };
    expect(await images.plan(other)).toMatchObject({ action: "none", content: "unknown", imageId: image.id });
  });

  it("is waited for by another process that wants it while it is being made", async () => {
    const { fake, images, spec, names } = await cloud({ readsPerState: 2 });
    const other = new ImageManager(await kakaocloud({ ...fake.options(), retry: { limit: 0 } }));
    const results = await Promise.all([images.apply(spec), other.apply(spec)]);
    expect(results[0].image.id).toBe(results[1].image.id);
    expect(await names()).toEqual([NAME]);
  });

  it("is taken up when the process that began it was killed", async () => {
    const { fake, images, spec, names } = await cloud({ readsPerState: 2 });
    const killed = await kakaocloud(fake.options());
    const begun = await killed.createFrom?.start({ id: "", name: NAME }, spec.source);
    const { image, plan } = await images.apply(spec);
    expect(plan.action).toBe("none");
    expect(image).toMatchObject({ id: begun?.id, status: "active" });
    expect(await names()).toEqual([NAME]);
    expect(writes(fake)).toEqual(["POST"]);
  });

  it.each([["owner"], ["owner", "project_id"], ["description", "visibility", "is_shared", "os_info"]])(
    "is found though the cloud leaves %s out",
    async (...absentFields) => {
      const { images, spec } = await cloud({ absentFields });
      const { image } = await images.apply(spec);
      expect(await images.plan(spec)).toMatchObject({ action: "none", imageId: image.id });
    },
  );

  it("is made though the image service doesn't know it at first", async () => {
    const { fake, images, spec } = await cloud({ readsUntilKnown: 2 });
    expect((await images.apply(spec)).image.status).toBe("active");
    expect(writes(fake)).toEqual(["POST"]);
  });
});

describe("a creation that fails", () => {
  it.each(["error", "killed", "deleted"])(
    "by ending as %s is an error, and leaves nothing",
    async (status) => {
      const { fake, images, spec, names } = await cloud();
      fake.failCreation({ status });
      expect(await rejectionOf(images.apply(spec))).toMatchObject({ code: "ERR_IMAGE_FAILED" });
      expect(await names()).toEqual([]);
      expect((await images.apply(spec)).image.status).toBe("active");
    },
  );

  it("whose answer is lost makes one image", async () => {
    const { fake, images, spec, names } = await cloud();
    const lost = fake.handlers({
      http: {
        all: (path, resolve) =>
          http.all(path, async ({ request }) => {
            const isCreation = request.method === "POST" && request.url.includes("/volumes/");
            const answer = await resolve({ request });
            return isCreation ? Response.error() : answer;
          }),
      },
    });
    server.use(...lost);
    expect((await images.apply(spec)).image.status).toBe("active");
    expect(await names()).toEqual([NAME]);
    expect(writes(fake)).toEqual(["POST"]);
  });

  it.each(["queued", "saving"])("by an abort while it is %s leaves nothing", async (status) => {
    const { fake, images, spec, names } = await cloud({ readsPerState: 3 });
    const controller = new AbortController();
    const reason = new Error("enough");
    images.on("image-status", (event) => {
      if (event.status === status) controller.abort(reason);
    });
    expect(await rejectionOf(images.apply(spec, { signal: controller.signal }))).toBe(reason);
    expect(await names()).toEqual([]);
    expect(writes(fake)).toEqual(["POST", "DELETE"]);
  });

  it("because there is no such volume sends nothing else", async () => {
    const { fake, images, names } = await cloud();
    const source = { volumeId: "00000000-0000-4000-8000-000000000000" };
    expect(await rejectionOf(images.apply({ name: NAME, source }))).toMatchObject({
      code: "ERR_HTTP_NOT_FOUND",
    });
    expect(await names()).toEqual([]);
    expect(writes(fake)).toEqual(["POST"]);
  });
});

describe("a failed image that is there", () => {
  it("is replaced", async () => {
    const { fake, images, spec, names } = await cloud();
    fake.failCreation();
    const backend = await kakaocloud(fake.options());
    const failed = await backend.createFrom?.start({ id: "", name: NAME }, spec.source);
    for (let read = 0; read < 3; read++) await backend.get(failed?.id ?? "");
    const plan = await images.plan(spec);
    expect(plan).toMatchObject({ action: "replace", replaces: ["status"], imageId: failed?.id });
    expect((await images.apply(plan)).image.status).toBe("active");
    expect(await names()).toEqual([NAME]);
  });
});

describe("members", () => {
  const [A, B] = ["a".repeat(32), "b".repeat(32)] as const;

  it("come with an image, are changed in place, and former ones don't count", async () => {
    const { fake, images, spec } = await cloud({ readsUntilShared: 1 });
    const { image } = await images.apply({ ...spec, members: [A] });
    expect(image).toMatchObject({ members: [A], visibility: "shared", kakaocloud: { isShared: true } });
    expect(await images.plan({ ...spec, members: [A] })).toMatchObject({ action: "none" });

    expect((await images.apply({ ...spec, members: [B] })).image.members).toEqual([B]);
    const { image: both } = await images.apply({ ...spec, members: [A, B] });
    expect([...(both.members ?? [])].sort()).toEqual([A, B]);
    expect((await images.apply({ ...spec, members: [] })).image.members).toEqual([]);
    expect(await images.plan({ ...spec, members: [] })).toMatchObject({ action: "none" });
    expect(writes(fake)).toEqual(["POST", "POST", "DELETE", "POST", "POST", "DELETE", "DELETE"]);
  });
});

describe("what KakaoCloud can't do", () => {
  it.each([
    [{ source: { file: "image.raw" } }, "source.file"],
    [{ source: { url: "https://images.example/a.raw" } }, "source.url"],
    [{ source: { webDownload: "https://images.example/a.raw" } }, "source.webDownload"],
    [{ source: { imageId: "a" } }, "source.imageId"],
    [{ source: { object: "bucket:key" } }, "source.object"],
    [{ source: { volumeId: "6f1b2c8e-4a3d-4a53-9e0b-0c4f7a4d2a11" }, decompress: true }, "decompress"],
    [{}, "an image without source"],
  ])("%o is refused at plan time, with what to do", async (fields, capability) => {
    const { fake, images } = await cloud();
    const error = await rejectionOf(images.plan({ name: NAME, ...fields }));
    expect(error).toMatchObject({ code: "ERR_UNSUPPORTED", backend: "kakaocloud", capability });
    expect(error).toMatchObject({ alternative: expect.stringMatching(/volumeId|leave it out/) });
    expect(writes(fake)).toEqual([]);
  });

  it("to choose formats and the like is refused with the field's path", async () => {
    const { fake, images, spec } = await cloud();
    expect(await rejectionOf(images.plan({ ...spec, diskFormat: "raw", tags: ["a"] }))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["diskFormat"] }, { path: ["tags"] }],
    });
    expect(writes(fake)).toEqual([]);
  });
});

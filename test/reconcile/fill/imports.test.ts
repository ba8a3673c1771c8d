import { createHash } from "node:crypto";
import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { refusal } from "../../../src/backends/record.ts";
import {
  type Backend,
  ImageManager,
  type ImageSpecInput,
  NetworkError,
  type PlanOptions,
  reconcile,
} from "../../../src/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { cloud, dataOf, failureOf, imagesOf, onlyImage, specOf } from "../support/cloud.ts";
import { endless, type ImportingCloud, importingCloud, telling } from "../support/importing-cloud.ts";

beforeEach(skipWaits);

const URL_TEXT = "https://example.org/debian.raw";
const CONTENT = "what is behind the URL";
const files = { [URL_TEXT]: CONTENT };
const spec = (fields: Partial<ImageSpecInput> = {}): ImageSpecInput =>
  specOf({ source: { webDownload: URL_TEXT }, ...fields });
const digest = (algorithm: string) => `${algorithm}:${createHash(algorithm).update(CONTENT).digest("hex")}`;

async function apply(
  backend: ImportingCloud,
  fields: Partial<ImageSpecInput> = {},
  options: PlanOptions = {},
) {
  const images = new ImageManager(backend);
  const plan = await images.plan(spec(fields), options);
  return images.apply(JSON.parse(JSON.stringify(plan)) as typeof plan);
}

describe("source.webDownload", () => {
  it("is fetched by the cloud, and waited for until it has ended", async () => {
    const backend = importingCloud({ files, looks: 2 });
    expect(await apply(backend)).toMatchObject({
      method: "web-download",
      image: { status: "active", sizeBytes: CONTENT.length, stores: ["fast"], serverProperties: {} },
      verification: {
        status: "unverifiable",
        reason: "the data did not pass this process, and the spec declares no checksum of it",
      },
    });
    expect(backend.requests).toEqual([{ method: "web-download", url: URL_TEXT }]);
    expect(backend.uploads).toEqual([]);
    expect(await new ImageManager(backend).plan(spec())).toMatchObject({ action: "none", content: "same" });
  });

  it("tells of its progress, and of the total only in the end", async () => {
    const backend = importingCloud({ files, looks: 3 });
    const images = new ImageManager(backend);
    const events: unknown[] = [];
    for (const name of ["upload-start", "upload-progress", "upload-end", "download-start"] as const)
      images.on(name, ({ transferredBytes, totalBytes }) =>
        events.push([name, transferredBytes, totalBytes]),
      );
    await images.apply(spec());
    const size = CONTENT.length;
    expect(events).toEqual([
      ["upload-start", 0, undefined],
      ["upload-progress", 5, undefined],
      ["upload-progress", size, size],
      ["upload-end", size, size],
    ]);
  });

  it("tells of each status once, as it comes", async () => {
    const statuses = ["queued", "importing", "importing", "active"];
    const backend = telling(importingCloud({ files, looks: 2 }), (state) => {
      const [status = "active"] = statuses.splice(0, 1);
      return state.status === "running" ? { ...state, image: { ...state.image, status } } : state;
    });
    const images = new ImageManager(backend);
    const told: unknown[] = [];
    images.on("upload-start", () => told.splice(0));
    images.on("image-status", (event) => told.push(event));
    const { image } = await images.apply(spec());
    expect(told).toEqual(
      ["queued", "importing", "active"].map((status) => ({ name: "debian", imageId: image.id, status })),
    );
  });

  it.each([
    ["that the cloud reports", digest("sha512"), { status: "verified", algorithm: "sha512" }],
    [
      "that it doesn't report",
      digest("sha256"),
      { status: "unverifiable", reason: "the spec declares sha256, the cloud reports sha512 and md5" },
    ],
    [
      "that this process can't compute",
      "nosuch:00ff",
      { status: "unverifiable", reason: "the spec declares nosuch, the cloud reports sha512 and md5" },
    ],
  ])("with a checksum by an algorithm %s", async (_title, checksum, verification) => {
    const source = { webDownload: URL_TEXT, checksum };
    expect(await apply(importingCloud({ files }), { source })).toMatchObject({ verification });
  });

  it("with another checksum than what the cloud stored is deleted, and is an error", async () => {
    const backend = importingCloud({ files });
    const source = { webDownload: URL_TEXT, checksum: `md5:${"0".repeat(32)}` };
    expect(await failureOf(apply(backend, { source }))).toMatchObject({
      code: "ERR_DIGEST_MISMATCH",
      expected: source.checksum,
      actual: digest("md5"),
    });
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("isn't compared where nobody asks for it, nor where the cloud converted it", async () => {
    const source = { webDownload: URL_TEXT, checksum: `md5:${"0".repeat(32)}` };
    expect(await apply(importingCloud({ files }), { source, verifyChecksum: false })).toMatchObject({
      verification: { status: "skipped" },
    });
    const backend = importingCloud({ files });
    const converting = telling(backend, (state) =>
      state.status === "done" ? { ...state, image: { ...state.image, diskFormat: "qcow2" } } : state,
    );
    expect(await apply(converting, { source })).toMatchObject({
      verification: { status: "unverifiable", reason: "the cloud converted the data from raw to qcow2" },
    });
  });

  it("has the record of its URL, whatever its checksum", async () => {
    const backend = importingCloud({ files });
    await apply(backend, { source: { webDownload: URL_TEXT, checksum: digest("sha256") } });
    const images = new ImageManager(backend);
    expect(await images.plan(spec())).toMatchObject({ action: "none" });
    const other = { source: { webDownload: `${URL_TEXT}.new` } };
    expect(await images.plan(spec(other))).toMatchObject({ action: "replace", replaces: ["source"] });
  });

  it("that has changed replaces the image, which stays until the new one is whole", async () => {
    const next = `${URL_TEXT}.next`;
    const backend = importingCloud({ files: { ...files, [next]: "something newer" } });
    const { image: old } = await apply(backend);
    await expect(apply(backend, { source: { webDownload: `${URL_TEXT}.gone` } })).rejects.toMatchObject({
      code: "ERR_IMAGE_FAILED",
    });
    expect(await onlyImage(backend)).toMatchObject({ id: old.id, status: "active" });
    const { image } = await apply(backend, { source: { webDownload: next } }, { stores: ["slow"] });
    expect(await onlyImage(backend)).toMatchObject({ id: image.id, sizeBytes: 15, stores: ["slow"] });
  });

  it.each<[string, Partial<ImageSpecInput>]>([
    ["decompress", { decompress: true }],
    ["convert", { convert: true }],
  ])("can't be combined with %s", async (capability, fields) => {
    await expect(new ImageManager(importingCloud({ files })).plan(spec(fields))).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability,
    });
  });

  it("is refused where the cloud doesn't offer it, and asks only once", async () => {
    const backend = importingCloud({ files, methods: ["glance-direct"] });
    await expect(new ImageManager(backend).plan(spec())).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "source.webDownload",
      message: expect.stringContaining("the cloud offers glance-direct, not web-download; use source.url"),
    });
  });
});

describe("an import that fails", () => {
  it("is told with the cloud's reason, and leaves nothing", async () => {
    const backend = importingCloud();
    expect(
      await failureOf(apply(backend, { source: { webDownload: `${URL_TEXT}?key=secret` } })),
    ).toMatchObject({
      code: "ERR_IMAGE_FAILED",
      status: "queued",
      stores: ["fast"],
      message: expect.stringMatching(
        /^The import of https:\/\/example.org\/debian.raw\S* into image \S+ failed, in fast: 404 of the source$/,
      ),
    });
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("doesn't show what is in the URL, even where the cloud does", async () => {
    const url = `${URL_TEXT}?key=hunter2`;
    const failing = telling(importingCloud(), () => ({
      status: "failed",
      image: undefined,
      reason: `no ${url}`,
      failedStores: [],
    }));
    const error = await failureOf(apply(failing, { source: { webDownload: url } }));
    expect(String(error)).toContain(`failed: no ${URL_TEXT}?key=…`);
    expect(inspect(error)).not.toContain("hunter2");
  });

  it("leaves an image whose id was chosen, which takes the next attempt", async () => {
    const found: Record<string, string> = {};
    const backend = importingCloud({ files: found });
    const id = "6f3b8f0e-1111-4222-8333-94a5b6c7d8e9";
    await expect(apply(backend, { id })).rejects.toMatchObject({ code: "ERR_IMAGE_FAILED" });
    expect(await onlyImage(backend)).toMatchObject({ id, status: "queued" });
    found[URL_TEXT] = CONTENT;
    expect(await apply(backend, { id })).toMatchObject({ image: { id, status: "active" } });
  });

  it("in one of its stores fails as a whole, unless not every one must succeed", async () => {
    const broken = ["slow"];
    expect(await failureOf(apply(importingCloud({ files, broken }), {}, { stores: "all" }))).toMatchObject({
      code: "ERR_IMAGE_FAILED",
      stores: ["slow"],
    });
    const lenient = { stores: "all", allStoresMustSucceed: false } as const;
    expect(await apply(importingCloud({ files, broken }), {}, lenient)).toMatchObject({
      image: { status: "active", stores: ["fast"] },
      failedStores: ["slow"],
    });
  });

  it("of an earlier attempt, in another store, is none of this one's", async () => {
    const remembering = telling(importingCloud({ files }), (state) =>
      state.status === "done" ? { ...state, failedStores: ["slow"] } : state,
    );
    const result = await apply(remembering);
    expect(result).toMatchObject({ image: { status: "active", stores: ["fast"] } });
    expect(result).not.toHaveProperty("failedStores");
  });

  it("of a cloud that says nothing of it is bounded by time", async () => {
    const backend = importingCloud({ isSilent: true });
    const images = new ImageManager(backend, { statusTimeoutMs: 300 });
    expect(await failureOf(images.apply(spec()))).toMatchObject({
      code: "ERR_IMAGE_TIMEOUT",
      status: "queued",
    });
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("of a cloud that says that it began, and then no more, is told", async () => {
    let asked = 0;
    const failing = telling(importingCloud({ files, looks: 100 }), (state) =>
      ++asked > 1 && state.image !== undefined ? { status: "pending", image: state.image } : state,
    );
    expect(await failureOf(apply(failing))).toMatchObject({
      code: "ERR_IMAGE_FAILED",
      message: expect.stringContaining("the image is queued, and the cloud says no more"),
    });
  });

  it("by never ending ends with the time, or with an abort by its own reason", async () => {
    const backend = importingCloud({ files, looks: 100 });
    const images = new ImageManager(backend, { statusTimeoutMs: 300 });
    expect(await failureOf(images.apply(spec()))).toMatchObject({ code: "ERR_IMAGE_TIMEOUT" });
    const controller = new AbortController();
    images.on("upload-start", () => setTimeout(() => controller.abort("enough"), 20));
    expect(await failureOf(images.apply(spec(), { signal: controller.signal }))).toBe("enough");
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("by not ending in one store leaves no image, though another store has its data", async () => {
    const backend = importingCloud({ files, looks: 0 });
    const images = new ImageManager(endless(backend), { statusTimeoutMs: 300 });
    expect(await failureOf(images.apply(spec()))).toMatchObject({
      code: "ERR_IMAGE_TIMEOUT",
      status: "active",
    });
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("of a cloud without a lock isn't mistaken for one that has not begun", async () => {
    expect(await apply(importingCloud({ files, isSilent: true }))).toMatchObject({
      image: { status: "active" },
    });
  });
});

describe("an import whose answer is lost", () => {
  const lost = () => new NetworkError("no answer", { code: "ERR_NETWORK", phase: "request" });

  it("has begun when the image says so", async () => {
    const backend = importingCloud({
      files,
      async start(start, ...args) {
        await start(...args);
        throw lost();
      },
    });
    expect(await apply(backend)).toMatchObject({ method: "web-download", image: { status: "active" } });
    expect(backend.requests).toHaveLength(1);
  });

  it("has not begun when the image doesn't", async () => {
    const backend = importingCloud({ files, start: () => Promise.reject(lost()) });
    expect(await failureOf(apply(backend))).toMatchObject({ code: "ERR_NETWORK" });
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("has not begun when nobody can tell", async () => {
    const error = lost();
    const backend = importingCloud({ files, start: () => Promise.reject(error) });
    const state = () => Promise.reject(lost());
    const mute: ImportingCloud = { ...backend, imports: { ...backend.imports, state } };
    expect(await failureOf(apply(mute))).toBe(error);
    expect(await imagesOf(backend)).toEqual([]);
  });
});

describe("an import that is refused", () => {
  it("has not begun, whatever else is under way", async () => {
    const refused = refusal(403, "URI does not pass filtering");
    const backend = importingCloud({
      files,
      async start(start, ...args) {
        await start(...args);
        throw refused;
      },
    });
    expect(await failureOf(apply(backend))).toBe(refused);
    expect(await imagesOf(backend)).toEqual([]);
  });

  it.each<[string, 404 | 409, (backend: ImportingCloud, id: string) => Promise<void>, object]>([
    [
      "filled",
      409,
      (backend, id) => backend.upload(id, { sizeBytes: 5, chunks: chunks("other") }),
      { observed: "active" },
    ],
    ["deleted", 404, (backend, id) => backend.delete(id), { observed: "no image" }],
  ])("as another process has %s the image meanwhile says so", async (what, status, does, facts) => {
    const cause = refusal(status, "no");
    const backend = importingCloud({
      async start(_start, id) {
        await does(backend, id);
        throw cause;
      },
    });
    expect(await failureOf(apply(backend))).toMatchObject({
      code: "ERR_PLAN_STALE",
      message: expect.stringContaining(`(debian) was ${what} by another process meanwhile. Plan again`),
      cause,
      ...facts,
    });
    expect(await imagesOf(backend)).toHaveLength(what === "filled" ? 1 : 0);
  });

  it("where another process does nothing either is told as it is", async () => {
    const refused = refusal(409, "Image has active task");
    const backend = importingCloud({ start: () => Promise.reject(refused) });
    expect(await failureOf(apply(backend))).toBe(refused);
    expect(await imagesOf(backend)).toEqual([]);
  });
});

it("staged data stays where it is on a backend without imports, and that is told", async () => {
  const { imports: _imports, ...backend } = importingCloud();
  const id = "6f3b8f0e-1111-4222-8333-94a5b6c7d8e9";
  await backend.create({ id, name: "debian", containerFormat: "bare", diskFormat: "raw" });
  backend.stage(id, "first data");
  const source = dataOf("first data");
  const plan = reconcile(specOf({ source }), await backend.get(id));
  expect(await failureOf(new ImageManager(backend).apply(plan, { source }))).toMatchObject({
    code: "ERR_UNSUPPORTED",
    backend: "memory",
    capability: "imports",
  });
  expect(await onlyImage(backend)).toMatchObject({ id, status: "uploading" });
});

it("an image that another process fills before the cloud is asked to is left to it", async () => {
  const backend = importingCloud({ files });
  const controller = new AbortController();
  const images = new ImageManager({
    ...backend,
    async create(image, options) {
      const made = await backend.create(image, options);
      await backend.upload(made.id, { sizeBytes: 5, chunks: chunks("other") });
      controller.abort("enough");
      return made;
    },
  });
  expect(await failureOf(images.apply(spec(), { signal: controller.signal }))).toBe("enough");
  expect(await onlyImage(backend)).toMatchObject({ status: "active", sizeBytes: 5 });
  expect(backend.requests).toEqual([]);
});

it("an import that is under way when a plan is made is waited for", async () => {
  const backend = importingCloud({ files, looks: 3 });
  const id = "6f3b8f0e-1111-4222-8333-94a5b6c7d8e9";
  await backend.create({ id, name: "debian", containerFormat: "bare", diskFormat: "raw" });
  await backend.imports.start(id, { method: "web-download", url: URL_TEXT });
  const plan = await new ImageManager(backend).plan(specOf({ source: undefined }));
  expect(plan).toMatchObject({ action: "none", imageId: id });
  expect(await backend.get(id)).toMatchObject({ status: "active", serverProperties: {} });
});

it.each(["plan", "apply"])("an import into an active image is waited for by %s", async (when) => {
  const backend = importingCloud({ files, looks: 3 });
  const images = new ImageManager(backend);
  const { image } = await images.apply(spec());
  const copy = () => backend.imports.start(image.id, { method: "copy-image", stores: ["slow"] });
  const tagged = spec({ tags: ["a"] });
  if (when === "plan") await copy();
  const plan = await images.plan(tagged);
  if (when === "apply") await copy();
  expect(await images.apply(plan)).toMatchObject({ image: { tags: ["a"], stores: ["fast", "slow"] } });
});

describe("source.imageId", () => {
  it("of the same cloud is read and uploaded by this process", async () => {
    const backend = cloud();
    const images = new ImageManager(backend);
    const { image: original } = await images.apply(specOf());
    const copy = specOf({ name: "copy", source: { imageId: original.id } });
    const plan = await images.plan(copy);
    expect(plan).toMatchObject({ action: "create", sizeBytes: 10 });
    const { image, method, verification } = await images.apply(plan);
    expect({ method, verification }).toEqual({
      method: "upload",
      verification: { status: "verified", algorithm: "sha512" },
    });
    expect(image.hashValue).toBe(original.hashValue);
    expect(await images.plan(copy)).toMatchObject({ action: "none", content: "same" });
    await images.destroy(original.id);
    expect(await images.plan(copy)).toMatchObject({ action: "none", content: "same" });
    await expect(images.plan({ ...copy, name: "late" })).rejects.toMatchObject({
      code: "ERR_HTTP_NOT_FOUND",
    });
  });

  it("that comes out other than the cloud says of it is an error, and leaves no copy", async () => {
    const backend = cloud();
    const { image } = await new ImageManager(backend).apply(specOf());
    const images = new ImageManager({
      ...backend,
      download: async () => ({ sizeBytes: 10, chunks: chunks("0123456789") }),
    });
    const copy = specOf({ name: "copy", source: { imageId: image.id } });
    expect(await failureOf(images.apply(copy))).toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
    expect(await onlyImage(backend)).toMatchObject({ id: image.id });
  });

  it("of another region is fetched by the cloud", async () => {
    const backend = importingCloud({ files: { i: CONTENT } });
    const source = { imageId: "i", region: "RegionTwo" };
    expect(await apply(backend, { source })).toMatchObject({
      method: "glance-download",
      verification: { status: "unverifiable" },
    });
    expect(backend.requests).toEqual([{ method: "glance-download", imageId: "i", region: "RegionTwo" }]);
    expect(await failureOf(apply(importingCloud(), { source }))).toMatchObject({
      code: "ERR_IMAGE_FAILED",
      message: expect.stringMatching(/^The import of image i of RegionTwo into image \S+ failed/),
    });
    await expect(
      new ImageManager(importingCloud({ methods: [] })).plan(spec({ source })),
    ).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "source.imageId",
    });
  });
});

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

describe.each(["before", "after"] as const)("an abort %s each call", (when) => {
  it.each<[string, PlanOptions, Partial<ImageSpecInput>]>([
    ["a fetch by the cloud", { stores: "all" }, {}],
    ["a staged upload", { stores: "all" }, { source: dataOf(CONTENT) }],
  ])(
    "of %s rejects with the signal's own reason and leaves no image, or came too late",
    async (_title, options, fields) => {
      for (let at = 1, done = false; !done; at++) {
        const backend = importingCloud({ files, looks: 0 });
        const plan = await new ImageManager(backend).plan(spec(fields), options);
        const controller = new AbortController();
        let count = 0;
        const aborting = calling(backend, when, () => {
          if (++count === at) controller.abort("enough");
        });
        const apply = new ImageManager(aborting).apply(plan, {
          signal: controller.signal,
          source: fields.source,
        });
        const failure = await apply.then(
          () => undefined,
          (error: unknown) => error,
        );
        const left = await imagesOf(backend);
        done = failure === undefined;
        if (done) expect(left).toMatchObject([{ status: "active", stores: ["fast", "slow"] }]);
        else {
          expect(failure, `at call ${at}`).toBe("enough");
          expect(left, `at call ${at}`).toEqual([]);
        }
        expect(getEventListeners(controller.signal, "abort")).toEqual([]);
      }
    },
  );
});

/** The cloud, with something done before or after each of its calls. */
function calling(backend: ImportingCloud, when: "before" | "after", done: () => void): Backend {
  const around = <Args extends unknown[], Value>(call: (...args: Args) => Promise<Value>) => {
    return async (...args: Args): Promise<Value> => {
      if (when === "before") done();
      const value = await call(...args);
      if (when === "after") done();
      return value;
    };
  };
  const { imports } = backend;
  return {
    ...backend,
    get: around(backend.get),
    create: around(backend.create),
    update: around(backend.update),
    imports: { ...imports, start: around(imports.start), state: around(imports.state) },
  };
}

/** How long an apply waits for clouds and other processes, and how often it asks meanwhile. */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { type Image, ImageManager, NetworkError } from "../../../src/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { type Cloud, cloud, failureOf, imagesOf, onlyImage, specOf } from "../support/cloud.ts";
import { givingCloud } from "../support/giving-cloud.ts";
import { importingCloud, telling } from "../support/importing-cloud.ts";

beforeEach(skipWaits);

/** Pauses that are half as long again each time, up to 5 s; timers know whole milliseconds. */
const GROWING_MS = [200, 300, 450, 675, 1012, 1518, 2278, 3417, 5000, 5000];

/** The times between looks. */
function pausesMs(looksMs: readonly number[]): number[] {
  return looksMs.slice(1).map((ms, index) => ms - (looksMs[index] ?? 0));
}

/** Where an image has another status for a while; the times of the looks at it. */
function changing(inner: Cloud, statusAt: (ms: number) => string | undefined) {
  const looksMs: number[] = [];
  let startMs: number | undefined;
  const get: Cloud["get"] = async (id, options) => {
    const image = await inner.get(id, options);
    if (image === undefined || startMs === undefined) return image;
    const ms = performance.now() - startMs;
    looksMs.push(ms);
    const status = statusAt(ms);
    return status === undefined ? image : { ...image, status };
  };
  const begin = (): void => {
    startMs = performance.now();
  };
  return { backend: { ...inner, get }, looksMs, begin };
}

describe("an image that the cloud takes its time for", () => {
  const filling = (statusAt: (ms: number) => string | undefined) => {
    const inner = cloud();
    const { backend, looksMs, begin } = changing(inner, statusAt);
    const upload: Cloud["upload"] = async (...args) => {
      await inner.upload(...args);
      begin();
    };
    return { backend: { ...backend, upload }, looksMs };
  };

  it("is looked at less and less often, and every 5 s in the end", async () => {
    const { backend, looksMs } = filling((ms) => (ms < 18_000 ? "saving" : undefined));
    expect((await new ImageManager(backend).apply(specOf())).image.status).toBe("active");
    expect(pausesMs(looksMs)).toEqual(GROWING_MS.slice(0, looksMs.length - 1));
    expect(looksMs.at(-1)).toBeGreaterThan(18_000);
  });

  it("has the time anew whenever its status changes", async () => {
    const statuses = ["saving", "importing", "saving"];
    const { backend } = filling((ms) => statuses[Math.floor(ms / 4_000)]);
    const images = new ImageManager(backend, { statusTimeoutMs: 6_000 });
    expect((await images.apply(specOf())).image.status).toBe("active");
  });

  it("is given up when its time is over, and not much earlier", async () => {
    const { backend, looksMs } = filling(() => "saving");
    const images = new ImageManager(backend, { statusTimeoutMs: 10_000 });
    expect(await failureOf(images.apply(specOf()))).toMatchObject({ code: "ERR_IMAGE_TIMEOUT" });
    const endMs = looksMs.at(-1) ?? 0;
    expect(endMs).toBeLessThanOrEqual(10_000);
    expect(endMs).toBeGreaterThan(5_000);
  });

  it("is the image when an operator closes it in the moment", async () => {
    const { backend } = filling(() => "deactivated");
    expect((await new ImageManager(backend).apply(specOf())).image.status).toBe("deactivated");
  });
});

describe("a deleted image that is still there", () => {
  const deleting = async (statusAt: (ms: number) => string | undefined, goneAfterMs = Number.MAX_VALUE) => {
    const inner = cloud();
    const { image } = await new ImageManager(inner).apply(specOf());
    const { backend, looksMs, begin } = changing(inner, statusAt);
    const get: Cloud["get"] = async (id, options) => {
      if ((looksMs.at(-1) ?? 0) >= goneAfterMs) await inner.delete(id);
      return backend.get(id, options);
    };
    const images = new ImageManager({ ...backend, get, delete: async () => begin() });
    return { looksMs, image, destroy: () => images.destroy(image.id) };
  };

  it("is taken to stay after 2 s without a sign, and that is told", async () => {
    const { destroy, looksMs, image } = await deleting(() => undefined);
    const error = await failureOf(destroy());
    expect(error).toMatchObject({ code: "ERR_IMAGE_TIMEOUT", status: "active", retryable: true });
    expect(String(error)).toContain(`Image ${image.id} (debian) was deleted, and is still active`);
    expect(pausesMs(looksMs)).toEqual(GROWING_MS.slice(0, looksMs.length - 1));
    expect(looksMs.at(-1)).toBeLessThanOrEqual(2_000);
    expect(looksMs.length).toBeGreaterThan(3);
  });

  it("is waited for as long as its status says that it is going", async () => {
    const { destroy, looksMs } = await deleting(() => "deleting", 12_000);
    await destroy();
    expect(looksMs.at(-1)).toBeGreaterThanOrEqual(12_000);
  });

  it.each(["deleted", "pending_delete"])("as %s is gone", async (status) => {
    const { destroy, looksMs } = await deleting(() => status);
    await destroy();
    expect(looksMs).toEqual([0]);
  });
});

it("a status that nobody knows is waited for only where the cloud makes images itself", async () => {
  const inner = cloud();
  const { image } = await new ImageManager(inner).apply(specOf());
  const list: Cloud["list"] = async function* (query, options) {
    for await (const each of inner.list(query, options)) yield { ...each, status: "preparing" };
  };
  const get: Cloud["get"] = async (id, options) => {
    const each = await inner.get(id, options);
    return each && { ...each, status: "preparing" };
  };
  const images = new ImageManager({ ...inner, list, get });
  const startMs = performance.now();
  expect(await images.plan(specOf({ source: undefined }))).toMatchObject({ imageId: image.id });
  expect(performance.now() - startMs).toBe(0);
});

describe("data in a staging area", () => {
  async function staged(text: string) {
    const backend = importingCloud();
    const id = randomUUID();
    await backend.create({ id, name: "debian", containerFormat: "bare", diskFormat: "raw" });
    backend.stage(id, text);
    return { backend, id };
  }
  const elapsedMs = async (work: () => Promise<unknown>): Promise<number> => {
    const startMs = performance.now();
    await work();
    return performance.now() - startMs;
  };

  it("that nobody imports for 3 s is taken over", async () => {
    const { backend, id } = await staged("first data");
    const images = new ImageManager(backend);
    let plan: unknown;
    const ms = await elapsedMs(async () => {
      plan = await images.plan(specOf());
    });
    expect(plan).toMatchObject({ action: "update", imageId: id, content: "changed" });
    expect(ms).toBeGreaterThan(3_000);
    expect(ms).toBeLessThan(5_000);
    expect(await images.apply(specOf())).toMatchObject({
      method: "glance-direct",
      image: { status: "active" },
    });
  });

  it("that somebody imports meanwhile is waited for", async () => {
    const { backend, id } = await staged("first data");
    setTimeout(() => void backend.imports.start(id, { method: "glance-direct" }), 2_000);
    expect(await new ImageManager(backend).plan(specOf({ source: undefined }))).toMatchObject({
      action: "none",
      imageId: id,
    });
    expect(await backend.get(id)).toMatchObject({ status: "active" });
  });

  it("is not what an upload is that has brought nothing yet", async () => {
    const { backend } = await staged("");
    const images = new ImageManager(backend, { statusTimeoutMs: 10_000 });
    expect(await failureOf(images.plan(specOf()))).toMatchObject({
      code: "ERR_IMAGE_TIMEOUT",
      status: "uploading",
    });
  });

  it("is none where a cloud imports nothing: an upload is under way", async () => {
    const inner = cloud();
    await inner.create({ id: "i", name: "debian", containerFormat: "bare", diskFormat: "raw" });
    const get: Cloud["get"] = async (id, options) => {
      const image = await inner.get(id, options);
      return image && { ...image, status: "uploading", sizeBytes: 5 };
    };
    const list: Cloud["list"] = async function* () {
      const image = await get("i");
      if (image !== undefined) yield image;
    };
    const images = new ImageManager({ ...inner, get, list }, { statusTimeoutMs: 10_000 });
    expect(await failureOf(images.plan(specOf()))).toMatchObject({ code: "ERR_IMAGE_TIMEOUT" });
  });

  it("is not what is being stored, whatever its size", async () => {
    const inner = importingCloud();
    const { image } = await new ImageManager(inner).apply(specOf());
    const get: Cloud["get"] = async (id, options) => {
      const each = await inner.get(id, options);
      return each && (performance.now() < 20_000 ? { ...each, status: "saving" } : each);
    };
    const list: Cloud["list"] = async function* () {
      yield { ...image, status: "saving" };
    };
    expect(await new ImageManager({ ...inner, get, list }).plan(specOf())).toMatchObject({ action: "none" });
    expect(performance.now()).toBeGreaterThan(20_000);
  });

  it("is waited for anew when it was imported in vain meanwhile", async () => {
    const { backend, id } = await staged("first data");
    const isImporting = (image: Image) => image.serverProperties?.["lock"] === "held";
    let startMs = 0;
    const get: Cloud["get"] = async (key, options) => {
      const image = await backend.get(key, options);
      const ms = performance.now() - startMs;
      return image && { ...image, serverProperties: ms > 2_000 && ms < 4_000 ? { lock: "held" } : {} };
    };
    startMs = performance.now();
    const images = new ImageManager({ ...backend, get, imports: { ...backend.imports, isImporting } });
    expect(await images.plan(specOf())).toMatchObject({ action: "update", imageId: id });
    expect(performance.now() - startMs).toBeGreaterThan(7_000);
  });
});

describe("an import that is under way", () => {
  it("is looked at less and less often, and every 5 s in the end", async () => {
    const looksMs: number[] = [];
    const url = "https://example.org/a";
    const backend = importingCloud({ files: { [url]: "data" }, looks: 11 });
    const state: typeof backend.imports.state = (...args) => {
      looksMs.push(performance.now());
      return backend.imports.state(...args);
    };
    const images = new ImageManager({ ...backend, imports: { ...backend.imports, state } });
    await images.apply(specOf({ source: { webDownload: url } }));
    expect(pausesMs(looksMs).slice(0, 10)).toEqual(GROWING_MS);
  });

  it.each<[string, (ms: number) => Pick<Image, "status"> & { readonly transferredBytes?: number }]>([
    ["bytes have come in", (ms) => ({ status: "queued", transferredBytes: ms })],
    ["its status changes", (ms) => ({ status: ms < 4_000 ? "queued" : "importing" })],
  ])("has the time anew whenever %s", async (_what, runningAt) => {
    const url = "https://example.org/a";
    const startMs = performance.now();
    const backend = telling(importingCloud({ files: { [url]: "data" }, looks: 8 }), (state) => {
      if (state.status !== "running") return state;
      const { status, transferredBytes } = runningAt(performance.now() - startMs);
      return { ...state, image: { ...state.image, status }, transferredBytes };
    });
    const images = new ImageManager(backend, { statusTimeoutMs: 7_000 });
    const { image } = await images.apply(specOf({ source: { webDownload: url } }));
    expect(image.status).toBe("active");
    expect(performance.now() - startMs).toBeGreaterThan(8_000);
  });

  it("may take all of its time", async () => {
    const url = "https://example.org/a";
    const backend = importingCloud({ files: { [url]: "data" } });
    const images = new ImageManager(backend, { statusTimeoutMs: 200 });
    expect((await images.apply(specOf({ source: { webDownload: url } }))).image.status).toBe("active");
  });

  it("without a sign is given up when its time is over, and that is told", async () => {
    const url = "https://example.org/a";
    const backend = importingCloud({ files: { [url]: "data" }, looks: 100 });
    const images = new ImageManager(backend, { statusTimeoutMs: 10_000 });
    const startMs = performance.now();
    const error = await failureOf(images.apply(specOf({ source: { webDownload: url } })));
    expect(error).toMatchObject({ code: "ERR_IMAGE_TIMEOUT", status: "queued", retryable: true });
    expect(String(error)).toMatch(/was still queued, and an import into it still under way, after 10000 ms/);
    const ms = performance.now() - startMs;
    expect(ms).toBeLessThanOrEqual(10_000);
    expect(ms).toBeGreaterThan(5_000);
  });
});

describe("an empty record of another process", () => {
  const OTHER = "ffffffff-ffff-4fff-8fff-ffffffffffff";
  const besides = (id: string, goneAfterMs = Number.MAX_VALUE, fields: Partial<Image> = {}) => {
    const inner = importingCloud();
    let madeMs: number | undefined;
    const waitedMs = () => (madeMs === undefined ? 0 : performance.now() - madeMs);
    const backend: Cloud = {
      ...inner,
      async create(image, options) {
        await inner.create({ id, name: "debian", containerFormat: "bare", diskFormat: "raw" });
        madeMs = performance.now();
        return inner.create(image, options);
      },
      async *list(query, options) {
        if (waitedMs() >= goneAfterMs) await inner.delete(id);
        for await (const image of inner.list(query, options))
          yield image.id === id ? { ...image, ...fields } : image;
      },
    };
    const images = new ImageManager(backend);
    return { inner, waitedMs, apply: async () => images.apply(await images.plan(specOf())) };
  };

  it("with a higher id has 3 s to go", async () => {
    const { inner, apply } = besides(OTHER, 2_500);
    const { image } = await apply();
    expect(await onlyImage(inner)).toMatchObject({ id: image.id, status: "active" });
  });

  it("with a higher id that stays after 3 s is told of, and this one's goes", async () => {
    const { inner, apply, waitedMs } = besides(OTHER);
    const error = await failureOf(apply());
    expect(error).toMatchObject({ code: "ERR_PLAN_STALE", planned: "no image", observed: OTHER });
    expect(String(error)).toContain(
      `Another process has made the image ${OTHER} of the name "debian" meanwhile. Plan again`,
    );
    expect(waitedMs()).toBeGreaterThan(2_500);
    expect(waitedMs()).toBeLessThanOrEqual(3_000);
    expect(await onlyImage(inner)).toMatchObject({ id: OTHER });
  });

  it.each<[string, Partial<Image>]>([
    ["gets data", { status: "saving" }],
    ["has data", { status: "active" }],
    ["is about to be imported", { serverProperties: { lock: "held" } }],
  ])("with a higher id that %s is given way to at once", async (_what, fields) => {
    const { apply, waitedMs } = besides(OTHER, undefined, fields);
    expect(await failureOf(apply())).toMatchObject({ code: "ERR_PLAN_STALE", observed: OTHER });
    expect(waitedMs()).toBe(0);
  });

  it("with a lower id is given way to at once", async () => {
    const { inner, apply, waitedMs } = besides("00000000-0000-4000-8000-000000000000");
    expect(await failureOf(apply())).toMatchObject({ code: "ERR_PLAN_STALE" });
    expect(waitedMs()).toBe(0);
    expect(await imagesOf(inner)).toHaveLength(1);
  });
});

describe("an image whose id the cloud gives, and whose answer is lost,", () => {
  const LOST = new NetworkError("lost", { code: "ERR_NETWORK", phase: "request" });
  const looking = (visibleAfterMs: number) => {
    let lostMs: number | undefined;
    let creations = 0;
    const looksMs: number[] = [];
    const inner = givingCloud({
      create: async (create, ...args) => {
        creations++;
        const image = await create(...args);
        if (lostMs !== undefined) return image;
        lostMs = performance.now();
        throw LOST;
      },
    });
    const backend: Cloud = {
      ...inner,
      async *list(query, options) {
        const ms = lostMs === undefined ? undefined : performance.now() - lostMs;
        if (ms !== undefined) looksMs.push(ms);
        if (ms === undefined || ms >= visibleAfterMs) yield* inner.list(query, options);
      },
    };
    return { backend, looksMs, creations: () => creations };
  };

  it("is looked for under its name until it is seen", async () => {
    const { backend, looksMs, creations } = looking(600);
    expect((await new ImageManager(backend).apply(specOf())).image.status).toBe("active");
    expect(looksMs.slice(0, 3)).toEqual([0, 200, 600]);
    expect(creations()).toBe(1);
  });

  it("is looked for four times before it is made once more", async () => {
    const { backend, looksMs, creations } = looking(Number.MAX_VALUE);
    await new ImageManager(backend).apply(specOf());
    expect(looksMs.slice(0, 4)).toEqual([0, 200, 600, 1_400]);
    expect(creations()).toBe(2);
  });
});

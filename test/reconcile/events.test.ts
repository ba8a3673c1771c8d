import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type ImageEvents, ImageManager, type ProgressEvent } from "../../src/index.ts";
import { skipWaits } from "../support/fake-time.ts";
import { httpServer } from "../support/loopback.ts";
import { cloud, dataOf, failureOf, specOf, watched } from "./support/cloud.ts";

const NAMES = [
  "plan-start",
  "action-start",
  "action-end",
  "download-start",
  "download-progress",
  "download-end",
  "decompress-progress",
  "upload-start",
  "upload-progress",
  "upload-end",
  "image-status",
  "request-retry",
  "cache-hit",
] as const satisfies readonly (keyof ImageEvents)[];

/** Every event of a manager, in its order. */
function told(images: ImageManager): [name: string, event: object][] {
  const events: [string, object][] = [];
  for (const name of NAMES) images.on(name, (event: object) => void events.push([name, event]));
  return events;
}

describe("events tell of", () => {
  it("a creation, step by step", async () => {
    const images = new ImageManager(cloud());
    const events = told(images);
    const { image } = await images.apply(specOf());
    const names = events.map(([name]) => name).filter((name) => name !== "image-status");
    expect(names).toEqual([
      "plan-start",
      "action-start",
      "upload-start",
      "upload-progress",
      "upload-end",
      "action-end",
    ]);
    const byName = Object.fromEntries(events);
    const upload = { name: "debian", imageId: image.id, totalBytes: 10 };
    expect(byName).toMatchObject({
      "plan-start": { name: "debian" },
      "action-start": { action: "create", name: "debian" },
      "upload-start": { ...upload, transferredBytes: 0 },
      "upload-progress": { ...upload, transferredBytes: 10 },
      "upload-end": { ...upload, transferredBytes: 10 },
      "image-status": { name: "debian", imageId: image.id, status: "active" },
      "action-end": { action: "create", name: "debian", imageId: image.id, image, error: undefined },
    });
  });
  it("an update", async () => {
    const images = new ImageManager(cloud());
    const { image } = await images.apply(specOf());
    const events = told(images);
    await images.apply({ name: "debian", tags: ["t"] });
    expect(events).toEqual([
      ["plan-start", { name: "debian" }],
      ["action-start", { action: "update", name: "debian", imageId: image.id }],
      ["action-end", expect.objectContaining({ action: "update", imageId: image.id, error: undefined })],
    ]);
  });
  it("a deletion", async () => {
    const images = new ImageManager(cloud());
    const { image } = await images.apply(specOf());
    const events = told(images);
    await images.destroy(image.id);
    const deletion = { action: "delete", name: "debian", imageId: image.id };
    expect(events).toEqual([
      ["action-start", deletion],
      ["action-end", { ...deletion, image: undefined, error: undefined }],
    ]);
  });
  it("a failure, with the error that is thrown", async () => {
    const error = new Error("the source broke");
    const images = new ImageManager(cloud());
    const events = told(images);
    const source = {
      open: async function* () {
        yield new Uint8Array(3);
        throw error;
      },
    };
    expect(await failureOf(images.apply(specOf({ source })))).toBe(error);
    expect(events.at(-1)).toEqual([
      "action-end",
      { action: "create", name: "debian", imageId: undefined, image: undefined, error },
    ]);
    expect(events.map(([name]) => name)).not.toContain("upload-end");
  });
  it("a request that is made again", async () => {
    const backend = cloud();
    const retry = { method: "GET", url: "https://example.org/v2", attempt: 1, status: 503 };
    const images = new ImageManager({
      ...backend,
      get(id, options) {
        options?.onRetry?.(retry);
        return backend.get(id, options);
      },
    });
    const events = told(images);
    await images.get("i");
    expect(events).toEqual([["request-retry", retry]]);
  });
});

describe("progress", () => {
  async function progressOf(count: number, pauseMs: number, size?: number): Promise<ProgressEvent[]> {
    skipWaits();
    // Uninspected: so small a source would be read ahead, and go out at once.
    const images = new ImageManager(cloud(), { inspection: "off" });
    const events: ProgressEvent[] = [];
    images.on("upload-progress", (event) => void events.push(event));
    const open = async function* () {
      for (let index = 0; index < count; index++) {
        if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
        yield new Uint8Array(10);
      }
    };
    await images.apply(specOf({ source: size === undefined ? { open } : { open, size } }));
    return events;
  }

  it("never goes back, never exceeds the total, and is whole only at the end", async () => {
    const events = await progressOf(6, 110, 60);
    const bytes = events.map(({ transferredBytes }) => transferredBytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(bytes.filter((transferred) => transferred >= 60)).toEqual([60]);
    expect(bytes.at(-1)).toBe(60);
    expect(bytes.length).toBeGreaterThan(2);
    for (const { totalBytes } of events) expect(totalBytes).toBe(60);
  });
  it("is not whole before the cloud has said so", async () => {
    skipWaits();
    const backend = cloud();
    const images = new ImageManager({
      ...backend,
      async upload(id, data, options) {
        const chunks = (async function* () {
          for await (const chunk of data.chunks) {
            yield chunk;
            await new Promise((resolve) => setTimeout(resolve, 110));
          }
        })();
        await backend.upload(id, { ...data, chunks }, options);
        throw new Error("the cloud found no room");
      },
    });
    const events: ProgressEvent[] = [];
    images.on("upload-progress", (event) => void events.push(event));
    await expect(images.apply(specOf())).rejects.toThrow("no room");
    for (const { transferredBytes } of events) expect(transferredBytes).toBeLessThan(10);
  });
  it("is told at most ten times a second, and not much less often", async () => {
    const events = await progressOf(300, 10, 3000);
    expect(events.length).toBeLessThanOrEqual(30);
    expect(events.length).toBeGreaterThan(20);
  });
  it.each(["gzip", false] as const)("of a URL is as honest, decompressed (%s) or not", async (decompress) => {
    // Hardly to be compressed, so that it comes in many chunks.
    const data = randomBytes(2_000_000);
    const body = decompress === false ? data : gzipSync(data);
    const url = await httpServer(async (_request, response) => {
      response.setHeader("content-length", body.length);
      for (let offset = 0; offset < body.length; offset += 400_000) {
        response.write(body.subarray(offset, offset + 400_000));
        await new Promise((resolve) => setTimeout(resolve, 130));
      }
      response.end();
    });
    const images = new ImageManager(cloud(), { inspection: "off", cache: false });
    const events = told(images);
    await images.apply(specOf({ source: { url }, decompress }));
    const of = (name: string) =>
      events.filter(([each]) => each === name).map(([, event]) => event as ProgressEvent);
    for (const name of decompress === false
      ? ["download-progress"]
      : ["download-progress", "decompress-progress"]) {
      const bytes = of(name).map(({ transferredBytes }) => transferredBytes);
      expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
      expect(bytes.filter((count) => count >= body.length)).toEqual([body.length]);
      expect(bytes.length).toBeGreaterThan(2);
      for (const { totalBytes } of of(name)) expect(totalBytes).toBe(body.length);
      for (const { bytesPerSecond } of of(name).slice(0, -1)) expect(bytesPerSecond).toBeGreaterThan(0);
      expect(of(name).at(-1)?.bytesPerSecond).toBeUndefined();
    }
    const uploads = of("upload-progress");
    const total = decompress === false ? data.length : undefined;
    for (const { totalBytes } of uploads.slice(0, -1)) expect(totalBytes).toBe(total);
    expect(uploads.at(-1)).toMatchObject({ transferredBytes: data.length, totalBytes: data.length });
    expect(events.map(([name]) => name).filter((name) => name.startsWith("decompress")).length > 0).toBe(
      decompress !== false,
    );
  });
  it("has no total where nobody knows one, until the end", async () => {
    const events = await progressOf(4, 110);
    expect(events.slice(0, -1).every(({ totalBytes }) => totalBytes === undefined)).toBe(true);
    expect(events.at(-1)).toMatchObject({ transferredBytes: 40, totalBytes: 40 });
  });
});

describe("a listener", () => {
  afterEach(() => vi.restoreAllMocks());

  it("that throws breaks nothing, and the others are told", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const images = new ImageManager(cloud());
    const later: string[] = [];
    for (const name of NAMES) {
      images.on(name, () => {
        throw new Error(`no ${name}`);
      });
      images.on(name, () => void later.push(name));
    }
    const { image } = await images.apply(specOf());
    expect(image.status).toBe("active");
    expect(later).toContain("upload-progress");
    expect(later.at(-1)).toBe("action-end");
    expect(warn).toHaveBeenCalledTimes(later.length);
  });
  it.each([[undefined], [Symbol("odd")], [Object.create(null)], ["text"]])(
    "may throw anything: %o",
    async (thrown) => {
      vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const images = new ImageManager(cloud());
      images.on("plan-start", () => {
        throw thrown;
      });
      expect((await images.plan(specOf())).action).toBe("create");
    },
  );
  it("that is asynchronous may fail, too", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const images = new ImageManager(cloud());
    images.on("plan-start", async () => {
      throw new Error("later");
    });
    await images.plan(specOf());
    await new Promise((resolve) => setImmediate(resolve));
    expect(warn).toHaveBeenCalledOnce();
  });
  it("that wants to be told once is told once, and others again and again", async () => {
    const images = new ImageManager(cloud());
    const [once, always] = [vi.fn(), vi.fn()];
    images.once("plan-start", once);
    images.on("plan-start", always);
    await images.plan(specOf());
    await images.plan(specOf());
    expect(once).toHaveBeenCalledTimes(1);
    expect(always).toHaveBeenCalledTimes(2);
  });
  it("can be taken off, also by itself", async () => {
    const images = new ImageManager(cloud());
    const other = vi.fn();
    const self = vi.fn(() => void images.off("plan-start", self));
    images.on("plan-start", self);
    images.on("plan-start", other);
    await images.plan(specOf());
    await images.plan(specOf());
    expect(self).toHaveBeenCalledTimes(1);
    expect(other).toHaveBeenCalledTimes(2);
  });
});

it("emit says whether anybody listened", () => {
  const images = new ImageManager(cloud());
  expect(images.emit("plan-start", { name: "a" })).toBe(false);
  images.on("plan-start", () => {});
  expect(images.emit("plan-start", { name: "a" })).toBe(true);
});

it("no event holds a secret", async () => {
  const images = new ImageManager(cloud());
  const events = told(images);
  const source = { url: "http://127.0.0.1:1/a", password: "hunter2", headers: { Authorization: "hunter2" } };
  await failureOf(images.apply(specOf({ source })));
  expect(events.length).toBeGreaterThan(1);
  expect(JSON.stringify(events)).not.toContain("hunter2");
});

it("listeners are told while the work goes on, not after it", async () => {
  const order: string[] = [];
  const images = new ImageManager(watched(cloud(), (name) => void order.push(name)));
  images.on("upload-start", () => void order.push("upload-start"));
  await images.apply(specOf({ source: dataOf("abc") }));
  expect(order.indexOf("upload-start")).toBeLessThan(order.indexOf("upload"));
});

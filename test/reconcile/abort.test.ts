import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { ImageManager, type ImageSpecInput } from "../../src/index.ts";
import { type Cloud, cloud, dataOf, failureOf, imagesOf, specOf, watched } from "./support/cloud.ts";

const REASON = { why: "enough" };

interface Outcome {
  readonly backend: Cloud;
  readonly call: string;
  readonly failure: unknown;
  readonly signal: AbortSignal;
}

/** Aborts an apply at its first call, its second, …, before or after it, until one gets through. */
async function abortAtEach(
  when: "before" | "after",
  spec: () => ImageSpecInput,
  prepare: (images: ImageManager) => Promise<unknown> = async () => undefined,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let at = 1; at < 50; at++) {
    const backend = cloud();
    await prepare(new ImageManager(backend));
    const controller = new AbortController();
    let [count, call] = [0, ""];
    const abort = (name: string): void => {
      if (++count !== at) return;
      call = name;
      controller.abort(REASON);
    };
    const watching = when === "before" ? watched(backend, abort) : watched(backend, () => {}, abort);
    const images = new ImageManager(watching);
    const apply = images.apply(spec(), { signal: controller.signal });
    const failure = await apply.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (call === "") return outcomes;
    outcomes.push({ backend, call, failure, signal: controller.signal });
  }
  throw new Error("there is no end");
}

describe.each(["before", "after"] as const)("an abort %s each call", (when) => {
  it("of a creation rejects with the signal's own reason and leaves no image, or came too late", async () => {
    const outcomes = await abortAtEach(when, () => specOf());
    expect(outcomes.map(({ call }) => call)).toEqual(expect.arrayContaining(["create", "upload", "get"]));
    for (const { backend, call, failure, signal } of outcomes) {
      const left = await imagesOf(backend);
      if (failure === undefined) expect(left, call).toMatchObject([{ status: "active" }]);
      else {
        expect(failure, call).toBe(REASON);
        expect(left, call).toEqual([]);
      }
      expect(getEventListeners(signal, "abort"), call).toEqual([]);
    }
    expect(outcomes.filter(({ failure }) => failure === REASON).length).toBeGreaterThan(1);
  });

  it("of a creation without data leaves no image, or came too late", async () => {
    const { source: _source, ...bare } = specOf();
    for (const { backend, call, failure } of await abortAtEach(when, () => bare)) {
      expect([undefined, REASON]).toContain(failure);
      expect(await imagesOf(backend), call).toHaveLength(failure === undefined ? 1 : 0);
    }
  });

  it("of an update leaves the image as it was, or as it shall be", async () => {
    const spec = { name: "debian", tags: ["t"], properties: { a: "1" } };
    const outcomes = await abortAtEach(
      when,
      () => spec,
      (images) => images.apply(specOf()),
    );
    for (const { backend, call, failure } of outcomes) {
      expect([undefined, REASON]).toContain(failure);
      const [image] = await imagesOf(backend);
      if (image?.tags.length === 0) expect(image, call).toMatchObject({ status: "active", properties: {} });
      else expect(image, call).toMatchObject({ status: "active", tags: ["t"], properties: { a: "1" } });
    }
  });

  it("of a replacement leaves an image that is whole", async () => {
    const spec = () => ({ name: "debian", diskFormat: "ploop", source: dataOf("second data") });
    const outcomes = await abortAtEach(when, spec, (images) => images.apply(specOf()));
    for (const { backend, call, failure } of outcomes) {
      expect([undefined, REASON]).toContain(failure);
      const left = await imagesOf(backend);
      expect(
        left.every(({ status }) => status === "active"),
        call,
      ).toBe(true);
      expect(left.length, call).toBeGreaterThan(0);
    }
  });

  it("of a replacement can be followed by another run, which ends in one image", async () => {
    const spec = () => ({ name: "debian", diskFormat: "ploop", source: dataOf("second data") });
    const outcomes = await abortAtEach(when, spec, (images) => images.apply(specOf()));
    for (const { backend, call } of outcomes) {
      const again = await new ImageManager(backend).apply(spec()).catch((error: unknown) => error);
      expect(again, call).not.toBeInstanceOf(Error);
      expect(await imagesOf(backend), call).toMatchObject([{ status: "active", diskFormat: "ploop" }]);
    }
  });

  it("of a creation can be followed by another run, which ends in one image", async () => {
    for (const { backend, call } of await abortAtEach(when, () => specOf())) {
      await new ImageManager(backend).apply(specOf());
      expect(await imagesOf(backend), call).toMatchObject([{ status: "active", sizeBytes: 10 }]);
    }
  });
});

describe("an abort", () => {
  it("between two chunks rejects with the signal's own reason, and leaves no image", async () => {
    const controller = new AbortController();
    const backend = cloud();
    let closed = false;
    const source = {
      open: async function* () {
        try {
          yield new Uint8Array(10);
          controller.abort(REASON);
          yield new Uint8Array(10);
        } finally {
          closed = true;
        }
      },
    };
    const apply = new ImageManager(backend).apply(specOf({ source }), { signal: controller.signal });
    expect(await failureOf(apply)).toBe(REASON);
    expect(await imagesOf(backend)).toEqual([]);
    expect(closed).toBe(true);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
  it("while a chunk is awaited that never comes ends it, too", async () => {
    const controller = new AbortController();
    const backend = cloud();
    const source = {
      open: async function* (): AsyncGenerator<Uint8Array> {
        setTimeout(() => controller.abort(REASON), 5);
        await new Promise(() => {});
        yield new Uint8Array(1);
      },
    };
    const apply = new ImageManager(backend).apply(specOf({ source }), { signal: controller.signal });
    expect(await failureOf(apply)).toBe(REASON);
    expect(await imagesOf(backend)).toEqual([]);
  });
  it("while the cloud takes its time ends the waiting, and leaves no image", async () => {
    const controller = new AbortController();
    const backend = cloud();
    const images = new ImageManager({
      ...backend,
      get: async (id, options) => {
        const image = await backend.get(id, options);
        return image?.status === "active" ? { ...image, status: "saving" } : image;
      },
    });
    images.on("upload-end", () => setTimeout(() => controller.abort(REASON), 20));
    expect(await failureOf(images.apply(specOf(), { signal: controller.signal }))).toBe(REASON);
    expect(await imagesOf(backend)).toEqual([]);
  });
  it("may have any reason, and by default is an AbortError", async () => {
    const images = new ImageManager(cloud());
    expect(await failureOf(images.apply(specOf(), { signal: AbortSignal.abort() }))).toMatchObject({
      name: "AbortError",
    });
    expect(await failureOf(images.plan(specOf(), { signal: AbortSignal.abort(0) }))).toBe(0);
  });
  it("before the start rejects every call, and sends nothing", async () => {
    const calls: string[] = [];
    const images = new ImageManager(watched(cloud(), (name) => void calls.push(name)));
    const signal = AbortSignal.abort(REASON);
    const attempts: readonly Promise<unknown>[] = [
      images.plan(specOf(), { signal }),
      images.apply(specOf(), { signal }),
    ];
    for (const attempt of attempts) expect(await failureOf(attempt)).toBe(REASON);
    expect(calls).toEqual([]);
    const reads: readonly Promise<unknown>[] = [
      images.get("i", { signal }),
      images.find({}, { signal }),
      images.destroy("i", { signal }),
      images.list({}, { signal }).next(),
      images.download("i", "file", { signal }),
    ];
    for (const read of reads) expect(await failureOf(read)).toBe(REASON);
  });
});

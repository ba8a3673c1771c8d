import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import {
  type AppliedImage,
  type Backend,
  type FanOutResult,
  ImageManager,
  type OpenSource,
} from "../../../src/index.ts";
import { chunksOf, failingWith, inChunks, someBytes } from "../../support/bytes.ts";
import { rejectionOf as failureOf } from "../../support/errors.ts";
import { httpServer } from "../../support/loopback.ts";
import { temporaryFile } from "../../support/temporary.ts";
import { type Cloud, cloud, imagesOf, onlyImage, recorded, specOf, textOf } from "../support/cloud.ts";

const DATA = someBytes(3_000_000);
const SHA512 = createHash("sha512").update(DATA).digest("hex");

/** A source, and how often it was opened, and how much was read. */
function counted(data: Uint8Array = DATA): {
  source: OpenSource;
  seen: { opened: number; readBytes: number };
} {
  const seen = { opened: 0, readBytes: 0 };
  const open = async function* () {
    seen.opened++;
    for await (const chunk of inChunks(data)) {
      seen.readBytes += chunk.length;
      yield chunk;
    }
  };
  return { source: { open, size: data.length }, seen };
}

const named = (name: string, inner: Cloud = cloud(), region?: string): Cloud => ({ ...inner, name, region });

function fulfilled(results: readonly FanOutResult[]): readonly AppliedImage[] {
  return results.map((result) => {
    if (result.status === "rejected") throw result.error;
    return result;
  });
}

const errorsOf = (results: readonly FanOutResult[]): unknown[] =>
  results.map((result) => (result.status === "rejected" ? result.error : undefined));

/** A cloud whose uploads take some chunks and then nothing, until they are aborted. */
function stalling(afterChunks: number, inner: Cloud = cloud()): Cloud {
  return {
    ...inner,
    upload: (id, { chunks, ...data }, options) => {
      const stalled = async function* () {
        let taken = 0;
        for await (const chunk of chunks) {
          if (taken++ === afterChunks) await new Promise(() => {});
          yield chunk;
        }
      };
      return inner.upload(id, { ...data, chunks: stalled() }, options);
    },
  };
}

/** A cloud whose uploads fail after some chunks. */
function failing(error: unknown, afterChunks: number, inner: Cloud = cloud()): Cloud {
  return {
    ...inner,
    upload: (id, { chunks, ...data }, options) => {
      const broken = async function* () {
        let taken = 0;
        for await (const chunk of chunks) {
          if (taken++ === afterChunks) throw error;
          yield chunk;
        }
      };
      return inner.upload(id, { ...data, chunks: broken() }, options);
    },
  };
}

const manager = (): ImageManager => new ImageManager(cloud(), { inspection: "off" });

describe("one spec and several clouds", () => {
  it("are brought together by one read of the source, with a result for each in their order", async () => {
    const backends = [named("a"), named("b", cloud(), "RegionTwo"), named("c"), named("d")];
    const { source, seen } = counted();
    const results = await manager().applyTo(specOf({ source }), backends);
    expect(seen).toEqual({ opened: 1, readBytes: DATA.length });
    expect(results.map(({ backend, region, status }) => [backend, region, status])).toEqual([
      ["a", undefined, "fulfilled"],
      ["b", "RegionTwo", "fulfilled"],
      ["c", undefined, "fulfilled"],
      ["d", undefined, "fulfilled"],
    ]);
    for (const { image, plan, verification } of fulfilled(results)) {
      expect(image).toMatchObject({ status: "active", hashValue: SHA512 });
      expect(plan.action).toBe("create");
      expect(verification).toMatchObject({ status: "verified", algorithm: "sha512" });
    }
  });
  it("the source is decompressed once", async () => {
    const { source, seen } = counted(gzipSync(DATA));
    const results = await manager().applyTo(specOf({ source, decompress: "gzip" }), [cloud(), cloud()]);
    expect(seen.opened).toBe(1);
    for (const { image } of fulfilled(results)) expect(image.hashValue).toBe(SHA512);
  });
  it("a file is sent to each, whoever gives its memory back", async () => {
    const file = await temporaryFile(DATA);
    const releasing = cloud();
    const gives: Cloud = {
      ...releasing,
      upload: (id, data, options) => {
        const chunks = (async function* () {
          for await (const chunk of data.chunks) {
            yield chunk;
            data.release?.(chunk);
            data.release?.(chunk);
          }
        })();
        return releasing.upload(id, { sizeBytes: data.sizeBytes, chunks }, options);
      },
    };
    const results = await manager().applyTo(specOf({ source: { file } }), [gives, cloud()]);
    for (const { image } of fulfilled(results)) expect(image.hashValue).toBe(SHA512);
  });
  it("clouds that report different digests are each held to their own", async () => {
    const md5 = createHash("md5").update(DATA).digest("hex");
    const reporting = (inner: Cloud): Cloud => ({
      ...inner,
      hashAlgorithm: () => "md5",
      get: async (id, options) => {
        const image = await inner.get(id, options);
        return image && { ...image, hashAlgorithm: undefined, hashValue: undefined };
      },
    });
    const results = await manager().applyTo(specOf({ source: counted().source }), [
      reporting(cloud()),
      cloud(),
    ]);
    expect(
      fulfilled(results).map(({ image, verification }) => [image.checksum, verification.algorithm]),
    ).toEqual([
      [md5, "md5"],
      [md5, "sha512"],
    ]);
  });
  it("what is in place needs nothing, and where all is the source isn't opened", async () => {
    const backends = [recorded(), recorded(), recorded()];
    const { source, seen } = counted();
    const checksum = `sha512:${SHA512}`;
    const file = await temporaryFile(DATA);
    const spec = specOf({ source: { file, checksum } });
    const [first, ...others] = backends;
    await manager().applyTo(spec, [first as Backend]);
    first?.takeWrites();
    const second = await manager().applyTo(spec, backends);
    expect(fulfilled(second).map(({ plan }) => plan.action)).toEqual(["none", "create", "create"]);
    expect(first?.takeWrites()).toEqual([]);
    for (const other of others) other.takeWrites();
    const program = specOf({ name: "other", source });
    await manager().applyTo(program, backends);
    await manager().applyTo(program, backends);
    expect(seen.opened).toBe(1);
  });
  it("each gets the plan of its own: a replacement, an update, a creation", async () => {
    const [old, renamed, empty] = [cloud(), cloud(), cloud()];
    const file = await temporaryFile(DATA);
    const other = await temporaryFile(Buffer.from("old"));
    await manager().applyTo(specOf({ source: { file: other } }), [old]);
    await manager().applyTo(specOf({ source: { file }, tags: ["old"] }), [renamed]);
    const spec = specOf({ source: { file }, tags: ["new"] });
    const results = fulfilled(await manager().applyTo(spec, [old, renamed, empty]));
    expect(results.map(({ plan }) => plan.action)).toEqual(["replace", "update", "create"]);
    for (const backend of [old, renamed, empty])
      expect(await onlyImage(backend)).toMatchObject({ hashValue: SHA512, tags: ["new"], status: "active" });
  });
});

describe("one that", () => {
  it.each([0, 1, 20])("fails after %i chunks leaves the others alone, and nothing behind", async (chunks) => {
    const error = new Error("the store is full");
    const broken = cloud();
    const others = [cloud(), cloud()];
    const { source, seen } = counted();
    const results = await manager().applyTo(specOf({ source }), [failing(error, chunks, broken), ...others]);
    expect(errorsOf(results)).toEqual([error, undefined, undefined]);
    expect(seen.opened).toBe(1);
    expect(await imagesOf(broken)).toEqual([]);
    for (const other of others) expect((await onlyImage(other)).hashValue).toBe(SHA512);
  });
  it("fails before there is data leaves the others alone", async () => {
    const error = new Error("no such project");
    const inner = cloud();
    const broken: Cloud = { ...inner, create: () => Promise.reject(error) };
    const unplanned: Cloud = {
      ...cloud(),
      // biome-ignore lint/correctness/useYield: it fails at once
      list: async function* () {
        throw error;
      },
    };
    const results = await manager().applyTo(specOf({ source: counted().source }), [
      broken,
      cloud(),
      unplanned,
    ]);
    expect(errorsOf(results)).toEqual([error, undefined, error]);
  });
  it("can't do what the spec asks for says so, and the others do it", async () => {
    const { upload: _upload, create: _create, ...reading } = cloud();
    const results = await manager().applyTo(specOf({ source: counted().source }), [reading, cloud()]);
    expect(errorsOf(results)).toEqual([expect.objectContaining({ code: "ERR_UNSUPPORTED" }), undefined]);
  });
  it.each([0, 1, 30])("stalls after %i chunks is left out, its image with it", async (chunks) => {
    const stalled = cloud();
    const others = [cloud(), cloud()];
    const data = someBytes(12_000_000);
    const backends = [others[0] as Cloud, stalling(chunks, stalled), others[1] as Cloud];
    const results = await manager().applyTo(specOf({ source: counted(data).source }), backends, {
      stallTimeoutMs: 500,
    });
    expect(errorsOf(results)).toEqual([
      undefined,
      expect.objectContaining({ name: "NetworkError", code: "ERR_TIMEOUT", phase: "upload" }),
      undefined,
    ]);
    expect(await imagesOf(stalled)).toEqual([]);
    for (const other of others) expect((await onlyImage(other)).sizeBytes).toBe(data.length);
    fulfilled([...(await manager().applyTo(specOf({ source: counted(data).source }), [stalled]))]);
  });
  it("isn't ready in time is left out", async () => {
    const late: Cloud = { ...cloud(), list: hanging };
    const results = await manager().applyTo(specOf({ source: counted().source }), [late, cloud()], {
      stallTimeoutMs: 500,
    });
    expect(errorsOf(results)).toEqual([expect.objectContaining({ code: "ERR_TIMEOUT" }), undefined]);
  });
});

/** A listing that gives nothing until it is aborted. */
async function* hanging(
  _query: unknown,
  options: { signal?: AbortSignal | undefined } = {},
): AsyncGenerator<never> {
  await new Promise((_resolve, reject) => {
    options.signal?.addEventListener("abort", () => reject(options.signal?.reason));
  });
}

describe("a source that", () => {
  it("fails fails all that need data, and nothing half-made stays", async () => {
    const error = new Error("the disk is gone");
    const backends = [cloud(), cloud(), cloud()];
    const source = { open: () => failingWith(error, DATA.subarray(0, 500_000), DATA.subarray(0, 10)) };
    const results = await manager().applyTo(specOf({ source }), backends);
    expect(errorsOf(results)).toEqual([error, error, error]);
    for (const backend of backends) expect(await imagesOf(backend)).toEqual([]);
  });
  it("isn't what its checksum says fails all, but not what is in place", async () => {
    const file = await temporaryFile(DATA);
    const placed = cloud();
    const checksum = `sha512:${SHA512}`;
    await manager().applyTo(specOf({ source: { file, checksum } }), [placed]);
    const broken = await temporaryFile(Buffer.concat([DATA.subarray(1), Buffer.alloc(1)]));
    const empty = [cloud(), cloud()];
    const spec = specOf({ source: { file: broken, checksum } });
    const results = await manager().applyTo(spec, [placed, ...empty]);
    const mismatch = expect.objectContaining({ code: "ERR_DIGEST_MISMATCH" });
    expect(errorsOf(results)).toEqual([undefined, mismatch, mismatch]);
    for (const backend of empty) expect(await imagesOf(backend)).toEqual([]);
  });
  it("is missing fails all before anything is made", async () => {
    const error = new Error("nothing there");
    const backends = [recorded(), recorded()];
    const source = {
      open: () => {
        throw error;
      },
    };
    const images = new ImageManager(cloud());
    const results = await images.applyTo(specOf({ diskFormat: "qcow2", source }), backends);
    expect(errorsOf(results)).toEqual([error, error]);
    for (const backend of backends) expect(backend.takeWrites()).toEqual([]);
  });
});

it("the fastest is never far ahead of the slowest, and only a few chunks are in memory", async () => {
  const chunkBytes = 65_536;
  const data = someBytes(20_000_000);
  let readBytes = 0;
  let takenBytes = 0;
  let furthestBytes = 0;
  const inner = cloud();
  const slow: Cloud = {
    ...inner,
    upload: (id, { chunks, ...rest }, options) => {
      const slowly = async function* () {
        for await (const chunk of chunks) {
          await new Promise((resolve) => setImmediate(resolve));
          takenBytes += chunk.length;
          furthestBytes = Math.max(furthestBytes, readBytes - takenBytes);
          yield chunk;
        }
      };
      return inner.upload(id, { ...rest, chunks: slowly() }, options);
    },
  };
  const open = async function* () {
    for await (const chunk of inChunks(data, chunkBytes)) {
      readBytes += chunk.length;
      yield chunk;
    }
  };
  fulfilled(await manager().applyTo(specOf({ source: { open } }), [cloud(), slow, cloud()]));
  expect(takenBytes).toBe(data.length);
  expect(furthestBytes).toBeLessThanOrEqual(4 * 1024 * 1024 + 4 * chunkBytes);
});

describe("an abort", () => {
  it("ends all with the signal's own reason, leaves nothing, and no listener", async () => {
    const reason = { why: "enough" };
    const controller = new AbortController();
    const { signal } = controller;
    const removed = vi.spyOn(signal, "removeEventListener");
    const added = vi.spyOn(signal, "addEventListener");
    const backends = [cloud(), stalling(3), cloud()];
    const open = async function* () {
      yield DATA.subarray(0, 100_000);
      yield DATA.subarray(0, 100_000);
      controller.abort(reason);
      yield* chunksOf(DATA);
    };
    expect(await failureOf(manager().applyTo(specOf({ source: { open } }), backends, { signal }))).toBe(
      reason,
    );
    for (const backend of backends) expect(await imagesOf(backend)).toEqual([]);
    expect(removed.mock.calls.length).toBeGreaterThanOrEqual(added.mock.calls.length);
  });
  it("takes nothing away from those that were done before it", async () => {
    const controller = new AbortController();
    const images = manager();
    const ended = Promise.withResolvers<void>();
    images.on("action-end", () => ended.resolve());
    const [first, second] = [cloud(), cloud()];
    const waiting: Cloud = {
      ...second,
      async upload(id, data, options) {
        const image = await second.upload(id, data, options);
        await ended.promise;
        await new Promise((resolve) => setImmediate(resolve));
        controller.abort(new Error("enough"));
        options?.signal?.throwIfAborted();
        return image;
      },
    };
    const { signal } = controller;
    const results = await images.applyTo(specOf({ source: counted().source }), [first, waiting], { signal });
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(errorsOf(results)[1]).toMatchObject({ message: "enough" });
    expect((await onlyImage(first)).status).toBe("active");
  });
  it("before it began asks nobody", async () => {
    const backend = recorded();
    const signal = AbortSignal.abort("no");
    expect(await failureOf(manager().applyTo(specOf(), [backend], { signal }))).toBe("no");
    expect(backend.calls).toEqual([]);
  });
});

describe("before anything is sent", () => {
  it("a spec that is wrong everywhere is refused", async () => {
    const backend = recorded();
    const wrong = { ...specOf(), naem: "x" };
    expect(await failureOf(manager().applyTo(wrong, [backend]))).toMatchObject({ code: "ERR_SPEC_INVALID" });
    expect(backend.calls).toEqual([]);
  });
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    "a stallTimeoutMs of %d is refused",
    async (stallTimeoutMs) => {
      const backend = recorded();
      const failure = await failureOf(manager().applyTo(specOf(), [backend], { stallTimeoutMs }));
      expect(failure).toMatchObject({ code: "ERR_SPEC_INVALID", issues: [{ path: ["stallTimeoutMs"] }] });
      expect(backend.calls).toEqual([]);
    },
  );
  it("no backend is refused", async () => {
    expect(await failureOf(manager().applyTo(specOf(), []))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      message: expect.stringContaining("The backends of applyTo() are invalid"),
      issues: [{ path: [], message: "name at least one" }],
    });
  });
  it("a backend that is there twice is refused, and said to be where", async () => {
    const [once, twice] = [recorded(), recorded()];
    expect(await failureOf(manager().applyTo(specOf(), [twice, once, twice]))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      message: expect.stringContaining("The backends of applyTo() are invalid"),
      issues: [{ path: [2], message: "is given twice: an image would be made twice" }],
    });
    expect([...once.calls, ...twice.calls]).toEqual([]);
  });
});

it("events say which target they are about; the download is told of once", async () => {
  const url = await httpServer((_request, response) => response.end(DATA));
  const images = new ImageManager(cloud(), { inspection: "off", cache: false });
  const events: [string, object][] = [];
  for (const name of ["plan-start", "action-end", "download-start", "download-end", "upload-end"] as const)
    images.on(name, (event: object) => void events.push([name, event]));
  const backends = [named("a", cloud(), "One"), named("b", cloud(), "Two")];
  fulfilled(await images.applyTo(specOf({ source: { url } }), backends));
  const of = (wanted: string) => events.filter(([name]) => name === wanted).map(([, event]) => event);
  const a = expect.objectContaining({ name: "debian", backend: "a", region: "One" });
  const b = expect.objectContaining({ name: "debian", backend: "b", region: "Two" });
  for (const name of ["plan-start", "action-end", "upload-end"]) {
    expect(of(name)).toHaveLength(2);
    expect(of(name)).toEqual(expect.arrayContaining([a, b]));
  }
  const download = { name: "debian", imageId: undefined };
  expect(of("download-start")).toEqual([{ ...download, transferredBytes: 0, totalBytes: undefined }]);
  expect(of("download-end")).toEqual([
    { ...download, transferredBytes: DATA.length, totalBytes: DATA.length },
  ]);
});

it("an image of another cloud's own is copied by each from itself", async () => {
  const backends = [cloud(), cloud()];
  const id = "11111111-2222-4333-8444-555555555555";
  for (const [index, backend] of backends.entries()) {
    const source = { open: () => chunksOf(Buffer.from(`data ${index}`)) };
    fulfilled(await manager().applyTo(specOf({ id, name: "original", source }), [backend]));
  }
  const results = fulfilled(await manager().applyTo(specOf({ source: { imageId: id } }), backends));
  const texts = results.map(({ image }, index) => textOf(backends[index] as Cloud, image.id));
  expect(await Promise.all(texts)).toEqual(["data 0", "data 1"]);
});

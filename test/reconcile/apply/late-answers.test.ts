/** What becomes of a creation whose answer is late, lost, or a refusal of its id. */
import { getEventListeners } from "node:events";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { HttpError, ImageManager, type ImageSpecInput, NetworkError } from "../../../src/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import {
  type Cloud,
  cloud,
  endlessSource,
  failureOf,
  imagesOf,
  onlyImage,
  specOf,
} from "../support/cloud.ts";

const ID = "0d1c2b3a-4444-4555-9666-778899aabbcc";
const lost = () => new NetworkError("the answer was lost", { code: "ERR_NETWORK", phase: "request" });
const conflict = () => new HttpError("409", { code: "ERR_HTTP_CONFLICT", status: 409 });

type Create = Cloud["create"];

/** A cloud that makes records in another way, and counts how often it was asked to. */
function creating(create: (inner: Create, ...args: Parameters<Create>) => ReturnType<Create>) {
  const inner = cloud();
  const counted = vi.fn<Create>((...args) => create(inner.create, ...args));
  return { inner, create: counted, images: new ImageManager({ ...inner, create: counted }) };
}

describe("an abort while the record is made", () => {
  beforeEach(skipWaits);

  const waitMs = async (ms: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, ms);
    await promise;
  };

  it("waits for the answer, and the record is deleted", async () => {
    const controller = new AbortController();
    let isCut: boolean | undefined;
    const { inner, images } = creating(async (create, image, options) => {
      setTimeout(() => controller.abort("enough"), 1_000);
      await waitMs(5_990);
      isCut = options?.signal?.aborted;
      return create(image);
    });
    const apply = images.apply(specOf(), { signal: controller.signal });
    expect(await failureOf(apply)).toBe("enough");
    expect(isCut).toBe(false);
    expect(await imagesOf(inner)).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("cuts the call after 5 s, with its own reason", async () => {
    const controller = new AbortController();
    let reason: unknown;
    const { images } = creating(async (_create, _image, options) => {
      setTimeout(() => controller.abort("enough"), 1_000);
      const { promise, reject } = Promise.withResolvers<never>();
      options?.signal?.addEventListener("abort", () => {
        reason = options.signal?.reason;
        reject(reason);
      });
      return promise;
    });
    const startMs = performance.now();
    const apply = images.apply(specOf(), { signal: controller.signal });
    expect(await failureOf(apply)).toBe("enough");
    expect(reason).toBe("enough");
    expect(performance.now() - startMs).toBe(6_000);
  });
});

describe("a creation whose answer is lost", () => {
  it("is taken from the record that the cloud has made", async () => {
    const { inner, create, images } = creating(async (make, image) => {
      await make(image);
      throw lost();
    });
    const { image } = await images.apply(specOf());
    expect(await onlyImage(inner)).toEqual(image);
    expect(create).toHaveBeenCalledTimes(1);
  });

  it("isn't made once more where the id is another image's", async () => {
    const { inner, create, images } = creating(async (make, image) => {
      await make({ ...image, name: "theirs" });
      throw lost();
    });
    expect(await failureOf(images.apply(specOf({ id: ID })))).toMatchObject({ code: "ERR_NETWORK" });
    expect(create).toHaveBeenCalledTimes(1);
    expect(await onlyImage(inner)).toMatchObject({ id: ID, name: "theirs" });
  });

  it("is made once more where the cloud can't be asked for it either", async () => {
    const { inner, create } = creating((make, image) =>
      create.mock.calls.length === 1 ? Promise.reject(lost()) : make(image),
    );
    const get: Cloud["get"] = (id, options) =>
      create.mock.calls.length === 1 ? Promise.reject(lost()) : inner.get(id, options);
    const { image } = await new ImageManager({ ...inner, create, get }).apply(specOf());
    expect(await onlyImage(inner)).toEqual(image);
    expect(create).toHaveBeenCalledTimes(2);
  });
});

describe("a creation that is refused because of its id", () => {
  it("says that a deleted image had it, and to choose another", async () => {
    const refused = conflict();
    const { inner, create, images } = creating(() => Promise.reject(refused));
    const error = await failureOf(images.apply(specOf({ id: ID })));
    expect(error).toMatchObject({ code: "ERR_HTTP_CONFLICT", status: 409, cause: refused });
    expect(String(error)).toContain(`The id ${ID} was used by an image that is deleted`);
    expect(String(error)).toContain("Choose another id");
    expect(create).toHaveBeenCalledTimes(1);
    expect(await imagesOf(inner)).toEqual([]);
  });

  it("says that another process has made, and filled, the image meanwhile", async () => {
    const refused = conflict();
    const { inner, images } = creating(async (make, image) => {
      await make(image);
      await inner.upload(ID, { sizeBytes: 10, chunks: (async function* () {})() });
      throw refused;
    });
    const error = await failureOf(images.apply(await images.plan(specOf({ id: ID }))));
    expect(error).toMatchObject({
      code: "ERR_PLAN_STALE",
      planned: "no image",
      observed: ID,
      cause: refused,
      message: `Image ${ID} (debian) was made by another process meanwhile. Plan again`,
    });
    expect(await onlyImage(inner)).toMatchObject({ status: "active" });
  });

  it("is an error of any other kind as it came", async () => {
    const refused = new HttpError("403", { code: "ERR_HTTP_FORBIDDEN", status: 403 });
    const { create, images } = creating(() => Promise.reject(refused));
    const { source, isClosed } = endlessSource();
    expect(await failureOf(images.apply(specOf({ source })))).toBe(refused);
    expect(create).toHaveBeenCalledTimes(1);
    expect(isClosed()).toBe(true);
  });
});

describe("a record that another of the same name is made beside", () => {
  const besides = async (fields: Partial<ImageSpecInput>) => {
    const { inner, images } = creating(async (make, image) => {
      const id = "00000000-0000-4000-8000-000000000000";
      await inner.create({ id, name: "debian", containerFormat: "bare", diskFormat: "raw" });
      return make(image);
    });
    const apply = images.apply(await images.plan(specOf(fields)));
    return {
      inner,
      error: await apply.then(
        () => undefined,
        (error: unknown) => error,
      ),
    };
  };

  it.each([true, false])("gives way (with data: %s), and is deleted", async (hasData) => {
    const { inner, error } = await besides(hasData ? {} : { source: undefined });
    expect(error).toMatchObject({ code: "ERR_PLAN_STALE" });
    expect(await onlyImage(inner)).toMatchObject({ id: "00000000-0000-4000-8000-000000000000" });
  });

  it.each([true, false])("goes on where the user chose its id (with data: %s)", async (hasData) => {
    const { inner, error } = await besides({ id: ID, ...(hasData ? {} : { source: undefined }) });
    expect(error).toBeUndefined();
    expect(await inner.get(ID)).toMatchObject({ status: hasData ? "active" : "queued" });
  });
});

it("an empty record whose id the user chose stays where an abort comes too late", async () => {
  const controller = new AbortController();
  const { inner, images } = creating(async (make, image) => {
    controller.abort("enough");
    return make(image);
  });
  const apply = images.apply(specOf({ id: ID, source: undefined }), { signal: controller.signal });
  expect(await failureOf(apply)).toBe("enough");
  expect(await onlyImage(inner)).toMatchObject({ id: ID, status: "queued" });
});

it("a record without data has no status to tell of", async () => {
  const images = new ImageManager(cloud());
  const told: unknown[] = [];
  images.on("image-status", (event) => told.push(event));
  await images.apply(specOf({ source: undefined }));
  expect(told).toEqual([]);
});

it("what a cloud doesn't keep of a creation is written afterwards, in one request", async () => {
  const { inner, create } = creating((make, image) =>
    make({ ...image, hidden: false, minDiskGb: 0, properties: {}, tags: [] }),
  );
  const update = vi.fn(inner.update);
  const images = new ImageManager({ ...inner, create, update });
  const spec = specOf({ hidden: true, minDiskGb: 2, properties: { a: "1" }, tags: ["t"] });
  const { image } = await images.apply(spec);
  expect(image).toMatchObject({ hidden: true, minDiskGb: 2, properties: { a: "1" }, tags: ["t"] });
  expect(await onlyImage(inner)).toEqual(image);
  expect(update).toHaveBeenCalledTimes(1);
});

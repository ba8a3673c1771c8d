import { describe, expect, it } from "vitest";
import { HttpError, type Image, ImageManager, NetworkError } from "../../../src/index.ts";
import { skipWaits } from "../../support/fake-time.ts";
import { type Cloud, cloud, dataOf, onlyImage, specOf } from "../support/cloud.ts";

const LOST = new NetworkError("the connection was closed", { code: "ERR_NETWORK", phase: "upload" });

/** A cloud whose answer to an upload is lost; `does` is what becomes of the upload, and `look` what is seen of it. */
function deaf(
  does: (inner: Cloud, ...args: Parameters<Cloud["upload"]>) => Promise<void>,
  look: (image: Image) => Image | undefined = (image) => image,
) {
  const backend = cloud();
  const images = new ImageManager({
    ...backend,
    async get(id, options) {
      const image = await backend.get(id, options);
      return image && look(image);
    },
    async upload(...args) {
      await does(backend, ...args);
      throw LOST;
    },
  });
  return { backend, images };
}

function raise(error: Error): never {
  throw error;
}

describe("the answer to an upload that is lost", () => {
  it("is read from the image when the cloud has all of it", async () => {
    const { backend, images } = deaf((inner, ...args) => inner.upload(...args));
    const { image, verification } = await images.apply(specOf());
    expect(verification).toEqual({ status: "verified", algorithm: "sha512" });
    expect(await onlyImage(backend)).toEqual(image);
  });

  it("is an error when the cloud has nothing, and nothing stays", async () => {
    const { backend, images } = deaf(async (_inner, _id, { chunks }) => {
      for await (const _ of chunks);
    });
    await expect(images.apply(specOf())).rejects.toBe(LOST);
    expect(await Array.fromAsync(backend.list({}))).toEqual([]);
  });

  it("is an error when not all was sent, even if the cloud has made an image of it", async () => {
    const { backend, images } = deaf(async (inner, id, { chunks }) => {
      const first = (async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of chunks) return void (yield chunk);
      })();
      await inner.upload(id, { sizeBytes: 3, chunks: first });
    });
    await expect(images.apply(specOf())).rejects.toBe(LOST);
    expect(await Array.fromAsync(backend.list({}))).toEqual([]);
  });

  it("is an error at once when not all was sent, whatever the image says", async () => {
    skipWaits();
    const { backend, images } = deaf(
      async (_inner, _id, { chunks }) => {
        for await (const _ of chunks) return;
      },
      (image) => ({ ...image, status: "saving" }),
    );
    const startMs = performance.now();
    await expect(images.apply(specOf())).rejects.toBe(LOST);
    expect(performance.now() - startMs).toBe(0);
    expect(await Array.fromAsync(backend.list({}))).toEqual([]);
  });

  it.each<[string, (image: Image) => Image | undefined]>([
    ["gave it up", (image) => ({ ...image, status: "killed" })],
    ["has another amount", (image) => ({ ...image, sizeBytes: 9 })],
    ["has no such image any more", () => undefined],
    ["can't be asked", () => raise(new HttpError("no", { code: "ERR_HTTP_FORBIDDEN", status: 403 }))],
  ])("is an error when all was sent, and the cloud %s", async (_what, look) => {
    const { images } = deaf(
      (inner, ...args) => inner.upload(...args),
      (image) => (image.status === "active" ? look(image) : image),
    );
    await expect(images.apply(specOf())).rejects.toBe(LOST);
  });

  it("is an error when nothing was sent; data that another process has sent stays", async () => {
    const { backend, images } = deaf(async (inner, id) => {
      await inner.upload(id, { sizeBytes: 3, chunks: dataOf("abc").open(0) });
    });
    await expect(images.apply(specOf())).rejects.toBe(LOST);
    expect(await onlyImage(backend)).toMatchObject({ status: "active", sizeBytes: 3 });
  });
});

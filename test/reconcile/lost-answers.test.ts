import { describe, expect, it } from "vitest";
import { ImageManager, NetworkError } from "../../src/index.ts";
import { type Cloud, cloud, dataOf, onlyImage, specOf } from "./cloud.ts";

const LOST = new NetworkError("the connection was closed", { code: "ERR_NETWORK", phase: "upload" });

/** A cloud whose answer to an upload is lost; `does` is what becomes of the upload. */
function deaf(does: (inner: Cloud, ...args: Parameters<Cloud["upload"]>) => Promise<void>) {
  const backend = cloud();
  const images = new ImageManager({
    ...backend,
    async upload(...args) {
      await does(backend, ...args);
      throw LOST;
    },
  });
  return { backend, images };
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

  it("is an error when nothing was sent; data that another process has sent stays", async () => {
    const { backend, images } = deaf(async (inner, id) => {
      await inner.upload(id, { sizeBytes: 3, chunks: dataOf("abc").open(0) });
    });
    await expect(images.apply(specOf())).rejects.toBe(LOST);
    expect(await onlyImage(backend)).toMatchObject({ status: "active", sizeBytes: 3 });
  });
});

/** How a download takes what clouds and targets make of it. */
import { getEventListeners } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { type DownloadOptions, HttpError, type Image, ImageManager, NetworkError } from "../../src/index.ts";
import { inChunks } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Cloud, cloud, specOf } from "./support/cloud.ts";

const DATA = "first data";

/** A cloud with one image, and another way to read its data. */
async function stocked(
  download: (inner: Cloud, ...args: Parameters<Cloud["download"]>) => ReturnType<Cloud["download"]>,
) {
  const inner = cloud();
  const { image } = await new ImageManager(inner).apply(specOf());
  const asked: DownloadOptions[] = [];
  const answering: Cloud = {
    ...inner,
    download(id, options = {}) {
      asked.push(options);
      return download(inner, id, options);
    },
  };
  return { id: image.id, asked, backend: answering, images: new ImageManager(answering) };
}

/** A stream that keeps what is written to it. */
function sink() {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write(part: Buffer, _encoding, done) {
      parts.push(part);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(parts).toString() };
}

const cut = () => new NetworkError("cut", { code: "ERR_NETWORK", phase: "download", retryable: true });

describe("a download to a stream", () => {
  it("is an error where the data isn't what the cloud says it is, and its end is never told", async () => {
    const { id, images } = await stocked(async () => ({
      sizeBytes: DATA.length,
      chunks: inChunks(Buffer.from("other data")),
    }));
    const told: string[] = [];
    images.on("download-end", () => told.push("download-end"));
    const { stream, text } = sink();
    expect(await rejectionOf(images.download(id, stream))).toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
    expect(text()).not.toBe("other data");
    expect(told).toEqual([]);
  });

  it("that takes nothing any more ends with an abort, by its own reason", async () => {
    const { id, images } = await stocked((inner, ...args) => inner.download(...args));
    const controller = new AbortController();
    const stuck = new Writable({ write: () => void setTimeout(() => controller.abort("enough"), 5) });
    expect(await rejectionOf(images.download(id, stuck, { signal: controller.signal }))).toBe("enough");
    expect(stuck.destroyed).toBe(true);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });
});

describe("a cloud", () => {
  it("is not asked for a range where all is wanted", async () => {
    const { id, images, asked } = await stocked((inner, ...args) => inner.download(...args));
    await images.download(id, sink().stream);
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toHaveProperty("startByte");
  });

  it("that goes on a little before where it was asked to is right, too", async () => {
    let calls = 0;
    const { id, images, asked } = await stocked(async (inner, key, options) => {
      if (calls++ > 0) return inner.download(key, { ...options, startByte: 2 });
      return {
        sizeBytes: DATA.length,
        chunks: (async function* () {
          yield Buffer.from(DATA.slice(0, 5));
          throw cut();
        })(),
      };
    });
    const path = join(await temporaryFolder(), "image");
    await images.download(id, path);
    expect(await readFile(path, "utf8")).toBe(DATA);
    expect(asked[1]).toMatchObject({ startByte: 5 });
  });

  it("that goes on behind where it was asked to is told of, with both", async () => {
    let calls = 0;
    const { id, images } = await stocked(async (inner, key, options) => {
      if (calls++ > 0) return inner.download(key, { ...options, startByte: 7 });
      return {
        sizeBytes: DATA.length,
        chunks: (async function* () {
          yield Buffer.from(DATA.slice(0, 5));
          throw cut();
        })(),
      };
    });
    const error = await rejectionOf(images.download(id, sink().stream));
    expect(String(error)).toContain(
      `The data of image ${id} was asked for from byte 5 on, and came from byte 7 on`,
    );
  });
});

describe("a refusal of the data", () => {
  const forbidden = new HttpError("403", { code: "ERR_HTTP_FORBIDDEN", status: 403 });
  const broken = new HttpError("500", { code: "ERR_HTTP_UNAVAILABLE", status: 500 });

  async function refused(status: string, error: Error, sizeBytes = DATA.length) {
    const { id, backend } = await stocked(() => Promise.reject(error));
    const get: Cloud["get"] = async (key, options) => {
      const image = await backend.get(key, options);
      return image && ({ ...image, status, sizeBytes } satisfies Image);
    };
    const images = new ImageManager({ ...backend, get });
    return { id, error: await rejectionOf(images.download(id, sink().stream)) };
  }

  it("of an image that an operator has closed says so, and what to do", async () => {
    const { id, error } = await refused("deactivated", forbidden);
    expect(error).toMatchObject({
      code: "ERR_IMAGE_STATUS",
      imageId: id,
      status: "deactivated",
      cause: forbidden,
    });
    expect(String(error)).toContain(`Image ${id} (debian) is deactivated`);
    expect(String(error)).toContain(`reactivate("${id}")`);
  });

  it("is heard of, even where the cloud knows of no byte", async () => {
    expect((await refused("active", forbidden, 0)).error).toBe(forbidden);
  });

  it.each([
    ["of an image that is open", "active", forbidden],
    ["for another reason than that it is closed", "deactivated", broken],
  ])("%s is told as it came", async (_what, status, error) => {
    expect((await refused(status, error)).error).toBe(error);
  });
});

import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { directory } from "../../src/backends/directory/index.ts";
import {
  type Backend,
  type DownloadOptions,
  ImageManager,
  type ProgressEvent,
  TransferError,
} from "../../src/index.ts";
import { inChunks, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";
import { temporaryFolder } from "../support/folder.ts";
import { type Cloud, cloud, specOf } from "./support/cloud.ts";

// A download that is cut is gone on with at once.
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));
afterEach(() => void vi.restoreAllMocks());

const MIB = 1024 * 1024;
const DATA = someBytes(4 * MIB + 7);

/** A cloud with one image, whose downloads are noted and may be interfered with. */
async function stocked(
  interfere: (chunks: AsyncIterable<Uint8Array>, attempt: number) => AsyncIterable<Uint8Array> = (chunks) =>
    chunks,
  inner: Backend = cloud(),
): Promise<{ id: string; images: ImageManager; backend: Backend; starts: number[] }> {
  const starts: number[] = [];
  const { download } = inner;
  const backend: Backend = {
    ...inner,
    async download(id: string, options: DownloadOptions = {}) {
      if (download === undefined) throw new Error("it has downloads");
      starts.push(options.startByte ?? 0);
      const data = await download(id, options);
      return { ...data, chunks: interfere(data.chunks, starts.length) };
    },
  };
  const images = new ImageManager(backend);
  const source = { open: () => inChunks(DATA) };
  const { image } = await images.apply(specOf({ source }));
  return { id: image.id, images, backend, starts };
}

function cut(offset: number): TransferError {
  return new TransferError("cut", { code: "ERR_TRANSFER_INCOMPLETE", offset, retryable: true });
}

/** As many bytes as that, in whole chunks, and then the error. */
async function* cutAfter(
  bytes: number,
  chunks: AsyncIterable<Uint8Array>,
  error: unknown = cut(bytes),
): AsyncGenerator<Uint8Array> {
  let offset = 0;
  for await (const chunk of chunks) {
    yield chunk;
    offset += chunk.length;
    if (offset >= bytes) throw error;
  }
  throw error;
}

const GONE = new Error("the machine went away");

describe("a download that is cut", () => {
  it("goes on where it was, as often as there are bytes in between", async () => {
    const { id, images, starts } = await stocked((chunks, attempt) =>
      attempt < 9 ? cutAfter(300_000, chunks) : chunks,
    );
    const path = join(await temporaryFolder(), "image");
    await images.download(id, path);
    expect((await readFile(path)).equals(DATA)).toBe(true);
    expect(starts).toEqual(Array.from({ length: 9 }, (_, index) => index * 327_680));
  });
  it("goes on to a stream, too", async () => {
    const { id, images, starts } = await stocked((chunks, attempt) =>
      attempt === 1 ? cutAfter(MIB, chunks) : chunks,
    );
    const parts: Buffer[] = [];
    const write = (part: Buffer, _encoding: string, done: () => void): void => {
      parts.push(part);
      done();
    };
    await images.download(id, new Writable({ write }));
    expect(Buffer.concat(parts).equals(DATA)).toBe(true);
    expect(starts).toEqual([0, MIB]);
  });
  it("is whole when it was cut behind its last byte", async () => {
    const { id, images, starts } = await stocked((chunks) => cutAfter(DATA.length, chunks));
    const path = join(await temporaryFolder(), "image");
    await images.download(id, path);
    expect((await readFile(path)).equals(DATA)).toBe(true);
    expect(starts).toEqual([0]);
  });
  it("gives up when nothing comes any more", async () => {
    const { id, images, starts } = await stocked((chunks, attempt) =>
      attempt === 1 ? cutAfter(300_000, chunks) : cutAfter(0, inChunks(Buffer.alloc(0)), cut(300_000)),
    );
    const folder = await temporaryFolder();
    expect(await rejectionOf(images.download(id, join(folder, "image")))).toMatchObject({
      code: "ERR_TRANSFER_INCOMPLETE",
    });
    expect(starts).toHaveLength(6);
    expect(await readdir(folder)).toEqual([]);
  });
  it("is gone on with by a cloud that begins at the first byte again", async () => {
    const inner = cloud();
    const deaf: Cloud = { ...inner, download: (id) => inner.download(id) };
    const { id, images } = await stocked(
      (chunks, attempt) => (attempt === 1 ? cutAfter(MIB + 5, chunks) : chunks),
      deaf,
    );
    const path = join(await temporaryFolder(), "image");
    await images.download(id, path);
    expect((await readFile(path)).equals(DATA)).toBe(true);
  });
  it("is an error where the cloud begins behind what was asked for", async () => {
    const inner = cloud();
    const hasty: Cloud = {
      ...inner,
      download: (id, options = {}) => {
        const { startByte = 0, ...rest } = options;
        return inner.download(id, { ...rest, ...(startByte === 0 ? {} : { startByte: startByte + 1 }) });
      },
    };
    const { id, images } = await stocked(
      (chunks, attempt) => (attempt === 1 ? cutAfter(MIB, chunks) : chunks),
      hasty,
    );
    const path = join(await temporaryFolder(), "image");
    expect(await rejectionOf(images.download(id, path))).toMatchObject({
      code: "ERR_TRANSFER_INCOMPLETE",
      expected: MIB,
      actual: MIB + 1,
    });
  });
});

describe("a download that failed", () => {
  async function failed(inner?: Backend) {
    const stock = await stocked(
      (chunks, attempt) => (attempt === 1 ? cutAfter(2 * MIB, chunks, GONE) : chunks),
      inner,
    );
    const folder = await temporaryFolder();
    const path = join(folder, "image");
    expect(await rejectionOf(stock.images.download(stock.id, path))).toBe(GONE);
    expect((await readdir(folder)).sort()).toEqual(["image.part", "image.part.json"]);
    return { ...stock, folder, path };
  }

  it("is gone on with by the next call, and then nothing stays beside it", async () => {
    const { id, images, starts, folder, path } = await failed();
    await images.download(id, path);
    expect((await readFile(path)).equals(DATA)).toBe(true);
    expect(starts[1]).toBeGreaterThanOrEqual(MIB);
    expect(await readdir(folder)).toEqual(["image"]);
  });
  it("is gone on with from a directory, too", async () => {
    const { id, images, starts, path } = await failed(directory(join(await temporaryFolder(), "images")));
    await images.download(id, path);
    expect((await readFile(path)).equals(DATA)).toBe(true);
    expect(starts[1]).toBeGreaterThanOrEqual(MIB);
  });
  it("is gone on with where the process was killed, and its lock is there", async () => {
    const { id, images, starts, folder, path } = await failed();
    await mkdir(`${path}.part.lock`);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${path}.part.lock`, longAgo, longAgo);
    await images.download(id, path);
    expect((await readFile(path)).equals(DATA)).toBe(true);
    expect(starts[1]).toBeGreaterThanOrEqual(MIB);
    expect(await readdir(folder)).toEqual(["image"]);
  });
  it("begins anew for another image", async () => {
    const { images, starts, path } = await failed();
    const data = Buffer.from(DATA).reverse();
    const { image } = await images.apply(specOf({ name: "other", source: { open: () => inChunks(data) } }));
    await images.download(image.id, path);
    expect((await readFile(path)).equals(data)).toBe(true);
    expect(starts[1]).toBe(0);
  });
  it("begins anew, by itself, where what was left is wrong", async () => {
    const { id, images, starts, folder, path } = await failed();
    const left = await readFile(`${path}.part`);
    await writeFile(`${path}.part`, left.fill(0, 100, 200));
    await images.download(id, path);
    expect((await readFile(path)).equals(DATA)).toBe(true);
    expect(starts.slice(1)).toEqual([left.length, 0]);
    expect(await readdir(folder)).toEqual(["image"]);
  });
  it.each(["", "{", "[]"])("begins anew where nobody knows what was left: %j", async (record) => {
    const { id, images, starts, path } = await failed();
    await writeFile(`${path}.part.json`, record);
    await images.download(id, path);
    expect((await readFile(path)).equals(DATA)).toBe(true);
    expect(starts[1]).toBe(0);
  });
  it("asks for nothing where all was there already", async () => {
    const { id, images, starts, path } = await failed();
    await writeFile(`${path}.part`, DATA);
    await images.download(id, path);
    expect((await readFile(path)).equals(DATA)).toBe(true);
    expect(starts).toHaveLength(1);
  });
  it("leaves what was at the path", async () => {
    const { id, images, path } = await failed();
    await writeFile(path, "before");
    const controller = new AbortController();
    images.on("download-start", () => controller.abort("enough"));
    expect(await rejectionOf(images.download(id, path, { signal: controller.signal }))).toBe("enough");
    expect(await readFile(path, "utf8")).toBe("before");
  });
});

it("what an abort has left is gone on with", async () => {
  const controller = new AbortController();
  const { id, images, starts } = await stocked(async function* (chunks, attempt) {
    let offset = 0;
    for await (const chunk of chunks) {
      yield chunk;
      offset += chunk.length;
      if (attempt === 1 && offset > 2 * MIB) controller.abort("enough");
    }
  });
  const path = join(await temporaryFolder(), "image");
  expect(await rejectionOf(images.download(id, path, { signal: controller.signal }))).toBe("enough");
  await images.download(id, path);
  expect((await readFile(path)).equals(DATA)).toBe(true);
  expect(starts[1]).toBeGreaterThan(MIB);
});

it("two downloads to one path don't mix", async () => {
  const { id, images } = await stocked();
  const folder = await temporaryFolder();
  const path = join(folder, "image");
  await Promise.all([images.download(id, path), images.download(id, path)]);
  expect((await readFile(path)).equals(DATA)).toBe(true);
  expect(await readdir(folder)).toEqual(["image"]);
});

it("a path in no folder, or that is one, is an error at once", async () => {
  const { id, images, starts } = await stocked();
  const folder = await temporaryFolder();
  await mkdir(join(folder, "image"));
  expect(await rejectionOf(images.download(id, join(folder, "missing", "image")))).toMatchObject({
    code: "ENOENT",
  });
  expect(await rejectionOf(images.download(id, join(folder, "image")))).toMatchObject({ code: "EISDIR" });
  expect(starts).toEqual([]);
  expect(await readdir(folder)).toEqual(["image"]);
});

it("events count every byte once, and are whole only in the end", async () => {
  const { id, images } = await stocked(async function* (chunks, attempt) {
    let offset = 0;
    for await (const chunk of chunks) {
      if (offset % MIB === 0) await new Promise((resolve) => setTimeout(resolve, 120));
      yield chunk;
      offset += chunk.length;
      if (attempt === 1 && offset === 2 * MIB) throw cut(offset);
    }
  });
  const events: [string, ProgressEvent][] = [];
  for (const name of ["download-start", "download-progress", "download-end"] as const)
    images.on(name, (event) => void events.push([name, event]));
  await images.download(id, join(await temporaryFolder(), "image"));
  const names = events.map(([name]) => name);
  expect([names[0], names.at(-2), names.at(-1)]).toEqual([
    "download-start",
    "download-progress",
    "download-end",
  ]);
  const bytes = events.map(([, { transferredBytes }]) => transferredBytes);
  expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
  expect(bytes.filter((count) => count >= DATA.length)).toEqual([DATA.length, DATA.length]);
  expect(events.length).toBeGreaterThan(4);
  for (const [, event] of events) expect(event).toMatchObject({ imageId: id, totalBytes: DATA.length });
});

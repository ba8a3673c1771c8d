/** Downloads that are cut, from the real cloud. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { ImageManager } from "../../src/index.ts";
import { managerOf } from "./support/cloud.ts";
import { MIB, randomData, temporaryDirectory, temporaryFile } from "./support/files.ts";
import { imageName } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(12 * MIB);

async function uploaded(): Promise<string> {
  const source = { file: await temporaryFile(data) };
  return (await (await managerOf("demo")).apply({ name: imageName(), ...formats, source })).image.id;
}

/** Cuts the answers with data, the first so many of them. */
async function cutting(times: number): Promise<{ images: ImageManager; ranges: () => number[] }> {
  let left = times;
  const proxy = await proxyToGlance(({ path }) =>
    path.endsWith("/file") && left-- > 0 ? { cutAnswerAfterBytes: 4 * MIB } : undefined,
  );
  const ranges = () =>
    proxy.requests
      .filter(({ path }) => path.endsWith("/file"))
      .map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? "bytes=0-")?.[1]));
  return { images: await managerOf("demo", { imageEndpointOverride: proxy.url }), ranges };
}

test("a download that is cut goes on by ranges, to a path and to a stream", async () => {
  const id = await uploaded();
  const directory = await temporaryDirectory();
  const path = join(directory, "disk.img");
  const toPath = await cutting(2);
  await toPath.images.download(id, path);
  expect((await readFile(path)).equals(data)).toBe(true);
  expect(await readdir(directory)).toEqual(["disk.img"]);
  const starts = toPath.ranges();
  expect(starts).toHaveLength(3);
  expect(starts[0]).toBe(0);
  expect(starts[1]).toBeGreaterThan(MIB);
  expect(starts[2]).toBeGreaterThan(starts[1] ?? 0);

  const toStream = await cutting(1);
  const stream = new PassThrough();
  const [received] = await Promise.all([buffer(stream), toStream.images.download(id, stream)]);
  expect(received.equals(data)).toBe(true);
  expect(toStream.ranges()).toHaveLength(2);
});

test("what is left of a download that failed is gone on with by the next call", async () => {
  const id = await uploaded();
  const directory = await temporaryDirectory();
  const path = join(directory, "disk.img");
  let asked = 0;
  const { url } = await proxyToGlance(({ path: asking }) => {
    if (!asking.endsWith("/file")) return undefined;
    asked++;
    return asked === 1 ? { cutAnswerAfterBytes: 4 * MIB } : { answer: { status: 403 } };
  });
  const failing = await managerOf("demo", { imageEndpointOverride: url });
  await expect(failing.download(id, path)).rejects.toMatchObject({ code: "ERR_HTTP_FORBIDDEN" });
  expect((await readdir(directory)).sort()).toEqual(["disk.img.part", "disk.img.part.json"]);

  const { images, ranges } = await cutting(0);
  await images.download(id, path);
  expect((await readFile(path)).equals(data)).toBe(true);
  expect(ranges()[0]).toBeGreaterThan(MIB);
  expect(await readdir(directory)).toEqual(["disk.img"]);
});

import { join } from "node:path";
import { expect, it } from "vitest";
import { ImageManager, type ImageSpecInput } from "../../../src/index.ts";
import { chunksOf, digestOf } from "../../support/bytes.ts";
import { httpServer } from "../../support/loopback.ts";
import { fixture, large, small } from "../../transfer/decompress/samples.ts";
import { cloud, imagesOf, specOf, textOf } from "../support/cloud.ts";

const FIXTURES = join(import.meta.dirname, "..", "..", "transfer", "decompress", "fixtures");
const fileOf = (name: string) => join(FIXTURES, name);

const STORED = {
  image: { status: "active", sizeBytes: small.length, hashValue: digestOf("sha512", small) },
  verification: { status: "verified", algorithm: "sha512" },
};

it.each<[what: string, fields: Partial<ImageSpecInput>]>([
  ["found out", { source: { file: fileOf("small.gz") }, decompress: true }],
  ["declared", { source: { file: fileOf("small.xz") }, decompress: "xz" }],
  ["of a program's own data", { source: { open: () => chunksOf(fixture("small.zst")) }, decompress: true }],
  ["of the one file in an archive", { source: { file: fileOf("gnu.tar.gz") }, decompress: "gzip" }],
])("what is stored and verified is what was compressed: %s", async (_what, fields) => {
  const backend = cloud();
  const { image, verification } = await new ImageManager(backend).apply(specOf(fields));
  expect({ image, verification }).toMatchObject(STORED);
  expect(await textOf(backend, image.id)).toBe(small.toString());
});

it("a second apply does nothing, and another way of decompression replaces the image", async () => {
  const backend = cloud();
  const images = new ImageManager(backend);
  const checksum = `sha256:${digestOf("sha256", fixture("small.gz"))}`;
  const spec = specOf({ source: { file: fileOf("small.gz"), checksum }, decompress: true });
  await images.apply(spec);
  expect(await images.plan(spec)).toMatchObject({ action: "none", content: "same" });
  const plain = { ...spec, decompress: false };
  expect(await images.plan(plain)).toMatchObject({ action: "replace", content: "changed" });
  const { image } = await images.apply(plain);
  expect(image.sizeBytes).toBe(fixture("small.gz").length);
  expect(await imagesOf(backend)).toHaveLength(1);
});

it.each<[what: string, fields: Partial<ImageSpecInput>, code: string]>([
  [
    "whose checksum is another one",
    { source: { file: fileOf("large.xz"), checksum: `sha256:${"0".repeat(64)}` }, decompress: true },
    "ERR_DIGEST_MISMATCH",
  ],
  [
    "that is cut off",
    { source: { open: () => chunksOf(fixture("large.bz2").subarray(0, -4)) }, decompress: true },
    "ERR_DECOMPRESS",
  ],
  ["that isn't compressed", { source: { open: () => chunksOf(small) }, decompress: true }, "ERR_DECOMPRESS"],
  ["of several files", { source: { file: fileOf("two.tar.gz") }, decompress: true }, "ERR_DECOMPRESS"],
])("a compressed source %s leaves no image", async (_what, fields, code) => {
  const backend = cloud();
  await expect(new ImageManager(backend).apply(specOf(fields))).rejects.toMatchObject({ code });
  expect(await imagesOf(backend)).toEqual([]);
});

it.each(["ova", "docker"])(
  "an image of the container format %s is an archive, and stays one",
  async (format) => {
    const backend = cloud();
    const { image } = await new ImageManager(backend).apply(
      specOf({ source: { file: fileOf("two.tar.gz") }, decompress: true, containerFormat: format }),
    );
    expect((await textOf(backend, image.id)).slice(257, 262)).toBe("ustar");
  },
);

it("the manager's limits hold", async () => {
  const images = new ImageManager(cloud(), { decompressLimits: { maxBytes: 1_000_000 } });
  const spec = specOf({ source: { file: fileOf("large.gz") }, decompress: true });
  await expect(images.apply(spec)).rejects.toMatchObject({
    code: "ERR_DECOMPRESS",
    message: expect.stringContaining("maxBytes"),
  });
});

it("events count what is downloaded as the source has it, and what is uploaded as it comes out", async () => {
  const data = fixture("large.gz");
  const url = await httpServer((_request, response) =>
    response.writeHead(200, { "content-length": data.length }).end(data),
  );
  const images = new ImageManager(cloud());
  const ends: object[] = [];
  images.on("download-end", (event) => ends.push(event));
  images.on("upload-start", (event) => ends.push(event));
  images.on("upload-end", (event) => ends.push(event));
  await images.apply(specOf({ source: { url }, decompress: true }));
  expect(ends).toMatchObject([
    { transferredBytes: 0, totalBytes: undefined },
    { transferredBytes: data.length, totalBytes: data.length },
    { transferredBytes: large.length, totalBytes: large.length },
  ]);
});

it("a file is told of as it is decompressed, and is no download", async () => {
  const images = new ImageManager(cloud());
  const told: [string, object][] = [];
  for (const name of [
    "download-start",
    "download-progress",
    "download-end",
    "decompress-progress",
    "upload-end",
  ] as const)
    images.on(name, (event) => told.push([name, event]));
  const { image } = await images.apply(specOf({ source: { file: fileOf("small.gz") }, decompress: true }));
  const whole = (bytes: number) => ({
    name: "debian",
    imageId: image.id,
    transferredBytes: bytes,
    totalBytes: bytes,
  });
  expect(told).toEqual([
    ["decompress-progress", whole(fixture("small.gz").length)],
    ["upload-end", whole(small.length)],
  ]);
});

it("a checksum file is asked when the data is about to come, and never by a plan", async () => {
  const sums = `${digestOf("sha256", fixture("small.gz"))}  small.gz\n`;
  const asked: (string | undefined)[] = [];
  const origin = await httpServer((request, response) => {
    asked.push(request.url);
    response.writeHead(200).end(request.url === "/SHA256SUMS" ? sums : fixture("small.gz"));
  });
  const images = new ImageManager(cloud());
  const source = { url: `${origin}/small.gz`, checksum: { url: `${origin}/SHA256SUMS` } };
  const spec = specOf({ source, decompress: true });
  const plan = await images.plan(spec);
  expect(asked).toEqual([]);
  expect(await images.apply(plan)).toMatchObject(STORED);
  expect(asked).toEqual(["/small.gz", "/SHA256SUMS"]);
  expect(await images.plan(spec)).toMatchObject({ action: "none", content: "same" });
  const moved = { ...source, checksum: { url: `${origin}/other/SHA256SUMS` } };
  expect(await images.plan({ ...spec, source: moved })).toMatchObject({ content: "changed" });
});

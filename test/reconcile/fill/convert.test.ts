import { readFile, writeFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ImageManager, type ImageSpecInput, reconcile } from "../../../src/index.ts";
import { collect, digestOf, someBytes } from "../../support/bytes.ts";
import { fileServer } from "../../support/file-server.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { fixture, PACKED, packed } from "../../transfer/convert/packed.ts";
import { type Built, type Disk, guestBytes, makeQcow2 } from "../../transfer/convert/qcow2.ts";
import { cloud, dataOf, failureOf, imagesOf, recorded, specOf } from "../support/cloud.ts";

const DISK: Disk = {
  version: 3,
  clusterBits: 16,
  virtualBytes: 2 ** 22,
  clusters: [
    { kind: "stored", bytes: someBytes(65_536) },
    { kind: "compressed", bytes: Buffer.alloc(65_536, "text") },
  ],
};

async function fileOf(change: (built: Built) => unknown = () => {}): Promise<string> {
  const built = makeQcow2(DISK);
  change(built);
  const file = join(await temporaryFolder(), "debian.qcow2");
  await writeFile(file, built.file);
  return file;
}

function converting(source: ImageSpecInput["source"], fields: Partial<ImageSpecInput> = {}): ImageSpecInput {
  return specOf({ diskFormat: "raw", convert: true, source, ...fields });
}

describe("a spec that converts", () => {
  it("makes a raw image of the disk in a qcow2, verified, and is in place the next time", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const totals = new Set<number | undefined>();
    images.on("upload-progress", ({ totalBytes }) => totals.add(totalBytes));
    const file = await fileOf();
    const { image, verification } = await images.apply(converting({ file }));
    expect(image).toMatchObject({ status: "active", diskFormat: "raw", sizeBytes: DISK.virtualBytes });
    expect(verification).toEqual({ status: "verified", algorithm: "sha512" });
    expect((await collect((await backend.download(image.id)).chunks)).equals(guestBytes(DISK))).toBe(true);
    expect([...totals]).toEqual([DISK.virtualBytes]);

    backend.takeWrites();
    expect(await images.plan(converting({ file }))).toMatchObject({ action: "none", content: "same" });
    await images.apply(converting({ file }));
    expect(backend.takeWrites()).toEqual([]);
  });

  it("is another image than one that doesn't", async () => {
    const images = new ImageManager(recorded());
    const file = await fileOf();
    await images.apply(converting({ file }));
    expect(await images.plan(specOf({ diskFormat: "raw", source: { file } }))).toMatchObject({
      action: "replace",
      content: "changed",
    });
  });

  it("holds the checksum against the file, not against the disk in it", async () => {
    const images = new ImageManager(recorded());
    const checksum = `sha512:${digestOf("sha512", makeQcow2(DISK).file)}`;
    const source = { file: await fileOf(), checksum };
    const { image } = await images.apply(converting(source));
    expect(image.hashValue).toBe(digestOf("sha512", guestBytes(DISK)));
    expect((await images.plan(converting(source))).action).toBe("none");
  });

  it("leaves a file that is raw as it is", async () => {
    const backend = recorded();
    const data = someBytes(100_000);
    const file = join(await temporaryFolder(), "debian.raw");
    await writeFile(file, data);
    const { image } = await new ImageManager(backend).apply(converting({ file }));
    expect((await collect((await backend.download(image.id)).chunks)).equals(data)).toBe(true);
  });
});

describe("what can't be converted is refused before anything is written:", () => {
  it.each<[string, (file: string) => ImageSpecInput["source"], (built: Built) => unknown, string]>([
    [
      "a file with a wrong checksum",
      (file) => ({ file, checksum: `md5:${"00".repeat(16)}` }),
      () => {},
      "ERR_DIGEST_MISMATCH",
    ],
    [
      "a backing file",
      (file) => ({ file }),
      ({ file }) => file.writeBigUInt64BE(512n, 8),
      "ERR_CONVERT_UNSUPPORTED",
    ],
    [
      "a header that contradicts itself",
      (file) => ({ file }),
      ({ file }) => file.writeUInt32BE(0, 36),
      "ERR_FORMAT_MISMATCH",
    ],
    [
      "a disk without a byte",
      (file) => ({ file }),
      ({ file }) => file.fill(0, 24, 32),
      "ERR_TRANSFER_INCOMPLETE",
    ],
  ])("%s", async (_what, sourceOf, change, code) => {
    const backend = recorded();
    const source = sourceOf(await fileOf(change));
    expect(await failureOf(new ImageManager(backend).apply(converting(source)))).toMatchObject({ code });
    expect(backend.takeWrites()).toEqual([]);
  });

  it.each([["qcow2"], ["vmdk"], [undefined]])("to %s, at plan time, with what to run", async (diskFormat) => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const file = await fileOf();
    const { diskFormat: _raw, ...spec } = converting({ file });
    const other = diskFormat === undefined ? spec : { ...spec, diskFormat };
    const expected = {
      code: "ERR_CONVERT_UNSUPPORTED",
      declared: diskFormat,
      message: expect.stringMatching(
        diskFormat === undefined ? 'The spec of "debian" has no diskFormat:' : `converts to ${diskFormat}:`,
      ),
    };
    const command = `qemu-img convert -O ${diskFormat ?? "FORMAT"} ${JSON.stringify(file)}`;
    await expect(images.plan(other)).rejects.toThrow(command);
    await expect(images.plan(other)).rejects.toMatchObject(expected);
    await expect(images.apply(other)).rejects.toMatchObject(expected);
    await expect(images.apply(reconcile(other, undefined))).rejects.toMatchObject(expected);
    expect(backend.takeWrites()).toEqual([]);
  });

  it.each([[undefined], [true]])("a program's own data, decompressed: %s", async (decompress) => {
    const backend = recorded();
    const spec = converting(dataOf("data"), { decompress });
    await expect(new ImageManager(backend).plan(spec)).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "convert",
      alternative: expect.stringContaining("source.file"),
    });
    expect(backend.calls).toEqual([]);
  });

  it("a URL where nothing is cached", async () => {
    const backend = recorded();
    const images = new ImageManager(backend, { cache: false });
    const error = await failureOf(images.apply(converting({ url: "http://127.0.0.1:9/debian.qcow2" })));
    expect(error).toMatchObject({ code: "ERR_UNSUPPORTED", capability: "convert" });
    expect(backend.takeWrites()).toEqual([]);
  });
});

it("a URL is downloaded once, and converted from the cache", async () => {
  const file = await fileOf();
  const raw = guestBytes(DISK);
  const data = await readFile(file);
  const { url, statuses } = await fileServer({ data, etag: '"a"' });
  const hits: [name: string, path: string][] = [];
  for (const name of ["first", "second"]) {
    const images = new ImageManager(cloud());
    images.on("cache-hit", ({ name, path }) => hits.push([name, path]));
    const checksum = `sha256:${digestOf("sha256", data)}`;
    const { image } = await images.apply({ ...converting({ url, checksum }), name });
    expect(image).toMatchObject({ sizeBytes: raw.length, hashValue: digestOf("sha512", raw) });
  }
  expect(statuses).toEqual([200, 304]);
  expect(hits).toEqual([["second", expect.stringContaining(sep)]]);
});

it("a URL is told of as a download, which ends before anything is sent", async () => {
  const data = await readFile(await fileOf());
  const { url } = await fileServer({ data, etag: '"a"' });
  const images = new ImageManager(cloud());
  const told: unknown[] = [];
  for (const name of ["download-start", "download-end", "upload-start", "upload-end"] as const)
    images.on(name, ({ transferredBytes, totalBytes }) => told.push([name, transferredBytes, totalBytes]));
  await images.apply(converting({ url }));
  expect(told).toEqual([
    ["download-start", 0, undefined],
    ["download-end", data.length, data.length],
    ["upload-start", 0, DISK.virtualBytes],
    ["upload-end", DISK.virtualBytes, DISK.virtualBytes],
  ]);
});

it("a file that turns out to be damaged on its way leaves no image behind", async () => {
  const backend = recorded();
  const file = await fileOf(({ file, l2Offset }) => file.fill(0xff, l2Offset + 2 * 65_536));
  expect(await failureOf(new ImageManager(backend).apply(converting({ file })))).toMatchObject({
    code: "ERR_DECOMPRESS",
  });
  expect(await imagesOf(backend)).toEqual([]);
});

describe("a spec that decompresses and converts", () => {
  const raw = guestBytes(packed);
  const made = {
    status: "active",
    diskFormat: "raw",
    sizeBytes: raw.length,
    hashValue: digestOf("sha512", raw),
  };

  it.each(PACKED)("makes a verified image of the disk in %s, and is in place the next time", async (name) => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const data = fixture(name);
    const file = join(await temporaryFolder(), name);
    await writeFile(file, data);
    const checksum = `sha256:${digestOf("sha256", data)}`;
    for (const source of [{ file }, { file, checksum }]) {
      const spec = { ...converting(source, { decompress: true }), name: JSON.stringify(source) };
      expect(await images.apply(spec)).toMatchObject({
        image: made,
        verification: { status: "verified", algorithm: "sha512" },
      });
      backend.takeWrites();
      expect(await images.plan(spec)).toMatchObject({ action: "none", content: "same" });
      await images.apply(spec);
      expect(backend.takeWrites()).toEqual([]);
    }
  });

  it("is another image than one that only converts or decompresses", async () => {
    const images = new ImageManager(cloud());
    const file = join(await temporaryFolder(), "disk.qcow2.gz");
    await writeFile(file, fixture("disk.qcow2.gz"));
    const spec = converting({ file }, { decompress: true });
    await images.apply(spec);
    for (const other of [{ decompress: false }, { convert: false }]) {
      expect(await images.plan({ ...spec, ...other })).toMatchObject({
        action: "replace",
        content: "changed",
      });
    }
  });

  it.each<[string, (data: Buffer) => Buffer, string, string]>([
    ["with a wrong checksum", (data) => data, "0".repeat(64), "ERR_DIGEST_MISMATCH"],
    [
      "that is cut off",
      (data) => data.subarray(0, -4),
      digestOf("sha256", fixture("disk.qcow2.xz").subarray(0, -4)),
      "ERR_DECOMPRESS",
    ],
  ])("makes no image of a source %s", async (_what, change, hex, code) => {
    const backend = recorded();
    const { url } = await fileServer({ data: change(fixture("disk.qcow2.xz")) });
    const spec = converting({ url, checksum: `sha256:${hex}` }, { decompress: true });
    expect(await failureOf(new ImageManager(backend).apply(spec))).toMatchObject({ code });
    expect(backend.takeWrites()).toEqual([]);
  });

  it.each([[true], [false]])(
    "a URL is told of as it comes, as it goes in, and as it goes; cached: %s",
    async (cached) => {
      const data = fixture("disk.qcow2.xz");
      const { url, statuses } = await fileServer({ data, etag: '"a"' });
      for (const hit of [false, cached]) {
        const images = new ImageManager(cloud(), cached ? {} : { cache: false });
        const told: unknown[] = [];
        for (const name of [
          "download-start",
          "download-end",
          "upload-start",
          "upload-end",
          "cache-hit",
        ] as const)
          images.on(name, (event) => told.push([name, event]));
        const progress = new Map<string, object>();
        for (const name of ["download-progress", "decompress-progress", "upload-progress"] as const)
          images.on(name, (event) => progress.set(name, event));
        const { image } = await images.apply(converting({ url }, { decompress: "xz" }));
        expect(image).toMatchObject(made);
        const at = (bytes: number, totalBytes: number | undefined) =>
          expect.objectContaining({ transferredBytes: bytes, totalBytes });
        expect(told).toEqual([
          ["download-start", at(0, undefined)],
          ...(hit ? [["cache-hit", expect.anything()]] : []),
          ["download-end", at(data.length, data.length)],
          ["upload-start", at(0, raw.length)],
          ["upload-end", at(raw.length, raw.length)],
        ]);
        expect(Object.fromEntries(progress)).toEqual({
          "download-progress": at(data.length, data.length),
          "decompress-progress": at(data.length, data.length),
          "upload-progress": at(raw.length, raw.length),
        });
      }
      expect(statuses).toEqual(cached ? [200, 304] : [200, 200]);
    },
  );

  it("knows how much there is to come while it comes, and says that all of it has only in the end", async () => {
    const data = gzipSync(makeQcow2(packed).file, { level: 0 });
    const { url } = await fileServer({ data, pauseMs: 70 });
    for (const decompress of [true, false]) {
      const images = new ImageManager(cloud());
      const told: object[] = [];
      images.on("download-progress", (event) => told.push(event));
      await images.apply(converting({ url: `${url}?${decompress}` }, { decompress }));
      const { length } = told;
      expect(length).toBeGreaterThan(1);
      for (const event of told) expect(event).toMatchObject({ totalBytes: data.length });
      expect(told.filter((event) => Object(event).transferredBytes === data.length)).toHaveLength(1);
    }
  });

  it("is read once for several clouds", async () => {
    const data = fixture("disk.tar.gz");
    const { url, statuses } = await fileServer({ data });
    const clouds = [cloud(), cloud()];
    const results = await new ImageManager(cloud()).applyTo(
      converting({ url }, { decompress: true }),
      clouds,
    );
    for (const result of results) expect(result).toMatchObject({ status: "fulfilled", image: made });
    expect(statuses).toEqual([200]);
  });
});

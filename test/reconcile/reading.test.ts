import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImageManager, type ImageQuery } from "../../src/index.ts";
import { type Cloud, cloud, dataOf, failureOf, specOf } from "./support/cloud.ts";

/** A cloud with three images, one created each second. */
async function three(): Promise<{ backend: Cloud; images: ImageManager }> {
  let second = 0;
  const backend = cloud(() => new Date(Date.UTC(2026, 0, 1, 0, 0, second++)));
  const images = new ImageManager(backend);
  await images.apply(specOf({ name: "debian-12", tags: ["old", "lts"], hidden: true }));
  await images.apply(specOf({ name: "debian-13", tags: ["lts"], properties: { os_distro: "debian" } }));
  await images.apply(specOf({ name: "alpine", tags: [], source: dataOf("more than the others") }));
  return { backend, images };
}

async function namesOf(images: ImageManager, query?: ImageQuery): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of images.list(query)) names.push(name);
  return names;
}

describe("list", () => {
  it.each<[ImageQuery | undefined, string[]]>([
    [undefined, ["alpine", "debian-13", "debian-12"]],
    [{}, ["alpine", "debian-13", "debian-12"]],
    [{ hidden: false }, ["alpine", "debian-13"]],
    [{ hidden: true }, ["debian-12"]],
    [{ tags: ["lts"] }, ["debian-13", "debian-12"]],
    [{ namePattern: "^debian" }, ["debian-13", "debian-12"]],
    [{ properties: { os_distro: "debian" } }, ["debian-13"]],
    [{ sort: "name" }, ["alpine", "debian-12", "debian-13"]],
    [{ sort: "sizeBytes:desc", newest: false }, ["alpine", "debian-12", "debian-13"]],
    [{ newest: true }, ["alpine"]],
    [{ namePattern: "^debian", newest: true, sort: "name" }, ["debian-13"]],
    [{ name: "none" }, []],
    [{ status: "active", visibility: "private", name: "alpine" }, ["alpine"]],
  ])("%j", async (query, expected) => {
    const { images } = await three();
    const names = await namesOf(images, query);
    expect(query?.sort?.startsWith("sizeBytes") ? names.slice(0, 1) : names).toEqual(
      query?.sort?.startsWith("sizeBytes") ? expected.slice(0, 1) : expected,
    );
  });
  it("applies what the backend leaves to it", async () => {
    const { backend } = await three();
    const careless = new ImageManager({ ...backend, list: (_query, options) => backend.list({}, options) });
    expect(await namesOf(careless, { name: "alpine" })).toEqual(["alpine"]);
    expect(await namesOf(careless, { tags: ["old"] })).toEqual(["debian-12"]);
  });
  it("can be left early, and asks for no more than is taken", async () => {
    const { images } = await three();
    for await (const image of images.list()) {
      expect(image.name).toBe("alpine");
      break;
    }
  });
  it("refuses a query that would silently list everything", async () => {
    const { images } = await three();
    const query = { tag: ["lts"] } as ImageQuery;
    expect(await failureOf(namesOf(images, query))).toMatchObject({ code: "ERR_SPEC_INVALID" });
  });
});

describe("find", () => {
  it("is the one that answers", async () => {
    const { images } = await three();
    expect((await images.find({ name: "alpine" })).name).toBe("alpine");
    expect((await images.find({ namePattern: /debian/, newest: true })).name).toBe("debian-13");
  });
  it("of none is an error that says what was looked for", async () => {
    const { images } = await three();
    await expect(images.find({ namePattern: /^none$/ })).rejects.toMatchObject({
      code: "ERR_HTTP_NOT_FOUND",
      status: 404,
      message: expect.stringContaining("/^none$/"),
    });
  });
  it("of several is an error that names the candidates", async () => {
    const { images } = await three();
    const [one, two] = [await images.find({ name: "debian-13" }), await images.find({ name: "debian-12" })];
    const failure = images.find({ tags: ["lts"] });
    await expect(failure).rejects.toMatchObject({
      code: "ERR_IMAGE_AMBIGUOUS",
      matches: [
        { id: one.id, name: "debian-13" },
        { id: two.id, name: "debian-12" },
      ],
    });
    for (const { id } of [one, two]) await expect(failure).rejects.toThrow(id);
  });
});

describe("get", () => {
  it("is the image, or undefined", async () => {
    const { images } = await three();
    const image = await images.find({ name: "alpine" });
    expect(await images.get(image.id)).toEqual(image);
    expect(await images.get(randomUUID())).toBeUndefined();
  });
  it("of no id is an error", async () => {
    const { images } = await three();
    for (const call of [() => images.get(""), () => images.destroy(""), () => images.download("", "file")]) {
      await expect(call()).rejects.toMatchObject({ code: "ERR_SPEC_INVALID" });
    }
  });
});

describe("download", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "imagewright-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("writes to a path", async () => {
    const { images } = await three();
    const image = await images.find({ name: "debian-13" });
    const path = join(folder, "image");
    expect(await images.download(image.id, path)).toEqual(image);
    expect(await readFile(path, "utf8")).toBe("first data");
  });
  it("writes to a stream, and ends it", async () => {
    const { images } = await three();
    const { id } = await images.find({ name: "debian-13" });
    const { stream, text } = collector();
    await images.download(id, stream);
    expect(text()).toBe("first data");
    expect(stream.writableFinished).toBe(true);
  });
  it.each([
    ["hashValue", { hashValue: "00".repeat(64) }],
    ["checksum", { hashValue: undefined, checksum: "00".repeat(16) }],
    ["sizeBytes", { sizeBytes: 11 }],
  ])("that isn't what the cloud says by its %s leaves no file, and what was there", async (_fact, report) => {
    const { backend, images } = await three();
    const { id } = await images.find({ name: "debian-13" });
    const path = join(folder, "kept");
    await writeFile(path, "before");
    const lying = new ImageManager({
      ...backend,
      get: async (key, options) => {
        const image = await backend.get(key, options);
        return image === undefined ? undefined : { ...image, ...report };
      },
    });
    await expect(lying.download(id, path)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(DIGEST|SIZE)_MISMATCH$/),
    });
    expect(await readFile(path, "utf8")).toBe("before");
    expect((await readdir(folder)).filter((name) => name.includes("part"))).toEqual([]);
  });
  it.each([
    ["empty", { hashValue: "", checksum: "" }],
    ["in upper case", {}],
    ["of an algorithm that can't be computed", { hashAlgorithm: "nosuch" }],
  ])("takes digests as clouds report them: %s", async (_how, report) => {
    const { backend, images } = await three();
    const { id } = await images.find({ name: "debian-13" });
    const other = new ImageManager({
      ...backend,
      get: async (key, options) => {
        const image = await backend.get(key, options);
        const hashValue = image?.hashValue?.toUpperCase();
        return image === undefined ? undefined : { ...image, hashValue, ...report };
      },
    });
    const { stream, text } = collector();
    await other.download(id, stream);
    expect(text()).toBe("first data");
  });
  it("of an image without data, or of none, is an error", async () => {
    const { backend, images } = await three();
    const id = randomUUID();
    await backend.create({ id, name: "empty" });
    const path = join(folder, "nothing");
    await expect(images.download(id, path)).rejects.toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
    await expect(images.download(randomUUID(), path)).rejects.toMatchObject({ code: "ERR_HTTP_NOT_FOUND" });
    expect(await readdir(folder)).not.toContain("nothing");
  });
  it("is aborted with the signal's own reason, to a stream and to a path", async () => {
    const reason = { why: "enough" };
    const { backend, images } = await three();
    const { id } = await images.find({ name: "debian-13" });
    const controller = new AbortController();
    const slow = new ImageManager({
      ...backend,
      async download(key, options) {
        const { sizeBytes, chunks } = await backend.download(key, options);
        const late = async function* () {
          yield* chunks;
          controller.abort(reason);
          await new Promise(() => {});
        };
        return { sizeBytes, chunks: late() };
      },
    });
    const path = join(folder, "aborted");
    expect(await failureOf(slow.download(id, path, { signal: controller.signal }))).toBe(reason);
    expect((await readdir(folder)).filter((name) => name.startsWith("aborted"))).toEqual([]);
    const other = new AbortController();
    const stream = new Writable({ write: () => other.abort(reason) });
    expect(await failureOf(images.download(id, stream, { signal: other.signal }))).toBe(reason);
  });
});

function collector(): { stream: Writable; text: () => string } {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      parts.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(parts).toString() };
}

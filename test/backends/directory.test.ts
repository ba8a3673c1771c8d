import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { directory } from "../../src/backends/directory/index.ts";
import { failure } from "../../src/testing/conformance/assertions.ts";
import { collected, toArray } from "../../src/testing/conformance/reading.ts";
import { DATA, data, newImage, property, stalling } from "../../src/testing/conformance/samples.ts";
import { backendConformance } from "../../src/testing/index.ts";
import { complete } from "../support/complete.ts";
import { EXPECTATIONS } from "./expectations.ts";

describe("the contract, kept by directory", () => {
  const factory = async () => directory(join(await temporaryFolder(), "images"));
  backendConformance(it, factory, EXPECTATIONS.directory);
});

describe("the folder", () => {
  it("is not made before the first write", async () => {
    const path = join(await temporaryFolder(), "deep", "images");
    const backend = complete(directory(path));
    expect(await toArray(backend.list({}))).toEqual([]);
    expect(await backend.get(randomUUID())).toBeUndefined();
    await backend.delete(randomUUID());
    await expect(backend.update(randomUUID(), [])).rejects.toMatchObject({ status: 404 });
    await expect(readdir(path)).rejects.toMatchObject({ code: "ENOENT" });
    const { id } = await backend.create(newImage());
    expect(await readdir(path)).toEqual([id]);
  });

  it("holds a record that people can read, and the data as it came", async () => {
    const { path, backend } = await setUp();
    const { id, name } = await backend.create(newImage());
    await backend.upload(id, data(DATA));
    expect((await readdir(join(path, id))).sort()).toEqual(["data", "image.json"]);
    expect(Buffer.compare(await readFile(join(path, id, "data")), DATA)).toBe(0);
    const json = await readFile(join(path, id, "image.json"), "utf8");
    expect(json).toContain(`\n  "name": "${name}",\n`);
    expect(JSON.parse(json)).toEqual(await backend.get(id));
  });

  it("holds of a deleted image only that its id was given", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    await backend.upload(id, data(DATA));
    await backend.delete(id);
    expect(await readdir(path)).toEqual([`.${id}.deleted`]);
    await expect(complete(directory(path)).create(newImage({ id }))).rejects.toMatchObject({ status: 409 });
  });

  it("may hold other things, which are left alone", async () => {
    const { path, backend } = await setUp();
    const image = await backend.create(newImage());
    await mkdir(join(path, "notes"));
    await mkdir(join(path, randomUUID()));
    await writeFile(join(path, randomUUID()), "a file");
    await writeFile(join(path, image.id, "notes.txt"), "a file");
    await backend.upload(image.id, data(DATA));
    expect((await toArray(backend.list({}))).map(({ id }) => id)).toEqual([image.id]);
    expect(await readdir(join(path, image.id))).toContain("notes.txt");
    expect(await readdir(path)).toHaveLength(4);
  });

  it("lists the newest image first, by the clock it is given", async () => {
    let seconds = 0;
    const clock = () => new Date(Date.UTC(2026, 10, 21, 10, 0, seconds++));
    const backend = complete(directory(await temporaryFolder(), { clock }));
    for (const name of ["first", "second", "third"]) await backend.create(newImage({ name }));
    const images = await toArray(backend.list({}));
    expect(images.map(({ name }) => name)).toEqual(["third", "second", "first"]);
    expect(images[2]?.createdAt).toBe("2026-11-21T10:00:00Z");
  });
});

describe("an id that is a path", () => {
  const ids = [
    "..",
    "../escaped",
    "/etc/passwd",
    "",
    ".",
    "a\0b",
    randomUUID().toUpperCase(),
    `${randomUUID()}/..`,
  ];

  it("is never followed", async () => {
    const { path, backend } = await setUp();
    await mkdir(join(path, "..", "escaped"));
    await writeFile(join(path, "..", "escaped", "image.json"), JSON.stringify({ id: "x", status: "active" }));
    for (const id of ids) {
      expect(await backend.get(id), id).toBeUndefined();
      await backend.delete(id);
      const gone = { status: 404 };
      await expect(backend.update(id, []), id).rejects.toMatchObject(gone);
      await expect(backend.upload(id, data(DATA)), id).rejects.toMatchObject(gone);
      await expect(backend.download(id), id).rejects.toMatchObject(gone);
      await expect(backend.members.list(id), id).rejects.toMatchObject(gone);
      await expect(backend.members.add(id, "p"), id).rejects.toMatchObject(gone);
      await expect(backend.members.remove(id, "p"), id).rejects.toMatchObject(gone);
      await expect(backend.create(newImage({ id })), id).rejects.toMatchObject({ code: "ERR_SPEC_INVALID" });
    }
    expect(await readdir(join(path, "..", "escaped"))).toEqual(["image.json"]);
  });
});

describe("a record on the disk", () => {
  it("that is not JSON is ERR_RESPONSE_INVALID, naming the file, and is not overwritten", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    const record = join(path, id, "image.json");
    await writeFile(record, '{"id": "');
    const invalid = { code: "ERR_RESPONSE_INVALID", message: expect.stringContaining(record) };
    await expect(backend.get(id)).rejects.toMatchObject(invalid);
    await expect(toArray(backend.list({}))).rejects.toMatchObject(invalid);
    await expect(backend.update(id, [property("a", "1")])).rejects.toMatchObject(invalid);
    await expect(backend.upload(id, data(DATA))).rejects.toMatchObject(invalid);
    await expect(backend.delete(id)).rejects.toMatchObject(invalid);
    expect(await readFile(record, "utf8")).toBe('{"id": "');
  });

  it("that is no record says where it departs", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    await writeFile(join(path, id, "image.json"), JSON.stringify({ id, status: 7, tags: "golden" }));
    await expect(backend.get(id)).rejects.toMatchObject({
      code: "ERR_RESPONSE_INVALID",
      issues: [{ path: ["status"] }, { path: ["tags"] }],
    });
  });

  it("may lack most fields, hold null for them, and hold more, which is kept", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    await writeFile(
      join(path, id, "image.json"),
      JSON.stringify({ id, status: "queued", minDiskGb: null, fromTheFuture: { yes: 1 } }),
    );
    expect(await backend.get(id)).toEqual({
      id,
      name: "",
      status: "queued",
      properties: {},
      tags: [],
      fromTheFuture: { yes: 1 },
    });
    await backend.update(id, [property("a", "1")]);
    expect(await backend.get(id)).toMatchObject({ properties: { a: "1" }, fromTheFuture: { yes: 1 } });
  });

  it("in a copied folder has the folder's id", async () => {
    const { path, backend } = await setUp();
    const copy = randomUUID();
    const { id } = await backend.create(newImage());
    await mkdir(join(path, copy));
    await writeFile(join(path, copy, "image.json"), await readFile(join(path, id, "image.json")));
    expect(await backend.get(copy)).toMatchObject({ id: copy });
  });
});

describe("data on the disk", () => {
  it("that is shorter than its record says is ERR_SIZE_MISMATCH", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    await backend.upload(id, data(DATA));
    await truncate(join(path, id, "data"), 10);
    await expect(backend.download(id)).rejects.toMatchObject({
      code: "ERR_SIZE_MISMATCH",
      expected: DATA.length,
      actual: 10,
    });
  });

  it("that is missing is ERR_TRANSFER_INCOMPLETE", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    await backend.upload(id, data(DATA));
    await rm(join(path, id, "data"));
    await expect(backend.download(id)).rejects.toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
  });

  it("that a killed upload left in place is not data of the image yet", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    await writeFile(join(path, id, "data"), "not all of it");
    await expect(backend.download(id)).rejects.toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
    await backend.upload(id, data(DATA));
    expect(await collected((await backend.download(id)).chunks)).toHaveLength(DATA.length);
  });

  it("ends with the signal's reason when the download is aborted between chunks", async () => {
    const { backend } = await setUp();
    const { id } = await backend.create(newImage());
    await backend.upload(id, data(DATA));
    const controller = new AbortController();
    const { chunks } = await backend.download(id, { signal: controller.signal });
    const reason = new Error("enough");
    const reading = (async () => {
      for await (const _chunk of chunks) controller.abort(reason);
    })();
    expect(await failure(reading)).toBe(reason);
  });
});

describe("an upload", () => {
  it.each(["an error of the chunks", "an abort"])("leaves no file behind after %s", async (kind) => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    const { chunks, stalled, resume } = stalling();
    const controller = new AbortController();
    const error = new Error("the end");
    const broken = (async function* () {
      yield* chunks;
      if (kind !== "an abort") throw error;
    })();
    const upload = failure(
      backend.upload(id, { sizeBytes: undefined, chunks: broken }, { signal: controller.signal }),
    );
    await stalled;
    expect(await readdir(join(path, id))).toHaveLength(2);
    if (kind === "an abort") controller.abort(error);
    resume();
    expect(await upload).toBe(error);
    expect(await readdir(join(path, id))).toEqual(["image.json"]);
  });

  it("keeps what is written to the record meanwhile", async () => {
    const { backend } = await setUp();
    const { id } = await backend.create(newImage());
    const { chunks, stalled, resume } = stalling();
    const upload = backend.upload(id, { sizeBytes: undefined, chunks });
    await stalled;
    await backend.update(id, [property("meanwhile", "yes")]);
    resume();
    await upload;
    expect(await backend.get(id)).toMatchObject({ status: "active", properties: { meanwhile: "yes" } });
  });

  it("that ends after another user's of the same image is refused with 409, and changes nothing", async () => {
    const { path, backend } = await setUp();
    const other = complete(directory(path));
    const { id } = await backend.create(newImage());
    const { chunks, stalled, resume } = stalling();
    const late = failure(backend.upload(id, { sizeBytes: undefined, chunks }));
    await stalled;
    await other.upload(id, data(DATA.subarray(0, 5)));
    const image = await other.get(id);
    resume();
    expect(await late).toMatchObject({ status: 409 });
    expect(await backend.get(id)).toEqual(image);
    expect((await readdir(join(path, id))).sort()).toEqual(["data", "image.json"]);
    expect(await collected((await backend.download(id)).chunks)).toHaveLength(5);
  });
});

describe("a deletion that was killed", () => {
  it("is ended by the next one", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    const trash = join(path, `.${randomUUID()}.trash`);
    await mkdir(trash);
    await writeFile(join(trash, "data"), "what is left");
    await backend.delete(id);
    expect(await readdir(path)).toEqual([`.${id}.deleted`]);
  });
});

describe("a folder that can't be written", () => {
  it("is named in the error when a file is in its place", async () => {
    const path = join(await temporaryFolder(), "file");
    await writeFile(path, "");
    const backend = complete(directory(path));
    await expect(backend.create(newImage())).rejects.toMatchObject({
      code: "ERR_HTTP_STATUS",
      message: expect.stringMatching(`^Creation of image .* in ${path} failed: `),
      cause: { code: "EEXIST" },
    });
    await expect(toArray(backend.list({}))).rejects.toMatchObject({
      message: expect.stringMatching(`^Listing of ${path} failed: `),
      cause: { code: "ENOTDIR" },
    });
  });
});

describe("a lock", () => {
  it("that a killed process left behind is taken over", { timeout: 20_000 }, async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    const lock = join(path, `.${id}.lock`);
    await mkdir(lock);
    await utimes(lock, new Date(), new Date(Date.now() - 4_500));
    expect(await backend.update(id, [property("a", "1")])).toMatchObject({ properties: { a: "1" } });
    expect(await readdir(path)).toEqual([id]);
  });

  it("that a killed process left behind is taken over by many at once, and no change is lost", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage({ properties: {} }));
    const lock = join(path, `.${id}.lock`);
    await mkdir(lock);
    await utimes(lock, new Date(), new Date(Date.now() - 60_000));
    const names = Array.from({ length: 30 }, (_, count) => `p${count}`);
    await Promise.all(names.map((name) => directory(path).update(id, [property(name, "1")])));
    expect(Object.keys((await backend.get(id))?.properties ?? {}).sort()).toEqual(names.sort());
  });

  it("of another process is waited for until the call is aborted", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    const lock = join(path, `.${id}.lock`);
    await mkdir(lock);
    const controller = new AbortController();
    const reason = new Error("enough");
    const calls = [
      backend.update(id, [property("a", "1")], { signal: controller.signal }),
      backend.delete(id, { signal: controller.signal }),
      backend.upload(id, data(DATA), { signal: controller.signal }),
    ].map(failure);
    setTimeout(() => controller.abort(reason), 50);
    expect(await Promise.all(calls)).toEqual([reason, reason, reason]);
    expect(await readdir(join(path, id))).toEqual(["image.json"]);
    expect(await readdir(path)).toContain(`.${id}.lock`);
  });

  it("that is never free is given up with ERR_HTTP_UNAVAILABLE, which may be tried again", async () => {
    const { path, backend } = await setUp();
    const { id } = await backend.create(newImage());
    const lock = join(path, `.${id}.lock`);
    await mkdir(lock);
    let milliseconds = 0;
    const clock = vi.spyOn(performance, "now").mockImplementation(() => (milliseconds += 1_000));
    onTestFinished(() => clock.mockRestore());
    await expect(backend.update(id, [property("a", "1")])).rejects.toMatchObject({
      code: "ERR_HTTP_UNAVAILABLE",
      retryable: true,
      message: expect.stringContaining(lock),
    });
  });
});

async function setUp() {
  const path = join(await temporaryFolder(), "images");
  return { path, backend: complete(directory(path)) };
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-directory-"));
  onTestFinished(async () => {
    await chmod(folder, 0o700);
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

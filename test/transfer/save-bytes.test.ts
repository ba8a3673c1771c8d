import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { saveBytes } from "../../src/transfer/index.ts";
import { chunksOf, failingWith, inChunks, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";

const DATA = someBytes(1_000_000);

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagewright-save-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

it("saves every byte", async () => {
  const path = join(folder, "image");
  await saveBytes(inChunks(DATA, 9_999), path);
  expect((await readFile(path)).equals(DATA)).toBe(true);
  expect(await readdir(folder)).toEqual(["image"]);
});

it("nothing is at the path before all is", async () => {
  const path = join(folder, "image");
  const seen: string[][] = [];
  const watched = (async function* () {
    for await (const chunk of inChunks(DATA, 500_000)) {
      yield chunk;
      seen.push(await readdir(folder));
    }
  })();
  await saveBytes(watched, path);
  expect(seen).toHaveLength(2);
  for (const names of seen) expect(names).toEqual([expect.stringMatching(/^image\.[0-9a-f]+\.part$/)]);
});

it("what was at the path is replaced", async () => {
  const path = join(folder, "image");
  await writeFile(path, "old and longer");
  await saveBytes(chunksOf(Buffer.from("new")), path);
  expect(await readFile(path, "utf8")).toBe("new");
});

it("a failure is that very error, leaves what was there, and no part", async () => {
  const path = join(folder, "image");
  await writeFile(path, "old");
  const failure = new Error("mine");
  expect(await rejectionOf(saveBytes(failingWith(failure, DATA), path))).toBe(failure);
  expect(await readFile(path, "utf8")).toBe("old");
  expect(await readdir(folder)).toEqual(["image"]);
});

it("a path that can't be written leaves no part", async () => {
  expect(await rejectionOf(saveBytes(chunksOf(DATA), folder))).toMatchObject({ code: expect.any(String) });
  expect(await readdir(folder)).toEqual([]);
  expect(await rejectionOf(saveBytes(chunksOf(DATA), join(folder, "missing", "image")))).toMatchObject({
    code: "ENOENT",
  });
});

it("two at the same time don't mix", async () => {
  const path = join(folder, "image");
  await Promise.all([saveBytes(inChunks(DATA, 1000), path), saveBytes(inChunks(DATA, 1500), path)]);
  expect((await readFile(path)).equals(DATA)).toBe(true);
  expect(await readdir(folder)).toEqual(["image"]);
});

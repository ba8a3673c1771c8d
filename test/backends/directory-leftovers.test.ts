import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { directory } from "../../src/backends/directory/index.ts";
import { data, newImage } from "../../src/testing/conformance/samples.ts";
import { complete } from "../support/complete.ts";

const DEAD = "8f0c2c1e-5a51-4a0e-9f3a-6b6a1f0f8c11";
const LIVING = "0d1f3f52-6c3e-4d0e-8a53-3f3c3a5f8c12";

it("a deletion sweeps away what a killed creation left, and not what a living one is at", async () => {
  const { path, backend } = await setUp();
  for (const id of [DEAD, LIVING]) {
    await mkdir(join(path, `.${id}.draft`), { recursive: true });
    await mkdir(join(path, `.${id}.lock`));
  }
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(join(path, `.${DEAD}.lock`), longAgo, longAgo);
  const { id } = await backend.create(newImage());
  await backend.delete(id);
  const left = [`.${LIVING}.draft`, `.${LIVING}.lock`, `.${id}.deleted`];
  expect((await readdir(path)).sort()).toEqual(left.sort());
});

it("a change of an image that has its data removes what killed changes left in its folder", async () => {
  const { path, backend } = await setUp();
  const { id } = await backend.create(newImage());
  await backend.upload(id, data(new Uint8Array(3)));
  await writeFile(join(path, id, `.draft-${DEAD}`), "{");
  await backend.update(id, [{ kind: "tag", op: "add", tag: "t" }]);
  expect((await readdir(join(path, id))).sort()).toEqual(["data", "image.json"]);
});

it("an image is saving for those who share the backend that fills it", async () => {
  const { path, backend } = await setUp();
  const { id } = await backend.create(newImage());
  const seen: unknown[] = [];
  const chunks = (async function* () {
    seen.push((await backend.get(id))?.status, (await Array.fromAsync(backend.list({})))[0]?.status);
    seen.push((await directory(path).get(id))?.status);
    yield new Uint8Array(3);
  })();
  await backend.upload(id, { sizeBytes: 3, chunks });
  expect(seen).toEqual(["saving", "saving", "queued"]);
  expect((await backend.get(id))?.status).toBe("active");
});

async function setUp() {
  const path = await mkdtemp(join(tmpdir(), "imagewright-leftovers-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return { path, backend: complete(directory(path)) };
}

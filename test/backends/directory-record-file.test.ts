import { readFileSync, writeFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { layoutOf } from "../../src/backends/directory/layout.ts";
import { changeRecord } from "../../src/backends/directory/record-file.ts";

const ID = "8f0c2c1e-5a51-4a0e-9f3a-6b6a1f0f8c11";

it("a change starts again when the record was replaced meanwhile", async () => {
  const layout = await setUp();
  const seen: (readonly string[])[] = [];
  const changed = await changeRecord(layout, ID, (image) => {
    seen.push(image.tags);
    if (seen.length === 1) replace(layout.record(ID), { tags: ["theirs"] });
    return { ...image, tags: [...image.tags, "ours"] };
  });
  expect(seen).toEqual([[], ["theirs"]]);
  expect(changed?.tags).toEqual(["theirs", "ours"]);
  expect(await readdir(layout.folder(ID))).toEqual(["image.json"]);
});

it("a change that throws leaves the record as it was, and no file", async () => {
  const layout = await setUp();
  const before = readFileSync(layout.record(ID), "utf8");
  const refuse = () => {
    throw new Error("no");
  };
  await expect(changeRecord(layout, ID, refuse)).rejects.toThrow("no");
  expect(readFileSync(layout.record(ID), "utf8")).toBe(before);
  expect(await readdir(layout.folder(ID))).toEqual(["image.json"]);
});

it("a change of no record is undefined", async () => {
  const layout = await setUp();
  await rm(layout.folder(ID), { recursive: true });
  expect(await changeRecord(layout, ID, (image) => image)).toBeUndefined();
});

function replace(path: string, fields: object): void {
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...fields }));
}

async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-record-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const layout = layoutOf(folder);
  await mkdir(layout.folder(ID));
  await writeFile(layout.record(ID), JSON.stringify({ id: ID, name: "a", status: "queued", tags: [] }));
  return layout;
}

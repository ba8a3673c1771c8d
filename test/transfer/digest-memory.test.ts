import { mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { digestMemory } from "../../src/transfer/digest-memory.ts";
import { digestOf } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";

const OLD = Buffer.from("old");
const NEW = Buffer.from("new");

let path = "";

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "imagewright-memory-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  path = join(folder, "image");
  await writeFile(path, OLD);
  await utimes(path, 1, 1);
});

it("a file that looks the same isn't read again", async () => {
  const memory = digestMemory();
  expect(await memory.digest({ file: path }, "md5")).toBe(digestOf("md5", OLD));
  await writeFile(path, NEW);
  await utimes(path, 1, 1);
  expect(await memory.digest({ file: path }, "md5")).toBe(digestOf("md5", OLD));
  expect(await memory.digest({ file: relative(process.cwd(), path) }, "md5")).toBe(digestOf("md5", OLD));
});

it.each<[string, () => Promise<void>]>([
  ["another time of modification", () => writeFile(path, NEW)],
  ["another size", () => writeFile(path, "longer").then(() => utimes(path, 1, 1))],
])("a file of %s is read again", async (_what, change) => {
  const memory = digestMemory();
  const before = await memory.digest({ file: path }, "md5");
  await change();
  expect(await memory.digest({ file: path }, "md5")).not.toBe(before);
});

it("another algorithm is another digest", async () => {
  const memory = digestMemory();
  expect(await memory.digest({ file: path }, "md5")).toBe(digestOf("md5", OLD));
  expect(await memory.digest({ file: path }, "sha256")).toBe(digestOf("sha256", OLD));
  expect(await memory.digest({ file: path }, "md5")).toBe(digestOf("md5", OLD));
});

it("a file that is gone is an error, though its digest is remembered", async () => {
  const memory = digestMemory();
  await memory.digest({ file: path }, "md5");
  await rename(path, `${path}.moved`);
  expect(await rejectionOf(memory.digest({ file: path }, "md5"))).toMatchObject({ code: "ERR_SPEC_INVALID" });
});

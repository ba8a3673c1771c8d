import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { expect, inject, test } from "vitest";
import { run } from "./support/run.ts";

const { consumer, tarball, files } = inject("installed");
const root = join(import.meta.dirname, "..", "..");

test("what is packed is what users need", () => {
  const beside = files.filter((path) => !path.startsWith("dist/"));
  expect(beside.filter((path) => path !== "README.md").sort()).toEqual(["LICENSE", "package.json"]);
  expect(beside).toContain("README.md");
  const kinds = /^dist\/[\w-]+\.(js|cjs|d\.ts|d\.cts|js\.map|cjs\.map)$|^dist\/image-spec\.schema\.json$/;
  expect(files.filter((path) => path.startsWith("dist/") && !kinds.test(path))).toEqual([]);
  expect(files).toContain("dist/image-spec.schema.json");
});

test("what is packed names no path of the machine that built it", async () => {
  for (const path of files) {
    const text = await readFile(join(consumer, "node_modules", "imagewright", path), "utf8");
    expect(text.includes(root), path).toBe(false);
  }
});

test("publint finds nothing", async () => {
  const { buffer } = new Uint8Array(await readFile(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

test("attw finds every type where Node finds the code", async () => {
  const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
  const parameters = [attw, tarball, "--profile", "node16", "--no-definitely-typed", "--format", "ascii"];
  expect(await run(process.execPath, parameters, root)).toMatchObject({ code: 0 });
});

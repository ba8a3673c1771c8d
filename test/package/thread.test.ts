import { availableParallelism } from "node:os";
import { describe, expect, inject, test } from "vitest";
import { digestOf } from "../support/bytes.ts";
import { fixture, large } from "../transfer/decompress/samples.ts";
import { output } from "./support/run.ts";

const { consumer } = inject("installed");

const count = `
  const data = Buffer.from(process.argv[1], "base64");
  const chunks = decompress((async function* () { yield data; })(), { codec: true });
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  console.log(bytes);`;

describe.each(["large.xz", "large.bz2", "large.gz"])("the installed package decompresses %s", (name) => {
  test.each([
    ["import", "module", `import { decompress } from "imagewright/transfer"; ${count}`],
    [
      "require",
      "commonjs",
      `const { decompress } = require("imagewright/transfer"); (async () => {${count}})();`,
    ],
  ])("by %s, and the process ends by itself", async (_way, type, program) => {
    const parameters = [`--input-type=${type}`, "--eval", program, fixture(name).toString("base64")];
    expect(await output(process.execPath, parameters, consumer)).toBe(`${large.length}\n`);
  });
});

const digest = `
  let digests = 0;
  process.on("worker", (worker) => worker.on("message", ({ hex }) => { if (hex) digests++; }));
  const data = Buffer.alloc(1024 * 1024);
  const checked = checkBytes((async function* () { for (let i = 0; i < 9; i++) yield data; })(), {}, ["md5", "sha512"]);
  for await (const _chunk of checked.chunks);
  console.log(checked.passed().digests.md5, digests);`;

describe("the installed package makes digests on threads", () => {
  test.each([
    ["import", "module", `import { checkBytes } from "imagewright/transfer"; ${digest}`],
    [
      "require",
      "commonjs",
      `const { checkBytes } = require("imagewright/transfer"); (async () => {${digest}})();`,
    ],
  ])("by %s, and the process ends by itself", async (_way, type, program) => {
    const md5 = digestOf("md5", Buffer.alloc(9 * 1024 * 1024));
    const threads = availableParallelism() > 1 ? 2 : 0;
    const parameters = [`--input-type=${type}`, "--eval", program];
    expect(await output(process.execPath, parameters, consumer)).toBe(`${md5} ${threads}\n`);
  });
});

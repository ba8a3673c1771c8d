import { describe, expect, inject, test } from "vitest";
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

import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { entries } from "./support/entries.ts";
import { run } from "./support/run.ts";

const { consumer } = inject("installed");
const modules = join(import.meta.dirname, "..", "..", "node_modules");

const compilers = {
  "the TypeScript of this project": "typescript",
  "the newest TypeScript": "typescript-latest",
};
const packages = { "an ES module": "module", "a CommonJS module": "commonjs" };

const tsconfig = {
  compilerOptions: {
    target: "es2023",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: true,
    verbatimModuleSyntax: false,
    skipLibCheck: false,
    noEmit: true,
    types: ["node"],
    typeRoots: [join(modules, "@types")],
  },
};

beforeAll(async () => {
  for (const type of Object.values(packages)) {
    const folder = join(consumer, type);
    await mkdir(folder);
    await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type }));
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
    await copyFile(join(import.meta.dirname, "consumer", "example.ts"), join(folder, "example.ts"));
    const imports = entries.map((entry, index) => `export * as entry${index} from "${entry}";\n`);
    await writeFile(join(folder, "entries.ts"), imports.join(""));
  }
});

describe.each(Object.entries(compilers))("by %s", (_compiler, compiler) => {
  test.each(Object.entries(packages))(
    "%s compiles, the package's own types included",
    async (_what, type) => {
      const tsc = join(modules, compiler, "bin", "tsc");
      const { code, stdout } = await run(process.execPath, [tsc, "--project", type], consumer);
      expect(stdout).toBe("");
      expect(code).toBe(0);
    },
  );
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import tsup from "../tsup.config.ts";

const root = join(import.meta.dirname, "..");
const { exports } = read<{ exports: Readonly<Record<string, unknown>> }>("package.json");
const { entryPoints } = read<{ entryPoints: readonly string[] }>("typedoc.json");
const {
  "decompress-worker": decompress,
  "digest-worker": digest,
  ...built
} = tsup.entry as Readonly<Record<string, string>>;
const names = Object.keys(exports).filter((path) => !path.endsWith(".json"));

test("the files of threads are built beside the entry points", () => {
  expect(decompress).toBe("src/transfer/decompress/decompress-worker.ts");
  expect(digest).toBe("src/transfer/digest-threads/digest-worker.ts");
});

describe("an entry point of the package", () => {
  test("is built, and what is built is an entry point", () => {
    expect(Object.keys(built).map(exportPath).sort()).toEqual([...names].sort());
  });

  test("is documented", () => {
    expect([...entryPoints].sort()).toEqual(Object.values(built).sort());
  });

  test.each(Object.entries(built))(
    "%s is exported as an ES module and as CommonJS, each with its types",
    (name) => {
      expect(exports[exportPath(name)]).toEqual({
        import: { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` },
        require: { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` },
      });
    },
  );
});

function exportPath(name: string): string {
  return name === "index" ? "." : `./${name}`;
}

function read<Content>(path: string): Content {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}

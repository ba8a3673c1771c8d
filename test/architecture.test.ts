import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, type SourceFile } from "./architecture/imports.ts";
import { missingFiles, RULES } from "./architecture/rules.ts";

const source = join(import.meta.dirname, "..", "src");
const files: readonly SourceFile[] = globSync("**/*.ts", { cwd: source })
  .sort()
  .map((path) => ({ path, text: readFileSync(join(source, path), "utf8") }));

describe("the house stands", () => {
  test("its files are found", () => {
    expect(files.map(({ path }) => path)).toContain("index.ts");
  });

  test("a rule names files that exist", () => {
    expect(missingFiles(files.map(({ path }) => path))).toEqual([]);
  });

  test.each(Object.entries(RULES))("%s", (_name, breaches) => {
    expect(breaches(files)).toEqual([]);
  });
});

describe("each rule finds its breach", () => {
  const imports = "a file imports from the parts that its own may know";
  const node = "a pure file takes nothing of Node but digests and addresses";
  const impure = "a pure file asks no clock, no chance and no global";
  const surroundings = "what surrounds the process is asked about in few places";

  test.each<[rule: keyof typeof RULES, path: string, text: string, breach: string]>([
    ["every file is of a part that has a rule", "util/x.ts", "", "util/x.ts is of no part"],
    [
      "every file is of a part that has a rule",
      "backends/azure/x.ts",
      "",
      "backends/azure/x.ts is of no part",
    ],

    [imports, "model/x.ts", `import { y } from "../reconcile/y.ts";`, "model/x.ts imports ../reconcile/y.ts"],
    [imports, "model/x.ts", `import ky from "ky";`, "model/x.ts imports ky"],
    [imports, "model/x.ts", `import "ky";`, "model/x.ts imports ky"],
    [
      imports,
      "transfer/x.ts",
      `import type { y } from "../backends/glance/y.ts";`,
      "transfer/x.ts imports ../backends/glance/y.ts",
    ],
    [
      imports,
      "transfer/x.ts",
      `export * from "../backends/record.ts";`,
      "transfer/x.ts imports ../backends/record.ts",
    ],
    [
      imports,
      "transfer/a/x.ts",
      `type Y = import("../../reconcile/y.ts").Y;`,
      "transfer/a/x.ts imports ../../reconcile/y.ts",
    ],
    [
      imports,
      "reconcile/x.ts",
      `const y = await import("../backends/memory/index.ts");`,
      "reconcile/x.ts imports ../backends/memory/index.ts",
    ],
    [
      imports,
      "reconcile/plan/x.ts",
      `import { y } from "../lookup/y.ts";`,
      "reconcile/plan/x.ts imports ../lookup/y.ts",
    ],
    [imports, "reconcile/fill/x.ts", `import "../apply/y.ts";`, "reconcile/fill/x.ts imports ../apply/y.ts"],
    [imports, "reconcile/x.ts", "await import(name);", "reconcile/x.ts imports (computed)"],
    [
      imports,
      "backends/memory/x.ts",
      `import { y } from "../http/y.ts";`,
      "backends/memory/x.ts imports ../http/y.ts",
    ],
    [
      imports,
      "backends/directory/x.ts",
      `import { y } from "../../transfer/y.ts";`,
      "backends/directory/x.ts imports ../../transfer/y.ts",
    ],
    [
      imports,
      "backends/vkcs/x.ts",
      `import { y } from "../openstack/y.ts";`,
      "backends/vkcs/x.ts imports ../openstack/y.ts",
    ],
    [
      imports,
      "backends/openstack/x.ts",
      `import { y } from "../../reconcile/y.ts";`,
      "backends/openstack/x.ts imports ../../reconcile/y.ts",
    ],
    [
      imports,
      "backends/http/x.ts",
      `import { y } from "../keystone/y.ts";`,
      "backends/http/x.ts imports ../keystone/y.ts",
    ],
    [
      imports,
      "backends/keystone/x.ts",
      `import { y } from "../glance/y.ts";`,
      "backends/keystone/x.ts imports ../glance/y.ts",
    ],
    [
      imports,
      "backends/glance/x.ts",
      `import { y } from "../openstack/y.ts";`,
      "backends/glance/x.ts imports ../openstack/y.ts",
    ],
    [imports, "backends/glance/x.ts", `import ky from "ky";`, "backends/glance/x.ts imports ky"],
    [
      imports,
      "backends/backend.ts",
      `import { y } from "./record.ts";`,
      "backends/backend.ts imports ./record.ts",
    ],
    [
      imports,
      "index.ts",
      `export * from "./backends/openstack/index.ts";`,
      "index.ts imports ./backends/openstack/index.ts",
    ],
    [
      imports,
      "reconcile/x.ts",
      `import { y } from "../testing/y.ts";`,
      "reconcile/x.ts imports ../testing/y.ts",
    ],

    [
      "index.ts re-exports and does nothing else",
      "index.ts",
      "export const one = 1;",
      "index.ts has: export const one = 1;",
    ],

    [node, "model/x.ts", `import { join } from "node:path";`, "model/x.ts imports join from node:path"],
    [
      node,
      "reconcile/plan/diff.ts",
      `import { createHash, randomUUID } from "node:crypto";`,
      "reconcile/plan/diff.ts imports randomUUID from node:crypto",
    ],
    [
      node,
      "reconcile/plan/format.ts",
      `import * as crypto from "node:crypto";`,
      "reconcile/plan/format.ts imports * from node:crypto",
    ],

    [impure, "model/x.ts", "const now = Date.now();", "model/x.ts mentions Date.now"],
    [impure, "model/x.ts", "const now = new Date();", "model/x.ts mentions new Date()"],
    [impure, "reconcile/plan/plan.ts", "pick(Math.random)", "reconcile/plan/plan.ts mentions Math.random"],
    [
      impure,
      "backends/keystone/token.ts",
      "globalThis.x = 1",
      "backends/keystone/token.ts mentions globalThis",
    ],
    [
      impure,
      "backends/http/errors.ts",
      "const { env } = process;",
      "backends/http/errors.ts mentions process",
    ],

    [surroundings, "transfer/x.ts", `process.env["HOME"]`, "transfer/x.ts mentions process.env"],
    [surroundings, "transfer/x.ts", "process.stdout.write(text)", "transfer/x.ts mentions process.stdout"],
    [surroundings, "transfer/x.ts", "console.log(1)", "transfer/x.ts mentions console"],
    [surroundings, "transfer/x.ts", "join(homedir(), path)", "transfer/x.ts mentions homedir"],
  ])("%s: %s, %s", (rule, path, text, breach) => {
    expect(RULES[rule]?.([{ path, text }])).toContain(breach);
  });

  test("a rule about a file that does not exist is found", () => {
    expect(missingFiles(["model/spec.ts"])).toContain("backends/glance/urls.ts");
  });
});

describe("what is no breach is not found", () => {
  test.each<[path: string, text: string]>([
    ["model/x.ts", `import { z } from "zod"; import { y } from "./errors/y.ts";`],
    ["model/x.ts", "const at = new Date(text); const phase = step.process; const ends = { process: 1 };"],
    ["reconcile/plan/basis.ts", `import { createHash } from "node:crypto";`],
    ["reconcile/x.ts", "const now = Date.now(); process.emitWarning(text);"],
    ["backends/vkcs/x.ts", `import { y } from "../glance/y.ts"; import { k } from "../keystone/k.ts";`],
    [
      "transfer/x.ts",
      `// import { y } from "../backends/glance/y.ts"; console.log()\nconst text = "import('../reconcile/x.ts')";`,
    ],
  ])("%s: %s", (path, text) => {
    expect(Object.values(RULES).flatMap((breaches) => breaches([{ path, text }]))).toEqual([]);
  });
});

test("imports are read with the names that they take", () => {
  const text = `import a, { b as c } from "x"; export { d } from "y"; import e = require("z"); import type { F } from "w";`;
  expect(importsOf({ path: "x.ts", text })).toEqual([
    { specifier: "x", names: ["default", "b"] },
    { specifier: "y", names: ["d"] },
    { specifier: "z", names: ["*"] },
    { specifier: "w", names: ["F"] },
  ]);
});

/** What the pages quote of the examples is what the examples hold, and their links lead somewhere. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const pages = [
  "README.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" }).map((path) => join("docs", path)),
]
  .filter((path) => path.endsWith(".md") && !path.startsWith(join("docs", "api")))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

/** Code that begins with the path of an example, in a comment. */
const quotes = pages.flatMap(({ path, text }) =>
  [...text.matchAll(/```ts\n\/\/ (examples\/\S+)\n(.*?)```/gs)].map(([, file = "", code = ""]) => ({
    path,
    file,
    code,
  })),
);

const links = pages.flatMap(({ path, text }) =>
  [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, target = ""]) => ({ path, target })),
);

describe("the pages", () => {
  it.each(quotes)("$path quotes $file as it is", ({ file, code }) => {
    expect(readFileSync(file, "utf8")).toContain(code.trim());
  });

  it.each(links)("$path leads to $target", ({ path, target }) => {
    expect(existsSync(join(dirname(path), target))).toBe(true);
  });
});

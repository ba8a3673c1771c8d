/** What the documents show of examples is what the examples are, and their links lead somewhere. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const documents = ["README.md", ...globSync("docs/**/*.md", { cwd: root, exclude: ["docs/api/**"] })];

/** The blocks that say which example they are from. */
const quotes = documents.flatMap((document) =>
  [
    ...readFileSync(join(root, document), "utf8").matchAll(/^```ts\n\/\/ (examples\/\S+\.ts)\n(.*?)^```/gms),
  ].map(([, example = "", text = ""]) => ({ document, example, text })),
);

const links = documents.flatMap((document) =>
  [...readFileSync(join(root, document), "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(
    ([, target = ""]) => ({ document, target }),
  ),
);

describe("a document", () => {
  it.each(links)("$document leads to $target", ({ document, target }) => {
    expect(existsSync(join(root, dirname(document), target))).toBe(true);
  });

  it.each(quotes)("$document quotes $example as it is", ({ example, text }) => {
    expect(readFileSync(join(root, example), "utf8")).toContain(text.trim());
  });

  it.each(["own-backend.ts", "own-backend.test.ts"])("of writing a backend has all of %s", (name) => {
    const example = `examples/${name}`;
    const whole = readFileSync(join(root, example), "utf8");
    const parts = quotes.filter(
      (quote) => quote.example === example && quote.document.endsWith("writing-a-backend.md"),
    );
    expect(parts.map(({ text }) => text.trim()).join("\n\n")).toBe(whole.trim());
  });
});

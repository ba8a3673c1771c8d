import { expect, it } from "vitest";
import { directory } from "../../src/backends/directory/index.ts";
import { memory } from "../../src/backends/memory/index.ts";

const BACKENDS = [
  ["memory", (options: Record<string, unknown>) => memory(options)],
  ["directory", (options: Record<string, unknown>) => directory("images", options)],
] as const;

it.each(BACKENDS)("%s() refuses an option that it doesn't have", (name, make) => {
  expect(() => make({ clok: Date.now })).toThrow(
    `The options of ${name}() are invalid: clok: unknown key "clok": did you mean "clock"?`,
  );
});

it.each(BACKENDS)("%s() refuses a clock that can't be asked", (_, make) => {
  expect(() => make({ clock: 3 })).toThrow("clock: must be a function that tells the time");
});

it.each([undefined, "", 3])("directory(%j) names no folder", (path) => {
  expect(() => Reflect.apply(directory, undefined, [path])).toThrow("path: must be the path of a folder");
});

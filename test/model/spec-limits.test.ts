import { expect, it } from "vitest";
import { issuesOfSpec, pathsOf } from "./issues.ts";

const strings = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
const properties = (count: number) => Object.fromEntries(strings(count).map((name) => [name, ""]));

it("128 properties, tags and members are taken, one more is not", () => {
  expect(issuesOfSpec({ properties: properties(128), tags: strings(128), members: strings(128) })).toEqual(
    [],
  );
  expect(
    issuesOfSpec({ properties: properties(129), tags: strings(129), members: strings(129) }),
  ).toMatchObject([
    { path: ["properties"], message: "has 129 properties; 128 are allowed" },
    { path: ["tags"], message: "has 129 tags; 128 are allowed" },
    { path: ["members"], message: "has 129 members; 128 are allowed" },
  ]);
});

it("duplicates do not count, as they are folded before they are sent", () => {
  expect(issuesOfSpec({ tags: [...strings(128), "n0"], members: [...strings(128), "n0"] })).toEqual([]);
});

it("a tag has at most 255 characters, none of four bytes, and no white space around it", () => {
  expect(issuesOfSpec({ tags: ["t".repeat(255), "ü", "a b", "a/b", "__proto__", "constructor"] })).toEqual(
    [],
  );
  const wrong = ["t".repeat(256), "🐧", " a", "a ", "\ta", "", "\0", "\udc00"];
  expect(pathsOf({ tags: wrong })).toEqual(wrong.map((_tag, index) => `tags.${index}`));
});

it("a property's value has at most 65,535 bytes", () => {
  expect(issuesOfSpec({ properties: { a: "x".repeat(65_535), b: "ü".repeat(32_767) } })).toEqual([]);
  expect(pathsOf({ properties: { a: "x".repeat(65_536), b: "ü".repeat(32_768) } })).toEqual([
    "properties.a",
    "properties.b",
  ]);
});

it("a description has at most 65,535 bytes, as it is a property on Glance", () => {
  expect(issuesOfSpec({ description: "ü".repeat(32_767) })).toEqual([]);
  expect(pathsOf({ description: "ü".repeat(32_768) })).toEqual(["description"]);
});

it("a property's value has no character of four bytes, no NUL and no half of a surrogate pair", () => {
  expect(issuesOfSpec({ properties: { a: "", b: " x ", c: "日本語\n", d: "\u200b" } })).toEqual([]);
  expect(pathsOf({ properties: { a: "🐧", b: "\0", c: "\ud83d" } })).toEqual([
    "properties.a",
    "properties.b",
    "properties.c",
  ]);
});

import { describe, expect, it } from "vitest";
import { type ImageSpecInput, parseSpec } from "../../src/model/index.ts";
import { issuesOf, issuesOfSpec, pathsOf } from "./issues.ts";

const UUID = "6F3B8F0E-1111-4222-8333-94A5B6C7D8E9";
const MAX = 2_147_483_647;

/** Of each field: values that are taken as they are, and values that are not. */
const FIELDS: Readonly<Record<string, readonly [valid: readonly unknown[], invalid: readonly unknown[]]>> = {
  name: [
    ["a", "a".repeat(255), " ", "in:x,y", "日本語", "\u202e"],
    ["", "a".repeat(256), "🐧", "\0", "\ud800", 1, null, ["a"]],
  ],
  containerFormat: [
    ["bare", "ovf", "ova", "aki", "ari", "ami", "docker", "compressed"],
    ["", "BARE", "zip", null, 1],
  ],
  diskFormat: [
    [
      "raw",
      "qcow2",
      "iso",
      "vmdk",
      "vhd",
      "vhdx",
      "vdi",
      "ploop",
      "ami",
      "ari",
      "aki",
      "gpt",
      "zvhd2",
      "root-tar",
    ],
    ["", "QCOW2", "q cow", "a".repeat(21), null, 2],
  ],
  id: [[UUID.toLowerCase()], ["", "no-uuid", UUID.slice(1), `{${UUID}}`, null, 7]],
  minDiskGb: [
    [0, 1, MAX],
    [-1, 1.5, MAX + 1, Number.NaN, Number.POSITIVE_INFINITY, "1", null, true, 1n],
  ],
  minRamMb: [
    [0, 1, MAX],
    [-1, 1.5, MAX + 1, Number.NaN, "1", null],
  ],
  visibility: [
    ["public", "private", "shared", "community"],
    ["", "Public", "all", null, true],
  ],
  protected: [
    [true, false],
    ["true", 0, null],
  ],
  hidden: [
    [true, false],
    ["false", 1, null],
  ],
  properties: [
    [{}, { a: "" }, { a: "1", b: "2" }],
    [null, [], "a=b", { a: 1 }, { a: null }, { a: true }, { a: ["b"] }],
  ],
  tags: [
    [[], ["a"], ["a", "b"]],
    [null, "a", {}, [1], [null], [""]],
  ],
  members: [
    [[], ["p1"], ["p1", "p2"]],
    [null, "p1", {}, [1], [""], ["🐧"], ["p".repeat(256)]],
  ],
  description: [
    ["", "a system", "lines\nof text", "a".repeat(65_535)],
    ["a".repeat(65_536), "🐧", "\0", null, 1],
  ],
  region: [["RegionOne"], ["", null, 1]],
  verifyChecksum: [
    [true, false],
    ["yes", 1, null],
  ],
  decompress: [
    [true, false, "gzip", "bzip2", "xz", "zstd"],
    ["", "zip", "GZIP", 1, null],
  ],
  convert: [
    [true, false],
    ["qcow2", 1, null],
  ],
};

describe.each(Object.entries(FIELDS))("%s", (field, [valid, invalid]) => {
  it.each(valid.map((value) => [value]))("takes %j as it is", (value) => {
    expect(parseSpec({ name: "debian", [field]: value })).toEqual({ name: "debian", [field]: value });
  });
  it.each(invalid.map((value) => [value]))("refuses %o", (value) => {
    const paths = pathsOf({ [field]: value });
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(path.split(".")[0]).toBe(field);
  });
});

it("a name is all that is required", () => {
  expect(parseSpec({ name: "debian" })).toEqual({ name: "debian" });
  expect(issuesOf({}).map(({ path }) => path)).toEqual([["name"]]);
});

it("what is absent is not filled in, and what is undefined counts as absent", () => {
  const spec = parseSpec({ name: "debian", tags: undefined, protected: undefined });
  expect(JSON.parse(JSON.stringify(spec))).toEqual({ name: "debian" });
});

it("empty values are values", () => {
  const empty: ImageSpecInput = {
    name: "debian",
    tags: [],
    members: [],
    properties: {},
    minDiskGb: 0,
    minRamMb: 0,
    protected: false,
    hidden: false,
    description: "",
    verifyChecksum: false,
    decompress: false,
    convert: false,
  };
  expect(parseSpec(empty)).toStrictEqual(empty);
});

it("an id becomes lower case", () => {
  expect(parseSpec({ name: "debian", id: UUID }).id).toBe(UUID.toLowerCase());
});

it("tags and members become sorted sets", () => {
  expect(parseSpec({ name: "debian", tags: ["b", "a", "b"], members: ["p2", "p1", "p2"] })).toMatchObject({
    tags: ["a", "b"],
    members: ["p1", "p2"],
  });
});

it("every issue is told, each with its path", () => {
  const issues = issuesOfSpec({
    minDiskGb: -1,
    tags: ["ok", ""],
    properties: { a: 1 },
    source: { url: "x" },
  });
  expect(issues.map(({ path }) => path)).toEqual([
    ["source", "url"],
    ["minDiskGb"],
    ["properties", "a"],
    ["tags", 1],
  ]);
});

it("the message names the spec, the path and what is allowed", () => {
  expect(() => parseSpec({ name: "debian", minDiskGb: -1 })).toThrow(
    'The spec of "debian" is invalid: minDiskGb: must be 0 or more',
  );
});

it.each([[undefined], [null], ["debian"], [1], [[]], [() => 1], [Symbol("a")]])("refuses %o", (input) => {
  expect(issuesOf(input).length).toBeGreaterThan(0);
});

it("what is given is not changed", () => {
  const input = Object.freeze({ name: "debian", tags: Object.freeze(["b", "a"]), source: "./file" });
  parseSpec(input);
  expect(input).toEqual({ name: "debian", tags: ["b", "a"], source: "./file" });
});

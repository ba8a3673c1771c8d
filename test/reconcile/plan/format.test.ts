import { stripVTControlCharacters } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Image, ImageSpecInput } from "../../../src/model/index.ts";
import { formatPlan, type Plan, reconcile } from "../../../src/reconcile/index.ts";
import { formatBytes } from "../../../src/reconcile/plan/format.ts";
import { ID, imageOf } from "../support/images.ts";

const plain = (plan: Plan | readonly Plan[], maxValueCharacters?: number) =>
  formatPlan(plan, { color: false, maxValueCharacters });

const CREATE = reconcile(
  {
    name: "debian-13",
    containerFormat: "bare",
    diskFormat: "qcow2",
    minDiskGb: 2,
    protected: false,
    source: { file: "debian.qcow2" },
    properties: { os_distro: "debian", empty: "" },
    tags: ["golden"],
    members: ["p1"],
  },
  undefined,
  { source: { sizeBytes: 412 * 1024 * 1024 } },
);
const UPDATE = change(
  { visibility: "shared", properties: { a: "2", b: "3" }, tags: ["new"], members: ["p2"] },
  { visibility: "private", properties: { a: "1", c: "4" }, tags: ["old"], members: ["p1"] },
);
const REPLACE = change(
  { diskFormat: "raw", source: { file: "a" }, tags: [] },
  { diskFormat: "qcow2", sizeBytes: 1, tags: ["t"] },
  { sizeBytes: 3 * 1024 ** 3 },
);
const DELETE = reconcile(undefined, imageOf());
const NONE = change({}, {});

describe("a plan is printed as a diff", () => {
  it("that creates", () => {
    expect(plain(CREATE)).toBe(`+ create debian-13 (qcow2, 412 MiB)
    + name: "debian-13"
    + containerFormat: "bare"
    + diskFormat: "qcow2"
    + minDiskGb: 2
    + protected: false
    + properties.empty: ""
    + properties.os_distro: "debian"
    + tags: "golden"
    + members: "p1"`);
  });
  it("that creates without data", () => {
    expect(plain(reconcile({ name: "a" }, undefined))).toBe('+ create a (metadata only)\n    + name: "a"');
  });
  it("that has lost its spec on its way", () => {
    expect(plain({ action: "create", name: "a", operations: [], replaces: [] })).toBe(
      "+ create a (metadata only)",
    );
  });
  it("that updates", () => {
    expect(plain(UPDATE)).toBe(`~ update debian [${ID}]
    ~ visibility: "private" → "shared"
    ~ properties.a: "1" → "2"
    + properties.b: "3"
    - properties.c: "4"
    + tags: "new"
    - tags: "old"
    - members: "p1"
    + members: "p2"`);
  });
  it("that fills a queued image", () => {
    const plan = change({ source: { file: "a" } }, { status: "queued" }, { sizeBytes: 2048 });
    expect(plain(plan)).toBe(`~ update debian [${ID}] (2 KiB)\n    ~ data: uploaded`);
  });
  it("that replaces, with what forces it", () => {
    expect(
      plain(REPLACE),
    ).toBe(`+/- replace debian [${ID}] (3 GiB, create-first, forced by diskFormat, source)
    ~ diskFormat: "qcow2" → "raw"  # forces replacement
    - tags: "t"
    ~ data  # forces replacement`);
    expect(plain({ ...REPLACE, onReplace: "delete-first" })).toContain("delete-first");
  });
  it("that ends an interrupted replacement, with every image that goes", () => {
    expect(
      plain({ ...NONE, action: "update", discards: ["i1", "i2"], supersedes: "i3" }),
    ).toBe(`~ update debian [${ID}]
    - image i1: half-made by an interrupted replacement
    - image i2: half-made by an interrupted replacement
    - image i3: replaced by this one`);
  });
  it("that deletes", () => {
    expect(plain(DELETE)).toBe(`- delete debian [${ID}]`);
  });
  it("that does nothing", () => {
    expect(plain(NONE)).toBe(`= none debian [${ID}]`);
  });
  it("that can't tell whether the data is the right one", () => {
    expect(plain(change({ source: { url: "https://example.org/a" } }, {}))).toBe(
      `= none debian [${ID}] (content unknown, data left alone)`,
    );
  });
});

it("several are printed with a summary", () => {
  const [one, two] = [plain(DELETE), plain(NONE)];
  expect(plain([DELETE, NONE])).toBe(
    `${one}\n${two}\nPlan: 0 to create, 0 to update, 0 to replace, 1 to delete, 1 unchanged.`,
  );
  expect(plain([CREATE, UPDATE, REPLACE, DELETE, NONE]).split("\n").at(-1)).toBe(
    "Plan: 1 to create, 1 to update, 1 to replace, 1 to delete, 1 unchanged.",
  );
  expect(plain([])).toBe("Plan: 0 to create, 0 to update, 0 to replace, 0 to delete, 0 unchanged.");
});

describe("a value", () => {
  const line = (value: string, max?: number) =>
    plain(change({ properties: { a: value } }, {}), max)
      .split("\n")[1]
      ?.trim();
  it("that is long is cut", () => {
    expect(line("x".repeat(60))).toBe(`+ properties.a: "${"x".repeat(60)}"`);
    expect(line("x".repeat(61))).toBe(`+ properties.a: "${"x".repeat(60)}…"`);
    expect(line("abcdef", 3)).toBe('+ properties.a: "abc…"');
  });
  it.each([
    ["\n", "\\n"],
    ["\u001b[31m", "\\u001b[31m"],
    ["\u007f", "\\u007f"],
    ["\u009b", "\\u009b"],
    ["\u202e", "\\u202e"],
    ["\u2028", "\\u2028"],
    ['"', '\\"'],
  ])("with %j can't reach the terminal", (text, escaped) => {
    expect(line(`a${text}b`)).toBe(`+ properties.a: "a${escaped}b"`);
  });
});

it("a value of an image that no spec could have can't reach the terminal, either", () => {
  const plan = change({ properties: {} }, { properties: { a: "x\u{e0041}y\u{1f427}" } });
  expect(plain(plan)).toContain('"x\\u{e0041}y\u{1f427}"');
});

it("names can't reach the terminal either", () => {
  const plan = reconcile({ name: "a\u001b[2J", properties: { "b\nc": "1" }, tags: ["d\u0007"] }, undefined);
  const printed = plain(plan);
  expect(printed).toContain('create "a\\u001b[2J"');
  expect(printed).toContain('properties."b\\u000ac"');
  expect(printed).toContain('tags: "d\\u0007"');
  expect(printed.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
});

describe("colour", () => {
  afterEach(() => vi.unstubAllEnvs());
  const coloured = (text: string) => text.includes("\u001b[");

  it("is there when it is asked for", () => {
    expect(formatPlan(CREATE, { color: true })).toContain("\u001b[32m+ create\u001b[39m");
    expect(formatPlan(DELETE, { color: true })).toContain("\u001b[31m- delete\u001b[39m");
    expect(formatPlan([NONE], { color: true })).toContain("\u001b[1mPlan: ");
  });
  it("is not there when it is refused, even on a terminal", () => {
    vi.stubEnv("FORCE_COLOR", "1");
    expect(coloured(formatPlan([CREATE, UPDATE, REPLACE, DELETE, NONE], { color: false }))).toBe(false);
  });
  it("is for the terminal to say, where nobody asked", () => {
    vi.stubEnv("NO_COLOR", undefined);
    vi.stubEnv("FORCE_COLOR", "1");
    expect(coloured(formatPlan(CREATE))).toBe(true);
    vi.stubEnv("FORCE_COLOR", undefined);
    vi.stubEnv("NO_COLOR", "1");
    expect(coloured(formatPlan(CREATE))).toBe(false);
  });
  it("says what is added, changed and lost", () => {
    const [green, yellow, red] = [32, 33, 31].map(
      (code) => (text: string) => `\u001b[${code}m${text}\u001b[39m`,
    );
    const filled = change({ source: { file: "a" } }, { status: "queued" });
    const ended: Plan = { ...UPDATE, discards: ["i1"], supersedes: "i2" };
    const lines = [UPDATE, REPLACE, filled, ended, NONE].map((plan) => formatPlan(plan, { color: true }));
    for (const line of [
      `${yellow?.("~ update")} \u001b[1mdebian [${ID}]\u001b[22m`,
      `${red?.("+/- replace")} \u001b[1mdebian`,
      "\u001b[2m= none\u001b[22m",
      `${yellow?.("~")} visibility: `,
      `${green?.("+")} properties.b: `,
      `${red?.("-")} properties.c: `,
      `→ "raw"${red?.("  # forces replacement")}`,
      `${yellow?.("~")} data${red?.("  # forces replacement")}`,
      `${yellow?.("~")} data: uploaded`,
      `${red?.("-")} image i1: `,
      `${red?.("-")} image i2: `,
    ]) {
      expect(lines.join("\n")).toContain(line);
    }
  });
  it("changes nothing but colour", () => {
    expect(stripVTControlCharacters(formatPlan(REPLACE, { color: true }))).toBe(plain(REPLACE));
  });
});

it.each([
  [0, "0 B"],
  [1, "1 B"],
  [1023, "1023 B"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [10 * 1024 + 512, "10.5 KiB"],
  [1024 ** 2 - 1, "1024 KiB"],
  [412 * 1024 ** 2, "412 MiB"],
  [5 * 1024 ** 3, "5 GiB"],
  [2 * 1024 ** 4, "2 TiB"],
  [1024 ** 6, "1024 PiB"],
])("%i bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

function change(
  spec: Partial<ImageSpecInput>,
  image: Partial<Image>,
  source?: { readonly sizeBytes: number },
): Plan {
  return reconcile({ name: "debian", ...spec }, imageOf(image), { source });
}

import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/backends/backend.ts";
import { memory } from "../../src/backends/memory/index.ts";
import type { Image } from "../../src/model/index.ts";
import { type Afterwards, backendConformance, type Expectations } from "../../src/testing/index.ts";
import { complete } from "../support/complete.ts";

type Factory = (afterwards: Afterwards) => Backend | Promise<Backend>;

describe("the clauses", () => {
  test("each have a title of their own, and a number in the order of the groups", () => {
    const titles = [...testsOf(() => memory()).keys()];
    expect(new Set(titles).size).toBe(titles.length);
    for (const title of titles) expect(title).toMatch(/^\d+\.\d+ [a-z]/);
    const groups = titles.map((title) => Number(title.split(".")[0]));
    expect(groups).toEqual(groups.toSorted((a, b) => a - b));
  });

  test("are the same list for a backend that lacks everything", () => {
    const lacks = { create: "x", upload: "x", download: "x", members: "x", deactivate: "x", reactivate: "x" };
    expect(numbersOf(testsOf(() => memory(), { lacks }))).toEqual(numbersOf(testsOf(() => memory())));
  });
});

describe("a capability that is lacking", () => {
  const lacks = { download: "it is a cellar", members: "it is private" };
  const cellar = (): Backend => {
    const { download: _download, members: _members, ...backend } = memory();
    return backend;
  };

  test("is kept by its refusal, for the reason that the title tells", async () => {
    const tests = testsOf(cellar, { lacks });
    expect(await failing(tests)).toEqual([]);
    expect([...tests.keys()]).toContain(
      "6.5 download can be left early: not supported (no download, since it is a cellar)",
    );
  });

  test("has to be expected", async () => {
    expect(await failing(testsOf(cellar))).toEqual(
      expect.arrayContaining(["0.1", "6.1", "6.3", "7.6", "8.1", "9.1"]),
    );
  });

  test("is expected in vain where it is there", async () => {
    expect(await failing(testsOf(() => memory(), { lacks: { members: "it is private" } }))).toEqual(
      expect.arrayContaining(["0.1", "8.1", "8.5", "9.2"]),
    );
  });

  test("may be any of them, and all", async () => {
    const records = (): Backend => {
      const { upload: _upload, ...backend } = memory();
      return backend;
    };
    expect(await failing(testsOf(records, { lacks: { upload: "records only" } }))).toEqual([]);
    const bare = (): Backend => {
      const { create: _create, download: _download, members: _members, ...backend } = records();
      const { deactivate: _deactivate, reactivate: _reactivate, ...rest } = backend;
      return rest;
    };
    const all = {
      create: "read only",
      upload: "read only",
      download: "closed",
      members: "closed",
      deactivate: "closed",
      reactivate: "closed",
    };
    expect(await failing(testsOf(bare, { lacks: all }))).toEqual([]);
  });
});

describe("what a backend does otherwise, on purpose", () => {
  const withoutMd5 = () => changed(({ checksum: _checksum, ...image }) => image);
  const digests = { value: ["sha512"], because: "md5 is broken" } as const;

  test("is expected with its reason, which the title tells", async () => {
    const tests = testsOf(withoutMd5, { digests });
    expect(await failing(tests)).toEqual([]);
    expect([...tests.keys()].filter((title) => title.includes(" (here "))).toEqual([
      expect.stringMatching(/^5\.1 .* \(here sha512, since md5 is broken\)$/),
      expect.stringMatching(/^5\.4 .* \(here sha512, since md5 is broken\)$/),
    ]);
  });

  test("is a breach unless it is expected", async () => {
    expect(await failing(testsOf(withoutMd5))).toEqual(expect.arrayContaining(["5.1"]));
    expect(await failing(testsOf(() => memory(), { digests }))).toEqual(["5.1"]);
  });
});

describe("a backend that breaks the contract is found out by the clause when", () => {
  test.each<[string, clauses: readonly string[], () => Backend]>([
    ["images get another name", ["1.1", "3.4", "4.1"], () => changed((image) => ({ ...image, name: "x" }))],
    [
      "an update loses a tag",
      ["4.1"],
      () =>
        replaced(({ update }) => ({
          update: (id, operations, options) =>
            update(
              id,
              operations.filter((operation) => operation.kind !== "tag"),
              options,
            ),
        })),
    ],
    [
      "a signal is ignored",
      ["9.1"],
      () => replaced((inner) => ({ create: (image) => inner.create(image), get: (id) => inner.get(id) })),
    ],
    [
      "a listener stays",
      ["9.2"],
      () =>
        replaced(({ get }) => ({
          get: (id, options) => {
            options?.signal?.addEventListener("abort", () => {});
            return get(id, options);
          },
        })),
    ],
    [
      "a deletion of what is gone is refused",
      ["7.1", "7.2", "7.6"],
      () =>
        replaced((inner) => ({
          async delete(id, options) {
            if ((await inner.get(id)) === undefined) throw new Error("gone");
            await inner.delete(id, options);
          },
        })),
    ],
    [
      "data is read of an image that is gone",
      ["5.10"],
      () =>
        replaced((inner) => ({
          async upload(id, data, options) {
            if ((await inner.get(id)) === undefined) data.chunks[Symbol.asyncIterator]();
            await inner.upload(id, data, options);
          },
        })),
    ],
    [
      "bytes are changed",
      ["6.1"],
      () =>
        replaced(({ download }) => ({
          async download(id, options) {
            const { sizeBytes, chunks } = await download(id, options);
            const wrong = (async function* () {
              for await (const chunk of chunks) yield chunk.map((byte) => byte ^ 1);
            })();
            return { sizeBytes, chunks: wrong };
          },
        })),
    ],
    [
      "members are forgotten",
      ["8.2", "8.3", "8.6"],
      () =>
        replaced(({ members }) => ({
          members: { ...members, list: async (id) => (await members.list(id)).slice(1) },
        })),
    ],
  ])("%s", async (_what, clauses, factory) => {
    expect(await failing(testsOf(factory))).toEqual(expect.arrayContaining([...clauses]));
  });
});

test("what the factory hands over is done after the test, the last first, whatever became of it", async () => {
  const done: string[] = [];
  const factory: Factory = async (afterwards) => {
    afterwards(async () => void done.push("first"));
    afterwards(() => void done.push("second"));
    throw new Error("no cloud today");
  };
  const [check] = testsOf(factory).values();
  await expect(check?.()).rejects.toThrow("no cloud today");
  expect(done).toEqual(["second", "first"]);
});

/** The tests that the suite registers, by title. */
/** The tests of a backend in memory, which has no server that could import anything. */
function testsOf(
  factory: Factory,
  { lacks, ...expectations }: Expectations = {},
): ReadonlyMap<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>();
  backendConformance((title, check) => tests.set(title, check), factory, {
    ...expectations,
    lacks: { imports: "it has no server", ...lacks },
  });
  return tests;
}

function numbersOf(tests: ReadonlyMap<string, unknown>): readonly string[] {
  return [...tests.keys()].map((title) => title.split(" ")[0] ?? "");
}

/** The numbers of the clauses that fail, each once. */
async function failing(tests: ReadonlyMap<string, () => Promise<void>>): Promise<readonly string[]> {
  const results = await Promise.allSettled([...tests.values()].map((check) => check()));
  const numbers = numbersOf(tests).filter((_number, index) => results[index]?.status === "rejected");
  return [...new Set(numbers)];
}

type Whole = ReturnType<typeof complete>;

function replaced(by: (inner: Whole) => Partial<Whole>): Backend {
  const inner = complete(memory());
  return { ...inner, ...by(inner) };
}

/** A memory whose images look different. */
function changed(look: (image: Image) => Image): Backend {
  return replaced((inner) => ({
    async *list(query, options) {
      for await (const image of inner.list(query, options)) yield look(image);
    },
    async get(id, options) {
      const image = await inner.get(id, options);
      return image && look(image);
    },
    create: async (image, options) => look(await inner.create(image, options)),
    update: async (id, operations, options) => look(await inner.update(id, operations, options)),
  }));
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkQuery,
  compareImages,
  type Image,
  type ImageQuery,
  matchesQuery,
  splitSort,
} from "../../src/model/index.ts";
import { image as anyImage } from "./arbitraries.ts";

const IMAGE: Image = {
  id: "6f3b8f0e-1111-4222-8333-94a5b6c7d8e9",
  name: "debian-13",
  status: "active",
  visibility: "private",
  hidden: false,
  owner: "p1",
  properties: { os_distro: "debian", empty: "" },
  serverProperties: { os_hash_algo: "sha512" },
  tags: ["a", "b"],
};

describe("an image answers to", () => {
  it.each<[ImageQuery]>([
    [{}],
    [{ id: IMAGE.id }],
    [{ id: IMAGE.id.toUpperCase() }],
    [{ name: "debian-13" }],
    [{ name: ["other", "debian-13"] }],
    [{ id: [IMAGE.id.toUpperCase()], status: ["queued", "active"] }],
    [{ namePattern: "^deb" }],
    [{ namePattern: /13$/ }],
    [{ namePattern: /DEBIAN/i }],
    [{ tags: [] }],
    [{ tags: ["b"] }],
    [{ tags: ["b", "a", "a"] }],
    [{ properties: {} }],
    [{ properties: { os_distro: "debian", empty: "" } }],
    [{ properties: { os_hash_algo: "sha512" } }],
    [{ owner: "p1" }],
    [{ visibility: "private" }],
    [{ status: "active" }],
    [{ hidden: false }],
    [{ name: undefined, tags: undefined }],
    [{ name: "debian-13", tags: ["a"], owner: "p1", sort: "name", newest: true }],
  ])("%o", (query) => {
    expect(matchesQuery(IMAGE, query)).toBe(true);
  });
});

describe("an image does not answer to", () => {
  it.each<[ImageQuery]>([
    [{ id: "0d1c2b3a-4444-4555-9666-778899aabbcc" }],
    [{ name: "debian" }],
    [{ name: "Debian-13" }],
    [{ name: "" }],
    [{ name: [] }],
    [{ name: ["debian", "13"] }],
    [{ status: ["queued", "killed"] }],
    [{ memberStatus: "all" }],
    [{ namePattern: "^13" }],
    [{ tags: ["c"] }],
    [{ tags: ["a", "c"] }],
    [{ properties: { os_distro: "Debian" } }],
    [{ properties: { other: "" } }],
    [{ properties: { constructor: "debian" } }],
    [{ owner: "p2" }],
    [{ visibility: "public" }],
    [{ status: "queued" }],
    [{ hidden: true }],
    [{ name: "debian-13", tags: ["c"] }],
  ])("%o", (query) => {
    expect(matchesQuery(IMAGE, query)).toBe(false);
  });
});

it("an image that doesn't say whether it is hidden is not", () => {
  const { hidden: _hidden, ...image } = IMAGE;
  expect(matchesQuery(image, { hidden: false })).toBe(true);
  expect(matchesQuery(image, { hidden: true })).toBe(false);
});

it("a pattern with a memory matches every time", () => {
  const namePattern = /debian/g;
  expect([1, 2, 3].map(() => matchesQuery(IMAGE, { namePattern }))).toEqual([true, true, true]);
});

describe("sorting", () => {
  const images: readonly Image[] = [
    { ...IMAGE, id: "1", name: "b", sizeBytes: 10, createdAt: "2026-01-02T00:00:00Z" },
    { ...IMAGE, id: "2", name: "a", sizeBytes: 9, createdAt: "2026-01-03T00:00:00Z" },
    { ...IMAGE, id: "3", name: "B", sizeBytes: 100, createdAt: "2026-01-01T00:00:00Z" },
  ];
  const ids = (query: ImageQuery) => [...images].sort(compareImages(query)).map(({ id }) => id);

  it("is by creation, the newest first, where nothing is said", () => {
    expect(ids({})).toEqual(["2", "1", "3"]);
  });
  it("is ascending where no direction is said", () => {
    expect(ids({ sort: "name" })).toEqual(ids({ sort: "name:asc" }));
    expect(ids({ sort: "name" })).toEqual(["3", "2", "1"]);
    expect(ids({ sort: "name:desc" })).toEqual(["1", "2", "3"]);
  });
  it("of numbers is by number", () => {
    expect(ids({ sort: "sizeBytes" })).toEqual(["2", "1", "3"]);
    expect(ids({ sort: "sizeBytes:desc" })).toEqual(["3", "1", "2"]);
  });
  it("of numbers has those first that aren't known", () => {
    const [known, other] = [
      { ...IMAGE, id: "1", sizeBytes: 10 },
      { ...IMAGE, id: "2", sizeBytes: undefined },
    ];
    expect([known, other].sort(compareImages({ sort: "sizeBytes" }))).toEqual([other, known]);
    expect([other, known].sort(compareImages({ sort: "sizeBytes:desc" }))).toEqual([known, other]);
  });
  it("finds an image equal to itself", () => {
    expect(Math.abs(compareImages({})(IMAGE, IMAGE))).toBe(0);
  });
  it("breaks a tie by id", () => {
    expect(ids({ sort: "status" })).toEqual(["1", "2", "3"]);
  });
  it("splits into key and direction", () => {
    expect(splitSort("createdAt:desc")).toEqual(["createdAt", "desc"]);
    expect(splitSort("id")).toEqual(["id", "asc"]);
  });
  it("is the same whatever the order before", () => {
    const keys = ["name", "status", "diskFormat", "sizeBytes", "id", "createdAt", "updatedAt"] as const;
    const different = fc.uniqueArray(anyImage, { selector: ({ id }) => id, maxLength: 6 });
    const sort = fc.constantFrom(...keys.flatMap((key) => [key, `${key}:desc`] as const));
    fc.assert(
      fc.property(different, sort, (some, key) => {
        const sorted = [...some].sort(compareImages({ sort: key }));
        expect([...some].reverse().sort(compareImages({ sort: key }))).toEqual(sorted);
      }),
    );
  });
});

describe("a query is checked", () => {
  it("and taken with every key", () => {
    const query: Required<ImageQuery> = {
      id: "i",
      name: "n",
      namePattern: /n/,
      tags: ["a"],
      properties: { a: "" },
      owner: "o",
      visibility: "shared",
      status: "whatever",
      memberStatus: "all",
      hidden: true,
      sort: "name:desc",
      newest: false,
    };
    expect(() => checkQuery(query)).not.toThrow();
    expect(() => checkQuery({ ...query, namePattern: "^n" })).not.toThrow();
    expect(() => checkQuery({ name: undefined })).not.toThrow();
  });
  it.each<[object, string]>([
    [{ tag: ["a"] }, 'tag: unknown key "tag": did you mean "tags"?'],
    [{ name_pattern: "a" }, 'did you mean "namePattern"?'],
    [{ namePattern: "(" }, "namePattern: must be a"],
    [{ sort: "size" }, "sort: must be one of"],
    [{ sort: "name:down" }, "sort: must be one of"],
    [{ sort: "na:descme" }, "sort: must be one of"],
    [{ tags: "a" }, "tags: "],
    [{ name: 1 }, "name: must be a string or a list of strings"],
    [{ memberStatus: "maybe" }, "memberStatus: "],
    [{ hidden: "true" }, "hidden: "],
    [{ visibility: "all" }, "visibility: "],
    [{ properties: { a: 1 } }, "properties.a: "],
  ])("and refused: %o", (query, message) => {
    expect(() => checkQuery(query)).toThrow(
      expect.objectContaining({ code: "ERR_SPEC_INVALID", message: expect.stringContaining(message) }),
    );
  });
  it("and every key that isn't known is told, in an error about the query", () => {
    const query: object = { tag: ["a"], quux: 1 };
    expect(() => checkQuery(query)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^The query is invalid: /),
        issues: [
          { path: ["tag"], message: 'unknown key "tag": did you mean "tags"?' },
          {
            path: ["quux"],
            message: expect.stringMatching(/^unknown key "quux"; known are id, name, .*, newest$/),
          },
        ],
      }),
    );
  });
  it.each([[null], ["debian"], [1], [[]]])("and refused when it is none: %j", (input) => {
    const query = input as unknown as ImageQuery;
    expect(() => checkQuery(query)).toThrow(expect.objectContaining({ code: "ERR_SPEC_INVALID" }));
  });
});

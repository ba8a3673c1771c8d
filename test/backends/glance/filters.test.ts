import fc from "fast-check";
import { expect, it } from "vitest";
import { listings, pageParameters } from "../../../src/backends/glance/filters.ts";

/** What Glance makes of the filter of a name: its own expression for the items of a list. */
function namesAskedFor(filter: string): string[] {
  if (filter.startsWith("eq:")) return [filter.slice(3)];
  const items = filter.slice("in:".length).matchAll(/"([^"\\]*(?:\\.[^"\\]*)*)",?|([^,]+),?|,/g);
  return [...items].map(([, quoted, bare]) => quoted || bare || "");
}

const name = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: fc.constantFrom('"', "\\", ",", ":", " ", "%", "ü", "日", "a", "eq:", "in:") }),
);

it("every name of a list is asked for once, as it is, whatever it holds", () => {
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 30 }), (names) => {
      const filters = listings({ name: names }).map((listing) => listing.get("name") ?? "");
      expect(filters.flatMap(namesAskedFor).sort()).toEqual([...names].sort());
    }),
  );
});

it("a page fits in a URL, whatever the names", () => {
  const longest = fc.constantFrom("日", "ü", '"', "x", "\ud800").map((character) => character.repeat(255));
  fc.assert(
    fc.property(fc.array(fc.oneof(name, longest), { minLength: 2, maxLength: 30 }), (names) => {
      for (const listing of listings({ name: names })) {
        const query = pageParameters(listing, { hidden: true, limit: 1000, marker: "m".repeat(36) });
        expect(query.toString().length).toBeLessThan(8_000);
      }
    }),
    { numRuns: 30 },
  );
});

it("lists of several keys are combined: every image answers to one listing", () => {
  const query = { name: ['a"', "b", "c"], id: ["1", "2\\"], status: ["active", "queued"] };
  const combined = listings(query).map((listing) => [listing.get("name"), listing.get("id")]);
  expect(combined).toEqual([
    ['in:"b","c"', 'in:"1"'],
    ['in:"b","c"', "2\\"],
    ['eq:a"', 'in:"1"'],
    ['eq:a"', "2\\"],
  ]);
});

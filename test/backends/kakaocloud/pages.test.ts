import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allOf } from "../../../src/backends/kakaocloud/paging.ts";

type Item = { readonly id: string };

/** What happens between two pages: so many images go, from these places on, and so many come at the front. */
const change = fc.record({
  deleted: fc.array(fc.nat({ max: 60 }), { maxLength: 6 }),
  added: fc.nat({ max: 4 }),
});

describe("a listing by offset", () => {
  it("has every image that is there all the time, each once, whatever comes and goes between pages", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 2, max: 20 }),
        fc.array(change, { maxLength: 12 }),
        async (count, limit, changes) => {
          let cloud: readonly Item[] = Array.from({ length: count }, (_, index) => ({ id: `old ${index}` }));
          const pending = [...changes];
          let added = 0;
          const read = async (offset: number) => {
            const page = { items: cloud.slice(offset, offset + limit), total: cloud.length };
            const { deleted, added: more } = pending.shift() ?? { deleted: [], added: 0 };
            const fresh = Array.from({ length: more }, () => ({ id: `new ${added++}` }));
            cloud = [...fresh, ...cloud.filter((_item, index) => !deleted.includes(index))];
            return page;
          };
          const ids = (await Array.fromAsync(allOf(read, limit))).map(({ id }) => id);
          expect(new Set(ids).size).toBe(ids.length);
          const old = cloud.filter(({ id }) => id.startsWith("old")).map(({ id }) => id);
          expect(old.filter((id) => !ids.includes(id))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("goes on without a total, as long as there is something new", async () => {
    const cloud = itemsOf(45);
    const read = async (offset: number) => ({ items: cloud.slice(offset, offset + 20), total: null });
    expect(await Array.fromAsync(allOf(read, 20))).toEqual(cloud);
  });

  it("takes smaller pages than it asked for", async () => {
    const cloud = itemsOf(45);
    const read = async (offset: number) => ({ items: cloud.slice(offset, offset + 7), total: 45 });
    expect(await Array.fromAsync(allOf(read, 1000))).toEqual(cloud);
  });

  it("asks once where all is on one page", async () => {
    let asked = 0;
    const read = async () => {
      asked++;
      return { items: itemsOf(3), total: 3 };
    };
    expect(await Array.fromAsync(allOf(read, 1000))).toHaveLength(3);
    expect(asked).toBe(1);
  });

  it.each([undefined, 1_000_000])(
    "ends where offsets are passed over, and the total is %s",
    async (total) => {
      const read = async (offset: number) => ({ items: offset < 1_000_000 ? itemsOf(20) : [], total });
      expect(await Array.fromAsync(allOf(read, 1000))).toHaveLength(20);
    },
  );
});

function itemsOf(count: number): readonly Item[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${index}` }));
}

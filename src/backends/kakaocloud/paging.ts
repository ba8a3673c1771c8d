import { type Page, turnPage } from "./pages.ts";

/** Items at an offset, and how many there are in all. */
export interface Portion<Item> {
  readonly items: readonly Item[];
  readonly total: number | null | undefined;
}

/** All items of a listing by limit and offset, each once, whatever comes and goes meanwhile. */
export async function* allOf<Item extends { readonly id: string }>(
  read: (offset: number) => Promise<Portion<Item>>,
  limit: number,
): AsyncGenerator<Item> {
  const seen = new Set<string>();
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const { items, total }: Portion<Item> = await read(offset);
    const page: Page = { offset, ids: items.map(({ id }) => id), total: total ?? undefined };
    const { follows, next } = turnPage(page, seen, limit);
    for (const item of follows ? items : []) {
      if (seen.has(item.id)) continue;
      seen.add(item.id);
      yield item;
    }
    offset = next;
  }
}

/** Small pages of a real Glance, whose own `next` drops repeated tags. */
import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { collect } from "./support/collect.ts";
import { type GlanceImage, glanceOf } from "./support/glance.ts";
import { proxyToGlance } from "./support/proxy.ts";

test("27 of 30 images carry two tags: with pages of 10, 27 are found", async () => {
  const tags = tagPair();
  const made = await makeMany(30, (index) => ({ tags: index % 10 === 4 ? tags.slice(0, 1) : tags }));
  const wanted = made.filter(({ tags }) => Array.isArray(tags) && tags.length === 2).map(({ id }) => id);
  const { url, requests } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url, pageSize: 10 });

  const found = await collect(images.list({ tags }));
  expect(found.map(({ id }) => id).toSorted()).toEqual(wanted.toSorted());
  expect(found).toHaveLength(27);
  expect(requests.filter(({ path }) => path.includes("marker="))).toHaveLength(2);
  for (const { path } of requests) {
    const query = new URLSearchParams(path.replace(/^.*\?/, ""));
    expect(query.getAll("tag"), path).toEqual(tags);
    expect(query.get("limit"), path).toBe("10");
  }
});

test("an order is kept over pages, and by id where it leaves a choice", async () => {
  const tags = tagPair();
  const made = await makeMany(12, (index) => ({ tags, name: `${tags[0]} ${index % 3}` }));
  const images = await managerOf("demo", { pageSize: 5 });
  const byNameAndId = made
    .toSorted((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);

  for (const _time of [1, 2]) {
    const found = await collect(images.list({ tags, sort: "name" }));
    expect(found.map(({ id }) => id)).toEqual(byNameAndId);
  }
  const reversed = await collect(images.list({ tags, sort: "name:desc" }));
  expect(reversed.map(({ id }) => id)).toEqual(byNameAndId.toReversed());
});

test("the image at the end of a page is deleted: the others are listed, each once", async () => {
  const tags = tagPair();
  const made = await makeMany(12, () => ({ tags }));
  const glance = await glanceOf("demo");
  const gone: string[] = [];
  const { url, requests } = await proxyToGlance(async ({ path }) => {
    const marker = new URLSearchParams(path.replace(/^.*\?/, "")).get("marker");
    if (marker === null || gone.length === 2) return undefined;
    await glance.remove(marker);
    gone.push(marker);
    return undefined;
  });
  const images = await managerOf("demo", { imageEndpointOverride: url, pageSize: 4 });

  const found = (await collect(images.list({ tags, hidden: false }))).map(({ id }) => id);
  expect(gone).toHaveLength(2);
  expect(new Set(found).size).toBe(found.length);
  const left = made.map(({ id }) => id).filter((id) => !gone.includes(id));
  expect(found).toEqual(expect.arrayContaining(left));
  // Once more from the start after each refusal.
  expect(requests.filter(({ path }) => !path.includes("marker="))).toHaveLength(3);
});

test("a list of names, with whatever they hold, is asked for in few requests", async () => {
  const [tag = ""] = tagPair();
  const names = [
    `${tag} plain`,
    `${tag}:colon`,
    `in:${tag}`,
    `${tag},comma`,
    `${tag}"quote"`,
    `${tag}\\`,
    `100% ${tag} %41`,
    `${tag} Äö 日本`,
    `${tag}&a=b#c?d+e/f`,
    `  ${tag} outer  `,
  ];
  const made = await makeMany(names.length, (index) => ({ name: names[index], os_hidden: index === 0 }));
  await makeMany(1, () => ({ name: `${tag} other` }));
  const { url, requests } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });

  const found = await collect(images.list({ name: names }));
  expect(found.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  // One list, and one each for the two names that a list can't hold; twice, for hidden images.
  expect(requests).toHaveLength(6);
  for (const name of names) expect(await images.find({ name })).toMatchObject({ name });

  const ids = made.map(({ id }) => id);
  const byId = await collect(images.list({ id: ids.slice(2).map((id) => id.toUpperCase()) }));
  expect(byId.map(({ id }) => id).toSorted()).toEqual(ids.slice(2).toSorted());
  expect(await collect(images.list({ id: ids, status: ["active", "queued"] }))).toHaveLength(ids.length);
  expect(await collect(images.list({ id: ids, status: ["active", "killed"] }))).toEqual([]);
  expect(await collect(images.list({ name: [] }))).toEqual([]);
});

test("more names than a URL has room for are asked for all the same", async () => {
  const [tag = ""] = tagPair();
  const made = await makeMany(3, (index) => ({ name: `${tag} ${index}` }));
  const others = Array.from({ length: 300 }, (_, index) => `${tag} there is no image of this name ${index}`);
  const images = await managerOf("demo");

  const found = await collect(images.list({ name: [...others, ...made.map(({ name }) => name)] }));
  expect(found.map(({ id }) => id).toSorted()).toEqual(made.map(({ id }) => id).toSorted());
});

/** Two tags that no other test has. */
function tagPair(): string[] {
  const label = randomBytes(6).toString("hex");
  return [`${label}-a`, `${label}-b`];
}

async function makeMany(
  count: number,
  valuesOf: (index: number) => Readonly<Record<string, unknown>>,
): Promise<readonly GlanceImage[]> {
  const glance = await glanceOf("demo");
  const made = await Promise.all(Array.from({ length: count }, (_, index) => glance.create(valuesOf(index))));
  onTestFinished(async () => {
    await Promise.all(made.map(({ id }) => glance.remove(id)));
  });
  return made;
}

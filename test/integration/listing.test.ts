import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { collect } from "./support/collect.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

test("27 images that carry two tags are found over small pages, and none that carries one", async () => {
  const glance = await glanceOf("demo");
  const name = imageName();
  const [first, second] = [`${name}-a`, `${name}-b`];
  const tagged = (tags: readonly string[], hidden: boolean) =>
    glance.create({ name, tags, os_hidden: hidden, container_format: "bare", disk_format: "raw" });
  const made = Array.from({ length: 27 }, (_, index) => tagged([first, second], index >= 22));
  const others = [
    tagged([first], false),
    tagged([first], true),
    tagged([second], false),
    tagged([second], true),
  ];
  const wanted = (await Promise.all(made)).map(({ id }) => id);
  await Promise.all(others);
  const { url, requests } = await proxyToGlance(({ path }) => ({
    path: path.replace(/limit=\d+/, "limit=10"),
  }));
  const images = await managerOf("demo", { imageEndpointOverride: url });

  const found = await collect(images.list({ tags: [first, second] }));
  expect(found.map(({ id }) => id).toSorted()).toEqual(wanted.toSorted());
  expect(requests.length).toBe(4);
  const sorted = await collect(images.list({ tags: [second, first], sort: "id:asc" }));
  expect(sorted.map(({ id }) => id)).toEqual(wanted.toSorted());
  expect(await collect(images.list({ tags: [first, second], hidden: true }))).toHaveLength(5);
  expect(await collect(images.list({ tags: [first, second], newest: true }))).toHaveLength(1);
});

test("a listing asks for a page only when it is wanted", async () => {
  const glance = await glanceOf("demo");
  const name = imageName();
  for (let index = 0; index < 6; index++) await glance.create({ name });
  const { url, requests } = await proxyToGlance(({ path }) => ({
    path: path.replace(/limit=\d+/, "limit=2"),
  }));
  const images = await managerOf("demo", { imageEndpointOverride: url });

  for await (const image of images.list({ name })) {
    expect(image.name).toBe(name);
    break;
  }
  expect(requests).toHaveLength(1);
});

test("every key of a query narrows it", async () => {
  const glance = await glanceOf("demo");
  const name = imageName("Query");
  const make = (values: object) =>
    glance.create({ name, container_format: "bare", disk_format: "raw", ...values });
  const plain = await make({ visibility: "private" });
  const shared = await make({ visibility: "shared", os_distro: "debian:13, trixie" });
  const hidden = await make({ visibility: "private", os_hidden: true, tags: ["a,b"] });
  await glance.upload(plain.id, Buffer.from("data"));
  const images = await managerOf("demo");
  const idsOf = async (query: Parameters<typeof images.list>[0]) =>
    (await collect(images.list({ name, ...query }))).map(({ id }) => id);

  expect(new Set(await idsOf({}))).toEqual(new Set([plain.id, shared.id, hidden.id]));
  expect(await idsOf({ visibility: "shared" })).toEqual([shared.id]);
  expect(await idsOf({ status: "active" })).toEqual([plain.id]);
  expect(await idsOf({ properties: { os_distro: "debian:13, trixie" } })).toEqual([shared.id]);
  expect(await idsOf({ tags: ["a,b"] })).toEqual([hidden.id]);
  expect(await idsOf({ id: plain.id.toUpperCase() })).toEqual([plain.id]);
  expect(await idsOf({ owner: "nobody" })).toEqual([]);
  expect(await idsOf({ namePattern: /^query-/i, hidden: true })).toEqual([hidden.id]);
  expect(await idsOf({ sort: "status", hidden: false })).toEqual([plain.id, shared.id]);
  await expect(images.find({ name })).rejects.toMatchObject({ code: "ERR_IMAGE_AMBIGUOUS" });
  expect(await images.find({ name, newest: true })).toMatchObject({ name });
});

test("one image is found by whatever tells it from the others", async () => {
  const [glance, images] = [await glanceOf("demo"), await managerOf("demo")];
  const name = imageName("Find");
  const make = (values: object) => glance.create({ name, visibility: "community", ...values });
  const first = await make({ tags: ["old"], os_distro: "debian" });
  const second = await make({ tags: ["old", "new"], os_distro: "debian", os_version: "13", os_hidden: true });
  const theirs = await (await glanceOf("other")).create({ name, visibility: "community", tags: ["theirs"] });
  const { owner } = await images.find({ id: first.id });

  const found = async (query: Parameters<typeof images.find>[0]) =>
    (await images.find({ name, ...query })).id;
  expect(await found({ tags: ["new", "old"] })).toBe(second.id);
  expect(await found({ properties: { os_distro: "debian", os_version: "13" } })).toBe(second.id);
  expect(await found({ namePattern: "^Find-", hidden: true })).toBe(second.id);
  expect(await found({ owner, hidden: false })).toBe(first.id);
  expect(await found({ owner, newest: true, tags: ["old"] })).toMatch(new RegExp(`${first.id}|${second.id}`));
  expect(await found({ visibility: "community", tags: ["theirs"] })).toBe(theirs.id);
  await expect(found({ owner })).rejects.toMatchObject({ code: "ERR_IMAGE_AMBIGUOUS" });
  for (const query of [{ tags: ["old", "theirs"] }, { owner: "nobody" }, { namePattern: "^find-" }])
    await expect(found(query)).rejects.toMatchObject({ code: "ERR_HTTP_NOT_FOUND" });
});

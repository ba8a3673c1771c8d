import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { OWN_PROPERTIES } from "../../model/index.ts";
import { assertFields, assertRefused, assertSameImage, CONFLICT } from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import { listed } from "./reading.ts";

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const DEFAULTS = { visibility: "private", minDiskGb: 0, minRamMb: 0, properties: {}, tags: [] } as const;

/** 1: `create`. */
export const createClauses: readonly Clause[] = [
  clause(
    "1.1",
    "create returns the record as given, queued",
    ["create"],
    async (backend, { sample, ids }) => {
      const { id, ...image } = sample.newImage({
        ...(sample.has("properties") ? { properties: { os_distro: "debian", empty: "" } } : {}),
        tags: ["a", "b"],
        minDiskGb: sample.values.minDiskGb,
      });
      const created = await backend.create({ ...image, id });
      const given = ids === "given by the cloud" ? image : { ...image, id };
      assertFields({ ...created, tags: [...created.tags].sort() }, { ...given, status: "queued" });
    },
    "ids",
  ),

  clause("1.2", "create fills in the defaults of a creation", ["create"], async (backend, { sample }) => {
    const { properties: _properties, tags: _tags, ...image } = sample.newImage();
    const declared = Object.keys(image);
    const defaults = Object.entries(DEFAULTS).filter(
      ([name]) => sample.has(name) && !declared.includes(name),
    );
    assertFields(await backend.create(image), Object.fromEntries(defaults));
  }),

  clause("1.3", "create is seen at once by get and list", ["create"], async (backend, { sample }) => {
    const image = await backend.create(sample.newImage());
    assertSameImage(await backend.get(image.id), image);
    const [found, ...others] = await listed(backend, { name: image.name });
    assertSameImage(found, image);
    assert.deepEqual(others, []);
  }),

  clause(
    "1.4",
    "create refuses an id that is there with 409, and changes nothing",
    ["create"],
    async (backend, { sample, ids }) => {
      const first = await backend.create(sample.newImage());
      const second = backend.create(sample.newImage({ id: first.id, tags: ["second"] }));
      if (ids === "given by the cloud") assert.notEqual((await second).id, first.id);
      else await assertRefused(second, CONFLICT);
      assertSameImage(await backend.get(first.id), first);
    },
    "ids",
  ),

  clause(
    "1.5",
    "create refuses the id of a deleted image with 409",
    ["create"],
    async (backend, { sample, ids }) => {
      const { id } = await backend.create(sample.newImage({ id: randomUUID() }));
      await backend.delete(id);
      const again = backend.create(sample.newImage({ id }));
      if (ids === "given by the cloud") assert.notEqual((await again).id, id);
      else await assertRefused(again, CONFLICT);
      assert.equal(await backend.get(id), undefined);
    },
    "ids",
  ),

  clause(
    "1.6",
    "create lets one of many creations of an id win",
    ["create"],
    async (backend, { sample, ids }) => {
      const id = randomUUID();
      const creations = Array.from({ length: 20 }, (_, index) =>
        backend.create(sample.newImage({ id, name: sample.name(`debian-13 ${id} ${index}`) })),
      );
      const results = await Promise.allSettled(creations);
      const images = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
      const made = new Set(images.map((image) => image.id)).size;
      assert.equal(made, ids === "given by the cloud" ? 20 : 1);
      assert.equal(failures.length, 20 - made);
      for (const failure of failures) assertFields(failure, CONFLICT);
    },
    "ids",
  ),

  clause(
    "1.7",
    "create says when, to the second and in UTC, and nothing of data",
    ["create"],
    async (backend, { sample }) => {
      const image = await backend.create(sample.newImage());
      assert.match(image.createdAt ?? "", RFC_3339);
      assert.match(image.updatedAt ?? "", RFC_3339);
      assert.equal(image.checksum, undefined);
      assert.equal(image.hashValue, undefined);
      assert.equal(image.sizeBytes ?? 0, 0);
    },
  ),

  clause(
    "1.8",
    "create keeps no hold of what it was given or returned",
    ["create"],
    async (backend, { sample }) => {
      const { tags = [], ...fields } = sample.newImage({ tags: ["a"] });
      const given = [...tags];
      const created = await backend.create({ ...fields, ...(sample.has("tags") ? { tags: given } : {}) });
      given.push(sample.tag("b"));
      Object.assign(created.properties, { later: "yes" });
      const found = await backend.get(created.id);
      assert.deepEqual(found?.tags, tags);
      assert.equal(found.properties["later"], undefined);
      if (sample.has("properties")) assert.deepEqual(found.properties, fields.properties ?? {});
    },
  ),

  clause(
    "1.9",
    "create allows two images of one name",
    ["create"],
    async (backend, { sample, names }) => {
      const first = await backend.create(sample.newImage());
      const again = backend.create(sample.newImage({ name: first.name }));
      const expected = names === "unique" ? [first.id] : [first.id, await again.then(({ id }) => id)];
      if (names === "unique") await assertRefused(again, CONFLICT);
      const ids = (await listed(backend, { name: first.name })).map(({ id }) => id);
      assert.deepEqual(ids.sort(), expected.sort());
    },
    "names",
  ),

  clause(
    "1.10",
    "create keeps this library's records, and so does update",
    ["create", "properties"],
    async (backend, { sample, records }) => {
      // Where there are none, nobody sends any.
      const own =
        records === "none" ? {} : Object.fromEntries(OWN_PROPERTIES.map((name) => [name, "sha256:0"]));
      const declared = { ...sample.values.properties, ...own };
      const { id } = await backend.create(sample.newImage({ properties: declared }));
      const { properties } = await backend.update(id, [sample.change("added")]);
      assertFields(properties, declared);
    },
    "records",
  ),
];

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertFields, assertRefused, assertSameImage, CONFLICT } from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import { listed } from "./reading.ts";
import { FORMATS, newImage } from "./samples.ts";

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** 1: `create`. */
export const createClauses: readonly Clause[] = [
  clause("1.1", "create returns the record as given, queued", ["create"], async (backend) => {
    const image = newImage({
      properties: { os_distro: "debian", empty: "" },
      tags: ["a", "b"],
      minDiskGb: 2,
    });
    const created = await backend.create(image);
    assertFields({ ...created, tags: [...created.tags].sort() }, { ...image, status: "queued" });
  }),

  clause("1.2", "create fills in the defaults of a creation", ["create"], async (backend) => {
    assertFields(await backend.create({ id: randomUUID(), ...FORMATS, name: "bare" }), {
      visibility: "private",
      minDiskGb: 0,
      minRamMb: 0,
      properties: {},
      tags: [],
    });
  }),

  clause("1.3", "create is seen at once by get and list", ["create"], async (backend) => {
    const image = await backend.create(newImage());
    assertSameImage(await backend.get(image.id), image);
    const [found, ...others] = await listed(backend, { name: image.name });
    assertSameImage(found, image);
    assert.deepEqual(others, []);
  }),

  clause(
    "1.4",
    "create refuses an id that is there with 409, and changes nothing",
    ["create"],
    async (backend) => {
      const first = await backend.create(newImage());
      await assertRefused(backend.create(newImage({ id: first.id, tags: ["second"] })), CONFLICT);
      assertSameImage(await backend.get(first.id), first);
    },
  ),

  clause("1.5", "create refuses the id of a deleted image with 409", ["create"], async (backend) => {
    const image = newImage();
    await backend.create(image);
    await backend.delete(image.id);
    await assertRefused(backend.create(image), CONFLICT);
    assert.equal(await backend.get(image.id), undefined);
  }),

  clause("1.6", "create lets one of many creations of an id win", ["create"], async (backend) => {
    const image = newImage();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => backend.create(image)));
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    assert.equal(failures.length, 19);
    for (const failure of failures) assertFields(failure, CONFLICT);
  }),

  clause(
    "1.7",
    "create says when, to the second and in UTC, and nothing of data",
    ["create"],
    async (backend) => {
      const image = await backend.create(newImage());
      assert.match(image.createdAt ?? "", RFC_3339);
      assert.match(image.updatedAt ?? "", RFC_3339);
      assert.equal(image.checksum, undefined);
      assert.equal(image.hashValue, undefined);
      assert.equal(image.sizeBytes ?? 0, 0);
    },
  ),

  clause("1.8", "create keeps no hold of what it was given or returned", ["create"], async (backend) => {
    const tags = ["a"];
    const image = newImage({ tags });
    const created = await backend.create(image);
    tags.push("b");
    Object.assign(created.properties, { later: "yes" });
    const found = await backend.get(image.id);
    assert.deepEqual(found?.tags, ["a"]);
    assert.deepEqual(found.properties, { os_distro: "debian" });
  }),

  clause("1.9", "create allows two images of one name", ["create"], async (backend) => {
    const [first, second] = [newImage(), newImage()];
    await backend.create(first);
    await backend.create({ ...second, name: first.name });
    const ids = (await listed(backend, { name: first.name })).map(({ id }) => id);
    assert.deepEqual(ids.sort(), [first.id, second.id].sort());
  }),
];

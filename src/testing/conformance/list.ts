import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { ImageQuery } from "../../model/index.ts";
import { type Clause, clause } from "./clause.ts";
import { listed, stored } from "./reading.ts";
import { DATA, newImage } from "./samples.ts";

/** What clouds are known to get wrong in a query: quotes, separators, operators, what isn't ASCII. */
const MARK = {
  properties: { mark: 'it\'s "one" & ü' },
  tags: ["alpha", "beta"],
  name: "in:x,y {z}: 100%",
};

const FILTERS: Readonly<Record<string, ImageQuery>> = {
  name: { name: MARK.name },
  namePattern: { namePattern: /^in:.*%$/ },
  tags: { tags: ["beta", "alpha"] },
  properties: { properties: MARK.properties },
  hidden: { hidden: true },
  visibility: { visibility: "shared" },
  "several keys": { name: MARK.name, tags: ["alpha"], hidden: true, status: "queued" },
};

/** 3: `list`. */
export const listClauses: readonly Clause[] = [
  clause("3.1", "list of nothing is empty", [], async (backend) => {
    assert.deepEqual(await listed(backend, { name: `nothing ${randomUUID()}` }), []);
  }),

  clause("3.2", "list without a query yields every image, hidden ones too", ["create"], async (backend) => {
    const images = await Promise.all([
      backend.create(newImage()),
      backend.create(newImage({ hidden: true })),
      backend.create(newImage({ visibility: "shared" })),
    ]);
    const found = (await listed(backend, {})).map(({ id }) => id);
    for (const { id } of images) assert.ok(found.includes(id), `image ${id} is not listed`);
    assert.equal(new Set(found).size, found.length);
  }),

  clause("3.3", "list leaves out what was deleted", ["create"], async (backend) => {
    const { id, name } = await backend.create(newImage());
    await backend.delete(id);
    assert.deepEqual(await listed(backend, { name }), []);
  }),

  ...Object.entries(FILTERS).map(([key, query]) =>
    clause("3.4", `list finds by ${key}`, ["create"], async (backend) => {
      const image = newImage({ ...MARK, hidden: true, visibility: "shared" });
      await backend.create(newImage({ tags: ["alpha"] }));
      await backend.create(image);
      await backend.create(newImage({ name: "in", properties: { mark: "other" } }));
      const found = await listed(backend, query);
      assert.deepEqual(
        found.map(({ id }) => id),
        [image.id],
      );
    }),
  ),

  clause("3.5", "list finds by id, in either case, and by status", ["create", "upload"], async (backend) => {
    const [image, active] = [await backend.create(newImage()), await stored(backend, DATA)];
    const ids = async (query: ImageQuery) => (await listed(backend, query)).map(({ id }) => id);
    assert.deepEqual(await ids({ id: image.id.toUpperCase() }), [image.id]);
    assert.deepEqual(await ids({ status: "queued" }), [image.id]);
    assert.deepEqual(await ids({ status: "active" }), [active.id]);
    assert.deepEqual(await ids({ status: "killed" }), []);
  }),

  clause("3.6", "list yields many images, each once", ["create"], async (backend) => {
    const name = `many ${randomUUID()}`;
    for (let count = 0; count < 30; count++) await backend.create(newImage({ name }));
    const ids = (await listed(backend, { name })).map(({ id }) => id);
    assert.equal(ids.length, 30);
    assert.equal(new Set(ids).size, 30);
  }),

  clause("3.7", "list can be left early", ["create"], async (backend) => {
    await backend.create(newImage());
    await backend.create(newImage());
    let seen = 0;
    for await (const _image of backend.list({})) {
      seen++;
      break;
    }
    assert.equal(seen, 1);
  }),
];

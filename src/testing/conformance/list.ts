import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { ImageQuery, NewImage } from "../../model/index.ts";
import { type Clause, clause, type Need } from "./clause.ts";
import { listed, made, stored } from "./reading.ts";
import type { Sampler } from "./sampler.ts";
import { DATA } from "./samples.ts";

/** What clouds are known to get wrong in a query: quotes, separators, operators, what isn't ASCII. */
const MARK = { properties: { mark: 'it\'s "one" & ü' }, tags: ["alpha", "beta"], name: "in:x,y {z}: 100%" };

/** A query that one image answers to, of three. */
interface Example {
  readonly needs: readonly Need[];
  query(image: NewImage, sample: Sampler): ImageQuery;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  name: { needs: [], query: ({ name }) => ({ name }) },
  namePattern: {
    needs: [],
    query: ({ name }) => ({ namePattern: name === MARK.name ? /^in:.*%$/ : exactly(name) }),
  },
  tags: { needs: ["tags"], query: (_image, { tag }) => ({ tags: [tag("beta"), tag("alpha")] }) },
  properties: { needs: ["properties"], query: () => ({ properties: MARK.properties }) },
  hidden: { needs: ["hidden"], query: () => ({ hidden: true }) },
  visibility: { needs: ["visibility"], query: () => ({ visibility: "shared" }) },
  "several keys": {
    needs: [],
    query: ({ name }, sample) => ({
      name,
      ...(sample.has("tags") ? { tags: [sample.tag("alpha")] } : {}),
      ...(sample.has("hidden") ? { hidden: true } : {}),
    }),
  },
};

/** 3: `list`. */
export const listClauses: readonly Clause[] = [
  clause("3.1", "list of nothing is empty", [], async (backend, { sample }) => {
    assert.deepEqual(await listed(backend, { name: sample.name(`nothing ${randomUUID()}`) }), []);
  }),

  clause(
    "3.2",
    "list without a query yields every image, hidden ones too",
    ["image"],
    async (backend, expected) => {
      const images = await Promise.all([
        made(backend, expected),
        made(backend, expected, { hidden: true }),
        made(backend, expected, { visibility: "shared" }),
      ]);
      const found = (await listed(backend, {})).map(({ id }) => id);
      for (const { id } of images) assert.ok(found.includes(id), `image ${id} is not listed`);
      assert.equal(new Set(found).size, found.length);
    },
  ),

  clause("3.3", "list leaves out what was deleted", ["image"], async (backend, expected) => {
    const { id, name } = await made(backend, expected);
    await backend.delete(id);
    assert.deepEqual(await listed(backend, { name }), []);
  }),

  ...Object.entries(EXAMPLES).map(([key, { needs, query }]) =>
    clause("3.4", `list finds by ${key}`, ["image", ...needs], async (backend, expected) => {
      const { sample } = expected;
      const fields = { ...MARK, name: sample.name(MARK.name), hidden: true, visibility: "shared" } as const;
      await made(backend, expected, { tags: ["alpha"] });
      const { id, status } = await made(backend, expected, fields);
      await made(backend, expected, { name: sample.name("in"), properties: { mark: "other" } });
      const asked = query(sample.newImage(fields), sample);
      const found = await listed(backend, key === "several keys" ? { ...asked, status } : asked);
      assert.deepEqual(
        found.map((image) => image.id),
        [id],
      );
    }),
  ),

  clause(
    "3.5",
    "list finds by id, in either case, and by status",
    ["create", "upload"],
    async (backend, expected) => {
      const image = await backend.create(expected.sample.newImage());
      const active = await stored(backend, expected, DATA);
      const ids = async (query: ImageQuery) => (await listed(backend, query)).map(({ id }) => id);
      assert.deepEqual(await ids({ id: image.id.toUpperCase() }), [image.id]);
      assert.deepEqual(await ids({ status: "queued" }), [image.id]);
      assert.deepEqual(await ids({ status: "active" }), [active.id]);
      assert.deepEqual(await ids({ status: "killed" }), []);
    },
  ),

  clause(
    "3.6",
    "list yields many images, each once",
    ["image"],
    async (backend, expected) => {
      const { names, sample } = expected;
      const many = `many ${randomUUID()}`;
      const nameOf = (index: number) => sample.name(names === "unique" ? `${many} ${index}` : many);
      const images = [];
      for (let index = 0; index < 30; index++)
        images.push(await made(backend, expected, { name: nameOf(index) }));
      const ids = (await listed(backend, { name: images.map(({ name }) => name) })).map(({ id }) => id);
      assert.equal(ids.length, 30);
      assert.equal(new Set(ids).size, 30);
    },
    "names",
  ),

  clause("3.7", "list can be left early", ["image"], async (backend, expected) => {
    await made(backend, expected);
    await made(backend, expected);
    let seen = 0;
    for await (const _image of backend.list({})) {
      seen++;
      break;
    }
    assert.equal(seen, 1);
  }),
];

function exactly(text: string): RegExp {
  return new RegExp(`^${text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`);
}

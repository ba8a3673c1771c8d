import assert from "node:assert/strict";
import { type NewImage, sourceKind } from "../../model/index.ts";
import { assertFields, assertRefused, CONFLICT, NOT_FOUND } from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import type { CloudData, Expected } from "./expectations.ts";
import { listed, madeFrom, settled } from "./reading.ts";

const NEEDS = ["createFrom"] as const;

/** 12: `createFrom`. */
export const createFromClauses: readonly Clause[] = [
  clause(
    "12.1",
    "createFrom names the sources that it takes, each once",
    NEEDS,
    async (backend, expected) => {
      const { kinds } = backend.createFrom;
      const kind = sourceKind(dataOf(expected).source);
      assert.ok(kinds.some((each) => each === kind));
      assert.equal(new Set(kinds).size, kinds.length);
    },
  ),

  clause(
    "12.2",
    "createFrom makes an image that becomes active, as it was asked for",
    NEEDS,
    async (backend, expected) => {
      const {
        id: _id,
        properties = {},
        tags = [],
        ...wanted
      } = expected.sample.newImage({ tags: ["a", "b"] });
      const image = await madeFrom(backend, expected, { ...wanted, id: _id, properties, tags });
      assertFields(image, { ...wanted, status: "active" });
      assertFields(image.properties, properties);
      assert.deepEqual([...image.tags].sort(), [...tags].sort());
    },
  ),

  clause(
    "12.3",
    "createFrom tells the id of an image that get and list know at once",
    NEEDS,
    async (backend, expected) => {
      const image = newFrom(expected);
      const { id, name, status } = await backend.createFrom.start(image, dataOf(expected).source);
      assert.equal(name, image.name);
      if (backend.create !== undefined)
        assert.notEqual(status, "queued", "it would be taken for an empty record");
      assert.equal((await backend.get(id))?.name, image.name);
      assert.deepEqual(
        (await listed(backend, { name: image.name })).map((found) => found.id),
        [id],
      );
      await settled(backend, id, "active");
    },
  ),

  clause("12.4", "createFrom gives each image an id of its own", NEEDS, async (backend, expected) => {
    const one = await madeFrom(backend, expected, expected.sample.newImage());
    const other = await madeFrom(backend, expected, expected.sample.newImage());
    assert.notEqual(one.id, other.id);
    assertFields((await backend.get(one.id)) ?? {}, { name: one.name, status: "active" });
  }),

  clause(
    "12.5",
    "createFrom of an unknown source is refused with 404, and makes nothing",
    NEEDS,
    async (backend, expected) => {
      const image = newFrom(expected);
      await assertRefused(backend.createFrom.start(image, dataOf(expected).unknown), NOT_FOUND);
      assert.deepEqual(await listed(backend, { name: image.name }), []);
    },
  ),

  clause(
    "12.6",
    "createFrom allows two images of one name",
    NEEDS,
    async (backend, expected) => {
      const first = await madeFrom(backend, expected, expected.sample.newImage());
      const again = backend.createFrom.start(
        newFrom(expected, { name: first.name }),
        dataOf(expected).source,
      );
      if (expected.names === "unique") await assertRefused(again, CONFLICT);
      else assert.notEqual((await again).id, first.id);
    },
    "names",
  ),
];

/** An image to make of the cloud's data. */
function newFrom(expected: Expected, fields?: Partial<NewImage>): NewImage {
  return { ...expected.sample.newImage(fields), ...dataOf(expected).needs };
}

function dataOf({ createFrom }: Expected): CloudData {
  assert.ok(createFrom, "there is nothing to make an image of");
  return createFrom;
}

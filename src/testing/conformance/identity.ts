import assert from "node:assert/strict";
import { CAPABILITIES, type Clause, clause } from "./clause.ts";
import { FIELD_NAMES } from "./sampler.ts";
import { assertFieldRefused } from "./unsupported.ts";

/** 0: what a backend says of itself. */
export const identityClauses: readonly Clause[] = [
  clause(
    "0.1",
    "a backend has a name, and the capabilities that are expected",
    [],
    async (backend, { lacks }) => {
      assert.match(backend.name, /^[a-z]+$/);
      for (const capability of CAPABILITIES) {
        const lacking = lacks[capability] !== undefined;
        assert.equal(
          backend[capability] === undefined,
          lacking,
          `${capability} is expected to be ${lacking ? "absent" : "there"}`,
        );
      }
    },
  ),

  clause(
    "0.2",
    "a backend says who gives new images their ids",
    [],
    async ({ idsAreGivenBy = "caller" }, { ids }) => assert.equal(`given by the ${idsAreGivenBy}`, ids),
    "ids",
  ),

  clause(
    "0.3",
    "a backend says whether two images can have one name",
    [],
    async ({ rules }, { names }) => assert.equal(rules.namesAreUnique === true ? "unique" : "free", names),
    "names",
  ),

  clause(
    "0.4",
    "a backend says whether images keep this library's records",
    [],
    async ({ rules }, { records }) => assert.equal(rules.keepsRecords === false ? "none" : "kept", records),
    "records",
  ),

  clause(
    "0.5",
    "a backend's schema takes the fields that its images have, and refuses the others by their paths",
    [],
    async (backend, expected) => {
      const { sample } = expected;
      const { id: _id, ...spec } = sample.newImage();
      for (const field of FIELD_NAMES) {
        if (sample.has(field)) {
          const { error } = backend.spec.safeParse({ ...spec, [field]: sample.values[field] });
          assert.deepEqual(error?.issues ?? [], [], `${field} should be taken`);
        } else await assertFieldRefused(backend, field, expected);
      }
    },
  ),
];

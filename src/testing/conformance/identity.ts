import assert from "node:assert/strict";
import { CAPABILITIES, type Clause, clause } from "./clause.ts";

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
];

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type Clause, clause } from "./clause.ts";
import { made } from "./reading.ts";

/** 2: `get`. */
export const getClauses: readonly Clause[] = [
  clause("2.1", "get of an unknown id is undefined", [], async (backend) => {
    assert.equal(await backend.get(randomUUID()), undefined);
  }),

  clause("2.2", "get of what isn't an id is undefined", [], async (backend) => {
    for (const id of ["no-uuid", "..", "%2e%2e", "a/b"]) assert.equal(await backend.get(id), undefined, id);
  }),

  clause("2.3", "get of a deleted image is undefined", ["image"], async (backend, expected) => {
    const { id } = await made(backend, expected);
    await backend.delete(id);
    assert.equal(await backend.get(id), undefined);
  }),
];

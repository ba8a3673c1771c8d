import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertRefused, FORBIDDEN, NOT_FOUND } from "./assertions.ts";
import { type BackendWith, type Clause, clause } from "./clause.ts";
import { newImage, property } from "./samples.ts";

const NEEDS = ["create", "members"] as const;

/** 8: `members`. */
export const memberClauses: readonly Clause[] = [
  clause("8.1", "members are none at first", NEEDS, async (backend) => {
    assert.deepEqual(await backend.members.list(await shared(backend)), []);
  }),

  clause("8.2", "members are added once, however often", NEEDS, async (backend) => {
    const id = await shared(backend);
    for (const project of ["p2", "p1", "p2"]) await backend.members.add(id, project);
    assert.deepEqual([...(await backend.members.list(id))].sort(), ["p1", "p2"]);
  }),

  clause("8.3", "members are removed, however often", NEEDS, async (backend) => {
    const id = await shared(backend);
    for (const project of ["p1", "p2"]) await backend.members.add(id, project);
    for (const project of ["p1", "p1", "never"]) await backend.members.remove(id, project);
    assert.deepEqual(await backend.members.list(id), ["p2"]);
  }),

  clause("8.4", "members are refused with 403 where the image is not shared", NEEDS, async (backend) => {
    const { id } = await backend.create(newImage({ visibility: "private" }));
    await assertRefused(backend.members.add(id, "p1"), FORBIDDEN);
    assert.deepEqual(await backend.members.list(id), []);
  }),

  clause(
    "8.5",
    "members of a gone image are refused with 404",
    NEEDS,
    async (backend, { removalFromGone }) => {
      const id = await shared(backend);
      await backend.delete(id);
      for (const gone of [id, randomUUID()]) {
        await assertRefused(backend.members.list(gone), NOT_FOUND);
        await assertRefused(backend.members.add(gone, "p1"), NOT_FOUND);
        const removal = backend.members.remove(gone, "p1");
        if (removalFromGone === "nothing") await removal;
        else await assertRefused(removal, NOT_FOUND);
      }
    },
    "removalFromGone",
  ),

  clause("8.6", "members survive a change of metadata", NEEDS, async (backend) => {
    const id = await shared(backend);
    await backend.members.add(id, "p1");
    await backend.update(id, [property("added", "1")]);
    assert.deepEqual(await backend.members.list(id), ["p1"]);
  }),
];

async function shared(backend: BackendWith<"create">): Promise<string> {
  const { id } = await backend.create(newImage({ visibility: "shared" }));
  return id;
}

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Backend } from "../../backends/backend.ts";
import { assertRefused, FORBIDDEN, NOT_FOUND } from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import type { Expected } from "./expectations.ts";
import { activated, made } from "./reading.ts";
import { DATA } from "./samples.ts";

const NEEDS = ["image", "members"] as const;

/** 8: `members`. */
export const memberClauses: readonly Clause[] = [
  clause("8.1", "members are none at first", NEEDS, async (backend, expected) => {
    assert.deepEqual(await backend.members.list(await shared(backend, expected)), []);
  }),

  clause("8.2", "members are added once, however often", NEEDS, async (backend, expected) => {
    const id = await shared(backend, expected);
    const [p1, p2] = projects(expected);
    for (const project of [p2, p1, p2]) await backend.members.add(id, project);
    assert.deepEqual([...(await backend.members.list(id))].sort(), [p1, p2].sort());
  }),

  clause("8.3", "members are removed, however often", NEEDS, async (backend, expected) => {
    const id = await shared(backend, expected);
    const [p1, p2, never] = projects(expected);
    for (const project of [p1, p2]) await backend.members.add(id, project);
    for (const project of [p1, p1, never]) await backend.members.remove(id, project);
    assert.deepEqual(await backend.members.list(id), [p2]);
  }),

  clause(
    "8.4",
    "members are refused with 403 where the image is not shared",
    [...NEEDS, "visibility"],
    async (backend, expected) => {
      const [p1] = projects(expected);
      const { id } = await made(backend, expected, { visibility: "private" });
      await assertRefused(backend.members.add(id, p1), FORBIDDEN);
      assert.deepEqual(await backend.members.list(id), []);
    },
  ),

  clause(
    "8.5",
    "members of a gone image are refused with 404",
    NEEDS,
    async (backend, expected) => {
      const id = await shared(backend, expected);
      const [p1] = projects(expected);
      await backend.delete(id);
      for (const gone of [id, randomUUID()]) {
        await assertRefused(backend.members.list(gone), NOT_FOUND);
        await assertRefused(backend.members.add(gone, p1), NOT_FOUND);
        const removal = backend.members.remove(gone, p1);
        if (expected.removalFromGone === "nothing") await removal;
        else await assertRefused(removal, NOT_FOUND);
      }
    },
    "removalFromGone",
  ),

  clause("8.6", "members survive a change of metadata", NEEDS, async (backend, expected) => {
    const id = await shared(backend, expected);
    const [p1] = projects(expected);
    await backend.members.add(id, p1);
    await backend.update(id, [expected.sample.change("added")]);
    assert.deepEqual(await backend.members.list(id), [p1]);
  }),
];

async function shared(backend: Backend, expected: Expected): Promise<string> {
  const { id } =
    expected.membersOfEmpty === "refused"
      ? await activated(backend, expected, DATA)
      : await made(backend, expected, { visibility: "shared" });
  return id;
}

function projects({ sample: { project } }: Expected): readonly [string, string, string] {
  return [project("p1"), project("p2"), project("never")];
}

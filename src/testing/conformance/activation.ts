import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { applyOperations } from "../../model/index.ts";
import {
  assertFields,
  assertRefused,
  assertSameButForTime,
  assertSameBytes,
  assertSameImage,
  FORBIDDEN,
  NOT_FOUND,
} from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import { collected, stored } from "./reading.ts";
import { DATA } from "./samples.ts";

const NEEDS = ["create", "upload", "deactivate", "reactivate"] as const;

/** 10: `deactivate` and `reactivate`. */
export const activationClauses: readonly Clause[] = [
  clause(
    "10.1",
    "deactivate closes the data and reactivate opens it again, however often",
    [...NEEDS, "download"],
    async (backend, expected) => {
      const { id } = await stored(backend, expected, DATA);
      for (const _time of [1, 2]) await backend.deactivate(id);
      const closed = await backend.get(id);
      assert.ok(closed);
      assertFields(closed, { status: "deactivated", sizeBytes: DATA.length });
      await assertRefused(backend.download(id), FORBIDDEN);
      for (const _time of [1, 2]) await backend.reactivate(id);
      assert.equal((await backend.get(id))?.status, "active");
      assertSameBytes(await collected((await backend.download(id)).chunks), DATA);
    },
  ),

  clause(
    "10.2",
    "deactivate and reactivate are refused where there is no data, and nothing is changed",
    NEEDS,
    async (backend, { sample }) => {
      const image = await backend.create(sample.newImage());
      const refused = { code: "ERR_IMAGE_STATUS", imageId: image.id, status: "queued" };
      await assertRefused(backend.deactivate(image.id), refused);
      await assertRefused(backend.reactivate(image.id), refused);
      assertSameImage(await backend.get(image.id), image);
    },
  ),

  clause("10.3", "deactivate leaves the metadata open to changes", NEEDS, async (backend, expected) => {
    const { id } = await stored(backend, expected, DATA);
    await backend.deactivate(id);
    const change = expected.sample.change("added");
    const changed = await backend.update(id, [change]);
    assert.equal(changed.status, "deactivated");
    assertSameButForTime(changed, applyOperations(changed, [change]));
  }),

  clause("10.4", "deactivate and reactivate of a gone image are refused with 404", NEEDS, async (backend) => {
    await assertRefused(backend.deactivate(randomUUID()), NOT_FOUND);
    await assertRefused(backend.reactivate(randomUUID()), NOT_FOUND);
  }),
];

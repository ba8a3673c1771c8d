import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { forcesReplacement } from "../../model/index.ts";
import { assertFields, assertRefused, assertSameImage, FORBIDDEN, NOT_FOUND } from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import { activated, made, stored } from "./reading.ts";
import { attribute, DATA } from "./samples.ts";

/** 7: `delete`. */
export const deleteClauses: readonly Clause[] = [
  clause(
    "7.1",
    "delete takes the image away, and is harmless when repeated",
    ["active image"],
    async (backend, expected) => {
      const { id } = await activated(backend, expected, DATA);
      await backend.delete(id);
      await backend.delete(id);
      assert.equal(await backend.get(id), undefined);
    },
  ),

  clause("7.2", "delete of an unknown id is no error", [], async (backend) => {
    await backend.delete(randomUUID());
    await backend.delete("no-uuid");
  }),

  clause(
    "7.3",
    "delete of a protected image is refused with 403 until it isn't",
    ["image", "protected"],
    async (backend, expected) => {
      const { id, status } = await made(backend, expected, { protected: true });
      await assertRefused(backend.delete(id), FORBIDDEN);
      assertFields((await backend.get(id)) ?? {}, { id, protected: true });
      const unprotected = backend.update(id, [attribute("protected", false)]);
      if (forcesReplacement("protected", status, backend.rules)) {
        await assertRefused(unprotected, FORBIDDEN);
        return;
      }
      await unprotected;
      await backend.delete(id);
      assert.equal(await backend.get(id), undefined);
    },
  ),

  clause("7.4", "delete leaves other images alone", ["active image"], async (backend, expected) => {
    const one = await made(backend, expected);
    const other = await activated(backend, expected, DATA);
    await backend.delete(one.id);
    assertSameImage(await backend.get(other.id), other);
  }),

  clause(
    "7.5",
    "delete of one image at once, many times, is harmless",
    ["active image"],
    async (backend, expected) => {
      const { id } = await activated(backend, expected, DATA);
      await Promise.all(Array.from({ length: 10 }, () => backend.delete(id)));
      assert.equal(await backend.get(id), undefined);
    },
  ),

  clause(
    "7.6",
    "delete takes the data away, too",
    ["create", "upload", "download"],
    async (backend, expected) => {
      const { id } = await stored(backend, expected, DATA);
      await backend.delete(id);
      await backend.delete(id);
      await assertRefused(backend.download(id), NOT_FOUND);
    },
  ),
];

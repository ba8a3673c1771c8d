import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertFields, assertRefused, CONFLICT, NOT_FOUND } from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import { settled, stored } from "./reading.ts";
import { DATA, data } from "./samples.ts";

const NEEDS = ["create", "imports"] as const;
const STAGED = "glance-direct";

/** 11: `imports`. A cloud that offers no staged import is held to what it does offer. */
export const importClauses: readonly Clause[] = [
  clause(
    "11.1",
    "imports tell which methods and stores the cloud offers, each once",
    NEEDS,
    async (backend, { importMethods }) => {
      const { methods, stores = [] } = await backend.imports.offer();
      assert.equal(methods.length > 0, importMethods === "some", "what the cloud offers isn't as expected");
      assert.equal(new Set(methods).size, methods.length);
      assert.equal(new Set(stores).size, stores.length);
    },
    "importMethods",
  ),

  clause(
    "11.2",
    "imports of staged data end in an active image of that size",
    NEEDS,
    async (backend, { sample }) => {
      const { id } = await backend.create(sample.newImage());
      const isOffered = (await backend.imports.offer()).methods.includes(STAGED);
      const start = backend.imports.start(id, { method: STAGED, data: data(DATA) });
      if (!isOffered) {
        await assert.rejects(start);
        return;
      }
      await start;
      assertFields(await settled(backend, id, "active"), { sizeBytes: DATA.length });
    },
  ),

  clause(
    "11.3",
    "imports into an image that has data are refused with 409, and it keeps them",
    [...NEEDS, "upload"],
    async (backend, expected) => {
      const { id } = await stored(backend, expected, DATA);
      const url = "https://images.example/image.raw";
      const refusal = expected.importMethods === "none" ? {} : CONFLICT;
      await assertRefused(backend.imports.start(id, { method: "web-download", url }), refusal);
      const image = await backend.get(id);
      assert.ok(image);
      assertFields(image, { status: "active", sizeBytes: DATA.length });
      assert.equal(backend.imports.isImporting(image), false);
    },
  ),

  clause(
    "11.4",
    "imports into a gone image are refused with 404, and have failed",
    NEEDS,
    async (backend) => {
      const id = randomUUID();
      const url = "https://images.example/image.raw";
      await assertRefused(backend.imports.start(id, { method: "web-download", url }), NOT_FOUND);
      const { status, image } = await backend.imports.state(id);
      assert.equal(status, "failed");
      assert.equal(image, undefined);
    },
  ),
];

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { assertNoListener, assertRefused, assertSameBytes, NOT_FOUND } from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import { collected, stored } from "./reading.ts";
import { DATA } from "./samples.ts";

const NEEDS = ["create", "upload", "download"] as const;

/** 6: `download`. */
export const downloadClauses: readonly Clause[] = [
  clause(
    "6.1",
    "download yields what was uploaded, as often as it is asked",
    NEEDS,
    async (backend, expected) => {
      const { id } = await stored(backend, expected, DATA);
      for (const _time of [1, 2]) {
        const { sizeBytes, chunks } = await backend.download(id);
        assert.equal(sizeBytes, DATA.length);
        assertSameBytes(await collected(chunks), DATA);
      }
    },
  ),

  clause("6.2", "download yields no bytes where none were uploaded", NEEDS, async (backend, expected) => {
    const { id } = await stored(backend, expected, new Uint8Array());
    const { sizeBytes, chunks } = await backend.download(id);
    assert.equal(sizeBytes ?? 0, 0);
    assert.equal((await collected(chunks)).length, 0);
  }),

  clause(
    "6.3",
    "download of an image without data is ERR_TRANSFER_INCOMPLETE",
    ["create", "download"],
    async (backend, { sample }) => {
      const { id } = await backend.create(sample.newImage());
      await assertRefused(backend.download(id), { code: "ERR_TRANSFER_INCOMPLETE" });
    },
  ),

  clause("6.4", "download of a gone image is refused with 404", NEEDS, async (backend, expected) => {
    const { id } = await stored(backend, expected, DATA);
    await backend.delete(id);
    for (const gone of [id, randomUUID(), "no-uuid"]) {
      await assertRefused(backend.download(gone), NOT_FOUND);
    }
  }),

  clause("6.5", "download can be left early", NEEDS, async (backend, expected) => {
    const { id } = await stored(backend, expected, DATA);
    const { chunks } = await backend.download(id);
    for await (const chunk of chunks) {
      assert.ok(chunk.length > 0);
      break;
    }
    await backend.delete(id);
  }),

  clause(
    "6.6",
    "download leaves no listener behind, read whole or in part",
    NEEDS,
    async (backend, expected) => {
      const { id } = await stored(backend, expected, DATA);
      const { signal } = new AbortController();
      await collected((await backend.download(id, { signal })).chunks);
      assertNoListener(signal);
      for await (const _chunk of (await backend.download(id, { signal })).chunks) break;
      assertNoListener(signal);
    },
  ),

  clause(
    "6.7",
    "download begins at the byte it is asked for, or says where it does",
    NEEDS,
    async (backend, expected) => {
      const { id } = await stored(backend, expected, DATA);
      for (const startByte of [1, DATA.length - 1]) {
        const { sizeBytes, startByte: begunAt = 0, chunks } = await backend.download(id, { startByte });
        assert.ok(begunAt === startByte || begunAt === 0, `it began at byte ${begunAt}, not ${startByte}`);
        assertSameBytes(await collected(chunks), DATA.subarray(begunAt));
        assert.equal(sizeBytes ?? DATA.length - begunAt, DATA.length - begunAt);
      }
    },
  ),
];

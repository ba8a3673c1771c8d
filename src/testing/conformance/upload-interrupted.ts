import assert from "node:assert/strict";
import {
  assertEmptied,
  assertFields,
  assertNoListener,
  assertRefused,
  failure,
  NOT_FOUND,
} from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import { settled } from "./reading.ts";
import { DATA, data, failing, stalling } from "./samples.ts";

const NEEDS = ["create", "upload"] as const;

/** 5, too: an `upload` that fails or is aborted. */
export const interruptedUploadClauses: readonly Clause[] = [
  clause(
    "5.5",
    "upload ends with the very error of its chunks, and leaves the image queued and empty",
    NEEDS,
    async (backend, { sample }) => {
      const { id } = await backend.create(sample.newImage());
      const error = new Error("the source broke");
      const upload = backend.upload(id, { sizeBytes: DATA.length, chunks: failing(error) });
      assert.equal(await failure(upload), error);
      await assertEmptied(backend, id);
      await backend.upload(id, data(DATA));
      assertFields(await settled(backend, id, "active"), { sizeBytes: DATA.length });
    },
  ),

  clause(
    "5.6",
    "upload ends early when aborted between chunks, and leaves the image queued",
    NEEDS,
    async (backend, { sample }) => {
      const { id } = await backend.create(sample.newImage());
      const controller = new AbortController();
      const reason = new Error("enough");
      const chunks = (async function* () {
        yield DATA.subarray(0, 10);
        controller.abort(reason);
        yield DATA.subarray(10);
      })();
      const { signal } = controller;
      const upload = backend.upload(id, { sizeBytes: DATA.length, chunks }, { signal });
      assert.equal(await failure(upload), reason);
      assertNoListener(signal);
      await assertEmptied(backend, id);
    },
  ),

  clause(
    "5.7",
    "upload ends early when aborted while a chunk is awaited, and takes data again",
    NEEDS,
    async (backend, { sample }) => {
      const { id } = await backend.create(sample.newImage());
      const controller = new AbortController();
      const reason = new Error("enough");
      const source = stalling();
      const { signal } = controller;
      const upload = failure(
        backend.upload(id, { sizeBytes: DATA.length, chunks: source.chunks }, { signal }),
      );
      await source.stalled;
      controller.abort(reason);
      assert.equal(await upload, reason);
      source.resume();
      assertNoListener(signal);
      await assertEmptied(backend, id);
      await backend.upload(id, data(DATA));
      assertFields(await settled(backend, id, "active"), { sizeBytes: DATA.length });
    },
  ),

  clause(
    "5.11",
    "upload is refused when the image is deleted meanwhile, which stays deleted",
    NEEDS,
    async (backend, { deletedMeanwhile, sample }) => {
      const { id } = await backend.create(sample.newImage());
      const source = stalling();
      const upload = assertRefused(backend.upload(id, { sizeBytes: DATA.length, chunks: source.chunks }), {
        ...NOT_FOUND,
        status: deletedMeanwhile,
      });
      await source.stalled;
      await backend.delete(id);
      source.resume();
      await upload;
      assert.equal(await backend.get(id), undefined);
    },
    "deletedMeanwhile",
  ),
];

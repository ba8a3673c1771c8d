import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  assertEmptied,
  assertFields,
  assertRefused,
  assertSameImage,
  CONFLICT,
  hex,
  NOT_FOUND,
} from "./assertions.ts";
import { type Clause, clause } from "./clause.ts";
import { settled, stored } from "./reading.ts";
import { DATA, data, stalling } from "./samples.ts";

const NEEDS = ["create", "upload"] as const;

/** 5: `upload`; see {@link interruptedUploadClauses} for those that don't come to their end. */
export const uploadClauses: readonly Clause[] = [
  clause(
    "5.1",
    "upload makes the image active, with the size and the digests of the data",
    NEEDS,
    async (backend, expected) => {
      const { digests } = expected;
      const image = await stored(backend, expected, DATA);
      assertFields(image, { status: "active", sizeBytes: DATA.length });
      const [md5, sha512] = [digests.includes("md5"), digests.includes("sha512")];
      assert.equal(image.checksum, md5 ? hex("md5", DATA) : undefined);
      assert.equal(image.hashAlgorithm, sha512 ? "sha512" : undefined);
      assert.equal(image.hashValue, sha512 ? hex("sha512", DATA) : undefined);
    },
    "digests",
  ),

  clause("5.2", "upload needs no size", NEEDS, async (backend, { sample }) => {
    const { id } = await backend.create(sample.newImage());
    await backend.upload(id, { ...data(DATA), sizeBytes: undefined });
    assertFields(await settled(backend, id, "active"), { sizeBytes: DATA.length });
  }),

  clause(
    "5.3",
    "upload takes data of no bytes",
    NEEDS,
    async (backend, expected) => {
      if (expected.emptyData === "stored") {
        const image = await stored(backend, expected, new Uint8Array());
        assertFields(image, { status: "active", sizeBytes: 0 });
        return;
      }
      const { id } = await backend.create(expected.sample.newImage());
      await assertRefused(backend.upload(id, data(new Uint8Array())), { name: "HttpError" });
      await assertEmptied(backend, id);
    },
    "emptyData",
  ),

  clause(
    "5.4",
    "upload is done with a chunk when it gives it back, which it does at most once",
    NEEDS,
    async (backend, { digests, sample }) => {
      const { id } = await backend.create(sample.newImage());
      const chunks = [1, 2, 3].map((byte) => Buffer.alloc(65_536, byte));
      const expected = Buffer.concat(chunks);
      const released: Uint8Array[] = [];
      await backend.upload(id, {
        sizeBytes: expected.length,
        chunks: (async function* () {
          yield* chunks;
        })(),
        release: (chunk) => released.push(chunk.fill(255)),
      });
      const { checksum } = await settled(backend, id, "active");
      assert.equal(new Set(released).size, released.length);
      if (digests.includes("md5")) assert.equal(checksum, hex("md5", expected));
    },
    "digests",
  ),

  clause(
    "5.8",
    "upload to an image with data is refused with 409, and keeps the data",
    NEEDS,
    async (backend, expected) => {
      const image = await stored(backend, expected, DATA);
      await assertRefused(backend.upload(image.id, data(new Uint8Array(5))), CONFLICT);
      assertSameImage(await backend.get(image.id), image);
    },
  ),

  clause(
    "5.9",
    "upload is refused with 409 while another is under way, which ends well",
    NEEDS,
    async (backend, { sample }) => {
      const { id } = await backend.create(sample.newImage());
      const source = stalling();
      const first = backend.upload(id, { sizeBytes: DATA.length, chunks: source.chunks });
      await source.stalled;
      await assertRefused(backend.upload(id, data(new Uint8Array(5))), CONFLICT);
      source.resume();
      await first;
      assertFields(await settled(backend, id, "active"), { sizeBytes: DATA.length });
    },
  ),

  clause(
    "5.10",
    "upload to a gone image is refused with 404, and reads no chunk",
    NEEDS,
    async (backend, { sample }) => {
      const { id } = await backend.create(sample.newImage());
      await backend.delete(id);
      for (const gone of [id, randomUUID(), "no-uuid"]) {
        let readings = 0;
        const chunks = {
          [Symbol.asyncIterator]() {
            readings++;
            return data(DATA).chunks[Symbol.asyncIterator]();
          },
        };
        await assertRefused(backend.upload(gone, { sizeBytes: DATA.length, chunks }), NOT_FOUND);
        assert.equal(readings, 0, "chunks were read");
      }
    },
  ),
];

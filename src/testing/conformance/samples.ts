import { randomUUID } from "node:crypto";
import type { ImageData, MetadataOperation } from "../../backends/backend.ts";
import type { NewImage } from "../../model/index.ts";

/** Some data, of more than one chunk. */
export const DATA: Uint8Array = new Uint8Array(150_000).map((_, index) => (index * 31) % 251);

const CHUNK_BYTES = 65_536;

/** An image to create, with an id and a name of its own, as the reference takes it. */
export function newImage(fields: Partial<NewImage> = {}): NewImage {
  const id = randomUUID();
  return {
    id,
    name: `debian-13 ${id}`,
    containerFormat: "bare",
    diskFormat: "raw",
    properties: { os_distro: "debian" },
    tags: [],
    ...fields,
  };
}

/** Sets an attribute. */
export function attribute(name: string, to: unknown): MetadataOperation {
  return { kind: "attribute", op: "update", name, from: null, to };
}

/** Sets a property. */
export function property(name: string, to: string): MetadataOperation {
  return { kind: "property", op: "add", name, to };
}

/** These bytes, in chunks. */
export function data(bytes: Uint8Array): ImageData {
  return { sizeBytes: bytes.length, chunks: chunksOf(bytes) };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += CHUNK_BYTES)
    yield bytes.subarray(offset, offset + CHUNK_BYTES);
}

/** A first part of {@link DATA}, and then this error. */
export async function* failing(error: unknown): AsyncGenerator<Uint8Array> {
  yield DATA.subarray(0, 70_000);
  throw error;
}

/** Chunks that stop in the middle of {@link DATA} until they are resumed. */
export function stalling(): {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly stalled: Promise<void>;
  readonly resume: () => void;
} {
  const stalled = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const chunks = (async function* () {
    yield DATA.subarray(0, 100_000);
    stalled.resolve();
    await resumed.promise;
    yield DATA.subarray(100_000);
  })();
  return { chunks, stalled: stalled.promise, resume: resumed.resolve };
}

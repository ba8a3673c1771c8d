import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Backend } from "../../backends/backend.ts";
import { type Image, type ImageQuery, matchesQuery } from "../../model/index.ts";
import type { BackendWith } from "./clause.ts";
import { data, newImage } from "./samples.ts";

/** How long a cloud may take to store data, or to forget it. */
const SETTLE_MS = 10_000;

const POLL_MS = 20;

/** The bytes of these chunks. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return Buffer.concat(await toArray(chunks));
}

/** What an iteration yields. */
export async function toArray<Value>(values: AsyncIterable<Value>): Promise<readonly Value[]> {
  const array: Value[] = [];
  for await (const value of values) array.push(value);
  return array;
}

/** What a caller of `list` sees, who applies the query once more. */
export async function listed(backend: Backend, query: ImageQuery): Promise<readonly Image[]> {
  return (await toArray(backend.list(query))).filter((image) => matchesQuery(image, query));
}

/** A new image with this data, active. */
export async function stored(backend: BackendWith<"create" | "upload">, bytes: Uint8Array): Promise<Image> {
  const { id } = await backend.create(newImage());
  await backend.upload(id, data(bytes));
  return await settled(backend, id, "active");
}

/** The image once it has this status. */
export async function settled(backend: Backend, id: string, status: "queued" | "active"): Promise<Image> {
  const deadlineMs = Date.now() + SETTLE_MS;
  for (;;) {
    const image = await backend.get(id);
    if (image?.status === status) return image;
    const found = image?.status ?? "gone";
    assert.ok(Date.now() < deadlineMs, `image ${id} is ${found} after ${SETTLE_MS} ms, not ${status}`);
    await pause(POLL_MS);
  }
}

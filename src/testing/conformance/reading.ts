import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Backend } from "../../backends/backend.ts";
import { type Image, type ImageQuery, matchesQuery, type NewImage } from "../../model/index.ts";
import { diffAttributes, diffProperties, diffTags } from "../../reconcile/plan/diff.ts";
import type { BackendWith } from "./clause.ts";
import type { Expected } from "./expectations.ts";
import { data } from "./samples.ts";

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
export async function stored(
  backend: BackendWith<"create" | "upload">,
  { sample }: Expected,
  bytes: Uint8Array,
): Promise<Image> {
  const { id } = await backend.create(sample.newImage());
  await backend.upload(id, data(bytes));
  return await settled(backend, id, "active");
}

/** A new image: an empty record, or where nobody can make one, an image of the cloud's own data. */
export async function made(
  backend: Backend,
  expected: Expected,
  fields: Partial<NewImage> = {},
): Promise<Image> {
  const image = expected.sample.newImage(fields);
  return backend.create === undefined ? madeFrom(backend, expected, image) : backend.create(image);
}

/** A new image that is active: with this data, or where nobody can send any, of the cloud's own. */
export async function activated(backend: Backend, expected: Expected, bytes: Uint8Array): Promise<Image> {
  const { create, upload } = backend;
  return create === undefined || upload === undefined
    ? madeFrom(backend, expected, expected.sample.newImage())
    : stored({ ...backend, create, upload }, expected, bytes);
}

/** An image of the cloud's own data, active, as it is after what every caller does. */
export async function madeFrom(backend: Backend, { createFrom }: Expected, wanted: NewImage): Promise<Image> {
  assert.ok(createFrom, "there is nothing to make an image of");
  assert.ok(backend.createFrom, `${backend.name} can make no image`);
  const { id } = await backend.createFrom.start({ ...wanted, ...createFrom.needs }, createFrom.source);
  const image = await settled(backend, id, "active");
  const { id: _id, properties, tags, ...attributes } = wanted;
  const missing = [
    ...diffAttributes(attributes, image),
    ...diffProperties(properties, image.properties, "declared", backend.rules),
    ...diffTags(tags, image.tags, "declared"),
  ];
  return missing.length === 0 ? image : backend.update(id, missing);
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

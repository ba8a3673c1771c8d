import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { getEventListeners } from "node:events";
import { inspect, isDeepStrictEqual } from "node:util";
import type { Backend } from "../../backends/backend.ts";
import type { Image } from "../../model/index.ts";
import { settled } from "./reading.ts";

export const FORBIDDEN = { code: "ERR_HTTP_FORBIDDEN", status: 403 } as const;
export const NOT_FOUND = { code: "ERR_HTTP_NOT_FOUND", status: 404 } as const;
export const CONFLICT = { code: "ERR_HTTP_CONFLICT", status: 409 } as const;

type Fields = Readonly<Record<string, unknown>>;

/** Asserts that a value has these fields; the others don't matter. */
export function assertFields(actual: object, expected: Fields): void {
  assert.deepEqual(fieldsOf(actual, expected), expected);
}

/** Asserts that two images are equal; a field that is undefined counts as absent. */
export function assertSameImage(actual: Image | undefined, expected: Image): void {
  assert.deepEqual(actual === undefined ? undefined : present(actual), present(expected));
}

/** Asserts that two images are equal but for the time of their last change. */
export function assertSameButForTime(actual: Image, expected: Image): void {
  assertSameImage({ ...actual, updatedAt: undefined }, { ...expected, updatedAt: undefined });
}

/** What a promise rejects with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([promise]);
  assert.equal(result.status, "rejected", "should have been rejected");
  return result.status === "rejected" ? result.reason : undefined;
}

/** Asserts that a promise rejects with an error that has these fields; another error is told as the cause. */
export async function assertRefused(promise: Promise<unknown>, expected: Fields): Promise<void> {
  const cause = await failure(promise);
  assert.ok(cause instanceof Error, `rejected with ${String(cause)}, not with an error`);
  const found = fieldsOf(cause, expected);
  if (isDeepStrictEqual(found, expected)) return;
  throw new Error(`should have been refused with ${inspect(expected)}, not ${inspect(found)}`, { cause });
}

/** Asserts that nothing listens to a signal any more. */
export function assertNoListener(signal: AbortSignal): void {
  assert.deepEqual(getEventListeners(signal, "abort"), []);
}

/** Asserts that the image becomes queued, without data. */
export async function assertEmptied(backend: Backend, id: string): Promise<void> {
  const image = await settled(backend, id, "queued");
  assert.equal(image.checksum, undefined);
  assert.equal(image.sizeBytes ?? 0, 0);
}

/** Asserts that these are the same bytes, without a diff of thousands of lines. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assert.equal(actual.length, expected.length);
  assert.equal(Buffer.compare(actual, expected), 0, "the bytes differ");
}

export function hex(algorithm: "md5" | "sha512", bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

/** Its fields that are not undefined. */
export function present(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Of a value what is expected of it. */
function fieldsOf(value: object, expected: Fields): Fields {
  return Object.fromEntries(Object.keys(expected).map((name) => [name, Reflect.get(value, name)]));
}

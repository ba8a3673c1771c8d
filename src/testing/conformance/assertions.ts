import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { getEventListeners } from "node:events";
import type { Backend } from "../../backends/backend.ts";
import type { Image } from "../../model/index.ts";
import { settled } from "./reading.ts";

export const FORBIDDEN = { code: "ERR_HTTP_FORBIDDEN", status: 403 } as const;
export const NOT_FOUND = { code: "ERR_HTTP_NOT_FOUND", status: 404 } as const;
export const CONFLICT = { code: "ERR_HTTP_CONFLICT", status: 409 } as const;

/** Asserts that a value has these fields; the others don't matter. */
export function assertFields(actual: object, expected: Readonly<Record<string, unknown>>): void {
  const found = Object.keys(expected).map((name) => [name, Reflect.get(actual, name)]);
  assert.deepEqual(Object.fromEntries(found), expected);
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

/** Asserts that a promise rejects with an error that has these fields. */
export async function assertRefused(
  promise: Promise<unknown>,
  expected: Readonly<Record<string, unknown>>,
): Promise<void> {
  const error = await failure(promise);
  assert.ok(error instanceof Error, `rejected with ${String(error)}, not with an error`);
  try {
    assertFields(error, expected);
  } catch (cause) {
    throw Object.assign(cause instanceof Error ? cause : new Error(String(cause)), { cause: error });
  }
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

import { expect, it } from "vitest";
import { freeByParts, freeMemory } from "../../src/transfer/free-memory.ts";

it("memory is freed of a chunk that is all of it, and of no other", () => {
  const [whole, other] = [new Uint8Array(8), new Uint8Array(8)];
  freeMemory(whole);
  freeMemory(other.subarray(1));
  freeMemory(new Uint8Array(new SharedArrayBuffer(8)));
  expect([whole.length, other.length]).toEqual([0, 8]);
});

it("memory is freed when the last of its parts is given", () => {
  const free = freeByParts();
  const [one, other] = [new Uint8Array(8), new Uint8Array(8)];
  const parts = [one.subarray(4, 8), other.subarray(0, 5), one.subarray(0, 1), one.subarray(1, 4)];
  for (const part of parts) {
    expect(one.length).toBe(8);
    free(part);
  }
  expect([one.length, other.length]).toEqual([0, 8]);
  free(other.subarray(5));
  expect(other.length).toBe(0);
});

import { describe, expect, it } from "vitest";
import {
  conversionOf,
  verifyCopy,
  verifyDeclared,
  verifyStored,
} from "../../../src/reconcile/fill/verify.ts";
import { ID, imageOf } from "../support/images.ts";

const MD5 = "ab".repeat(16);
const SHA512 = "cd".repeat(64);
const OTHER = "00".repeat(16);

describe("data that didn't pass this process", () => {
  const declared = { algorithm: "sha256", hex: "00" };
  it.each([
    ["no digest", {}],
    ["no digest", { checksum: "" }],
    ["md5", { checksum: MD5 }],
    ["sha512", { hashAlgorithm: "sha512", hashValue: SHA512 }],
    ["sha512 and md5", { checksum: MD5, hashAlgorithm: "sha512", hashValue: SHA512 }],
  ])("can't be verified by another digest than the declared one: %s", (reported, report) => {
    const reason = `the spec declares sha256, the cloud reports ${reported}`;
    expect(verifyDeclared(imageOf(report), declared)).toEqual({ status: "unverifiable", reason });
  });
  it("is verified by the declared one, or is something else", () => {
    const image = imageOf({ checksum: MD5 });
    const md5 = { algorithm: "md5", hex: MD5 };
    expect(verifyDeclared(image, md5)).toEqual({ status: "verified", algorithm: "md5" });
    expect(() => verifyDeclared(image, { ...md5, hex: OTHER })).toThrow(
      `Image ${ID} is not what its checksum says: expected md5:${OTHER}, the cloud stored md5:${MD5}`,
    );
  });
});

describe("a copy", () => {
  const both = { checksum: MD5, hashAlgorithm: "sha512", hashValue: SHA512 };
  it.each([
    ["the strongest digest of both", both, both, "sha512"],
    ["md5 where one has no other", both, { checksum: MD5 }, "md5"],
    ["md5 where the other has no other", { checksum: MD5 }, both, "md5"],
  ])("is verified by %s", (_what, copy, original, algorithm) => {
    expect(verifyCopy(imageOf(copy), imageOf(original))).toEqual({ status: "verified", algorithm });
  });
  it("of something else is named with its original", () => {
    const original = imageOf({ id: "original", checksum: OTHER });
    expect(() => verifyCopy(imageOf({ checksum: MD5 }), original)).toThrow(
      `Image ${ID} is not what image original is: expected md5:${OTHER}, the cloud stored md5:${MD5}`,
    );
  });
  it("of what nobody can read, or without digests, can't be", () => {
    const reason = "the cloud made the image of its own data, and reports no digest that could be compared";
    for (const [copy, original] of [
      [both, undefined],
      [{}, imageOf(both)],
      [both, imageOf()],
    ] as const)
      expect(verifyCopy(imageOf(copy), original)).toEqual({ status: "unverifiable", reason });
  });
});

it("a digest that was not computed on the way is told by its name, md5 too", () => {
  expect(verifyStored(imageOf({ checksum: MD5 }), { sizeBytes: 5, digests: {} })).toEqual({
    status: "unverifiable",
    reason: "the cloud reports md5, which was not computed on the way",
  });
});

it("data that was stored otherwise than it was sent is told with both digests", () => {
  expect(() => verifyStored(imageOf({ checksum: MD5 }), { sizeBytes: 5, digests: { md5: OTHER } })).toThrow(
    `Image ${ID} is not what was sent: expected md5:${OTHER}, the cloud stored md5:${MD5}`,
  );
});

it.each([
  [undefined, "raw"],
  ["raw", undefined],
  ["raw", "raw"],
])("nothing was converted from %s to %s", (declared, stored) => {
  expect(conversionOf({ diskFormat: declared }, imageOf({ diskFormat: stored }))).toBeUndefined();
});

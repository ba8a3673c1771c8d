import { expect, it } from "vitest";
import { verifyStored } from "../../../src/reconcile/fill/verify.ts";
import { ID, imageOf } from "../support/images.ts";

const MD5 = "ab".repeat(16);
const SHA512 = "cd".repeat(64);
const SENT = { sizeBytes: 5, digests: { md5: MD5, sha512: SHA512 } };
const OTHER = "00".repeat(16);

it.each([
  ["both digests", { checksum: MD5, hashAlgorithm: "sha512", hashValue: SHA512 }, "sha512"],
  ["a hash alone", { hashAlgorithm: "sha512", hashValue: SHA512 }, "sha512"],
  ["a hash in capitals", { hashAlgorithm: "SHA512", hashValue: SHA512.toUpperCase() }, "sha512"],
  ["an md5 alone, as old clouds report it", { checksum: MD5 }, "md5"],
  [
    "an md5 beside a hash that wasn't computed",
    { checksum: MD5, hashAlgorithm: "sha3", hashValue: "1" },
    "md5",
  ],
  ["an md5 beside an empty hash", { checksum: MD5, hashAlgorithm: "sha512", hashValue: "" }, "md5"],
  ["an md5 and the size", { checksum: MD5, sizeBytes: 5 }, "md5"],
])("an image is verified by %s", (_what, report, algorithm) => {
  expect(verifyStored(imageOf(report), SENT)).toEqual({ status: "verified", algorithm });
});

it.each([
  ["no digest", {}, "the cloud reports no digest"],
  [
    "a digest of its own",
    { hashAlgorithm: "crc9", hashValue: "1" },
    "crc9, which this Node.js can't compute",
  ],
  [
    "another digest",
    { hashAlgorithm: "sha256", hashValue: "1" },
    "sha256, which was not computed on the way",
  ],
  ["an empty digest", { checksum: "" }, "the cloud reports no digest"],
])("an image can't be verified by %s, and the reason says what is reported", (_what, report, reported) => {
  expect(verifyStored(imageOf(report), SENT)).toEqual({
    status: "unverifiable",
    reason: expect.stringContaining(reported),
  });
});

it("what nobody computed is compared with nothing", () => {
  const image = imageOf({ checksum: MD5, hashAlgorithm: "sha512", hashValue: SHA512 });
  expect(verifyStored(image, { sizeBytes: 5, digests: {} }).status).toBe("unverifiable");
});

it.each([
  [
    "hash",
    { checksum: MD5, hashAlgorithm: "sha512", hashValue: OTHER },
    `sha512:${SHA512}`,
    `sha512:${OTHER}`,
  ],
  ["md5", { checksum: OTHER, hashAlgorithm: "sha512", hashValue: SHA512 }, `md5:${MD5}`, `md5:${OTHER}`],
  ["md5 alone", { checksum: OTHER }, `md5:${MD5}`, `md5:${OTHER}`],
])("an image whose %s is another is an error that tells both", (_what, report, expected, actual) => {
  expect(() => verifyStored(imageOf(report), SENT)).toThrow(
    expect.objectContaining({
      code: "ERR_DIGEST_MISMATCH",
      expected,
      actual,
      message: expect.stringMatching(`${ID}.*${expected}.*${actual}`),
    }),
  );
});

it.each([0, 4, 6])("an image that has %i bytes of 5 is an error that tells both", (sizeBytes) => {
  expect(() => verifyStored(imageOf({ sizeBytes, checksum: MD5 }), SENT)).toThrow(
    expect.objectContaining({
      code: "ERR_SIZE_MISMATCH",
      expected: 5,
      actual: sizeBytes,
      message: expect.stringMatching(`${ID} has ${sizeBytes} bytes, but 5`),
    }),
  );
});

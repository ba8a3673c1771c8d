import { getHashes } from "node:crypto";
import { expect, it } from "vitest";
import { digestName, parseChecksum } from "../../src/model/index.ts";
import { isComputable } from "../../src/transfer/digest.ts";

/** `hashlib.algorithms_guaranteed` of Python 3.11, those of a fixed length. */
const HASHLIB = [
  ["md5", "md5"],
  ["sha1", "sha1"],
  ["sha224", "sha224"],
  ["sha256", "sha256"],
  ["sha384", "sha384"],
  ["sha512", "sha512"],
  ["blake2b", "blake2b512"],
  ["blake2s", "blake2s256"],
  ["sha3_224", "sha3-224"],
  ["sha3_256", "sha3-256"],
  ["sha3_384", "sha3-384"],
  ["sha3_512", "sha3-512"],
  ["sha512_224", "sha512-224"],
  ["sha512_256", "sha512-256"],
] as const;

it.each(HASHLIB)("Python's %s is Node's %s, which it can compute", (python, node) => {
  expect(digestName(python)).toBe(node);
  expect(digestName(node)).toBe(node);
  expect(getHashes()).toContain(node);
  expect(isComputable(python)).toBe(true);
});

it.each([
  ["SHA-256", "sha256"],
  ["SHA512", "sha512"],
  [" md5 ", "md5"],
  ["SHA3-256", "sha3-256"],
  ["constructor", "constructor"],
])("%s is %s", (name, expected) => {
  expect(digestName(name)).toBe(expected);
});

it.each(["shake_128", "shake256", "whirlpool9", ""])("%j can't be computed", (name) => {
  expect(isComputable(name)).toBe(false);
});

it("a checksum is known by either name", () => {
  const hex = "ab".repeat(32);
  expect(parseChecksum(`sha3_256:${hex}`)).toEqual({ algorithm: "sha3-256", hex });
  expect(parseChecksum(`SHA3-256:${hex}`)).toEqual({ algorithm: "sha3-256", hex });
});

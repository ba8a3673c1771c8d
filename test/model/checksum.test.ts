import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatChecksum, parseChecksum } from "../../src/model/index.ts";

const LENGTHS = { md5: 32, sha1: 40, sha224: 56, sha256: 64, sha384: 96, sha512: 128 } as const;

describe.each(Object.entries(LENGTHS))("%s", (algorithm, length) => {
  const hex = "0f".repeat(length / 2);
  it("is read in either case, with white space around it, with and without a hyphen", () => {
    const checksum = { algorithm, hex };
    expect(parseChecksum(`${algorithm}:${hex}`)).toEqual(checksum);
    expect(parseChecksum(` ${algorithm.toUpperCase()}:${hex.toUpperCase()}\n`)).toEqual(checksum);
    expect(parseChecksum(`${algorithm.replace("sha", "SHA-")}:${hex}`)).toEqual(checksum);
  });
  it("is refused when the digest is too short or too long", () => {
    expect(parseChecksum(`${algorithm}:${hex.slice(2)}`)).toBeUndefined();
    expect(parseChecksum(`${algorithm}:${hex}00`)).toBeUndefined();
  });
});

it("an algorithm of unknown length is taken", () => {
  expect(parseChecksum("blake2b512:00ff")).toEqual({ algorithm: "blake2b512", hex: "00ff" });
});

it("only the hyphen of SHA goes, and only in front of its number", () => {
  expect(parseChecksum("x-sha-256:00ff")).toEqual({ algorithm: "x-sha-256", hex: "00ff" });
  expect(parseChecksum("sha-x:00ff")).toEqual({ algorithm: "sha-x", hex: "00ff" });
});

it.each([
  "",
  ":",
  "sha256:",
  "00ff",
  "sha256:xyz",
  "sha256:0",
  "sha 256:00",
  "constructor:00",
  "x:00f",
  "x:00 00",
  "x:00\ny",
  "a x:00",
])("%j is none", (text) => {
  expect(parseChecksum(text)).toBeUndefined();
});

it("what is written is read again", () => {
  const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
  fc.assert(
    fc.property(hex, (digest) => {
      const checksum = { algorithm: "sha256", hex: digest };
      expect(parseChecksum(formatChecksum(checksum))).toEqual(checksum);
    }),
  );
});

it("any text is read or refused", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseChecksum(text);
    }),
  );
});

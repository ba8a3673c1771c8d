import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseChecksum, readChecksums } from "../../src/transfer/checksum-file.ts";
import { isComputable } from "../../src/transfer/digest.ts";

const SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const OTHER = "0".repeat(64);
const SHA512 = "ee".repeat(64);
const MD5 = "098f6bcd4621d373cade4e832627b4f6";

const choose = (text: string, names: readonly string[] = ["debian.qcow2"], fileName = "CHECKSUM") =>
  chooseChecksum(readChecksums(text), { names, fileName, isComputable });

function issueOf(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("It was expected to fail");
}

const SIGNED = `A line before, ${OTHER}  debian.qcow2 and more
${OTHER}  debian.qcow2
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

# debian.qcow2: 432013312 bytes
SHA256 (debian.qcow2) = ${SHA256}
- -----a line with dashes
-----BEGIN PGP SIGNATURE-----

iQIzBAEBCAAdFiEE
=abcd
-----END PGP SIGNATURE-----
${OTHER}  debian.qcow2
`;

describe("a line is read", () => {
  it.each([
    ["GNU's", `${SHA256}  debian.qcow2`],
    ["GNU's, of a binary file", `${SHA256} *debian.qcow2`],
    ["with one space", `${SHA256} debian.qcow2`],
    ["with a tab", `${SHA256}\tdebian.qcow2`],
    ["in capital letters", `${SHA256.toUpperCase()}  debian.qcow2`],
    ["with spaces around it", `  ${SHA256}  debian.qcow2   `],
    ["with a path in front", `${SHA256}  ./images/debian.qcow2`],
    ["BSD's", `SHA256 (debian.qcow2) = ${SHA256}`],
    ["OpenSSL's", `SHA2-256(debian.qcow2)= ${SHA256}`],
    ["with a prefix", `sha256:${SHA256}  debian.qcow2`],
    ["with a prefix alone", `sha256:${SHA256}`],
    ["a digest alone", SHA256],
    ["a digest and a line feed", `${SHA256}\n`],
    ["of Windows", `${OTHER}  other\r\n${SHA256}  debian.qcow2\r\n`],
    ["behind a byte order mark", `\uFEFF${SHA256}  debian.qcow2\n`],
    ["among comments", `# debian.qcow2\n\n; x\n${SHA256}  debian.qcow2\n-- \n`],
    ["clear-signed", SIGNED],
    ["clear-signed, of Windows", SIGNED.replaceAll("\n", "\r\n")],
  ])("%s", (_what, text) => {
    expect(choose(text)).toEqual({ algorithm: "sha256", hex: SHA256 });
  });

  it("with an escaped name, as GNU has it", () => {
    const text = `${OTHER}  a\\\\b\n\\${SHA256}  a\\\\b\\nc`;
    expect(choose(text, ["a\\b\nc"])).toEqual({ algorithm: "sha256", hex: SHA256 });
  });

  const anything = fc.string({
    unit: fc.constantFrom("\n", " ", "a", "(", ")", "=", ":", "*", "\\", "-", SHA256, SIGNED),
  });

  it("whatever the text is, nothing is thrown", () => {
    fc.assert(fc.property(anything, (text) => Array.isArray(readChecksums(text))));
  });

  it.each([
    ["of spaces", `${SHA256} a${" ".repeat(8_000_000)}b`],
    ["of digits", "a".repeat(8_000_000)],
    ["of beginnings", "-----BEGIN PGP SIGNED MESSAGE-----\n".repeat(200_000)],
  ])("megabytes %s take no time", (_what, text) => {
    expect(readChecksums(text)).toEqual([]);
  });

  it("every name that GNU would write is found again", () => {
    const name = fc
      .stringMatching(/^[\w.()=+~-][\w .()*=+~-]*$/)
      .filter((text) => text.trim() === text && text !== ".");
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), fc.nat(), (names, seed) => {
        const digests = names.map((_name, index) => String(index).repeat(64));
        const text = names.map((each, index) => `${digests[index]}  ${each}\n`).join("");
        const at = seed % names.length;
        expect(choose(text, [names[at] ?? ""]).hex).toBe(digests[at]);
      }),
    );
  });
});

describe("the right entry is chosen", () => {
  it("names that contain one another are different names", () => {
    const text = `${OTHER}  my-debian.qcow2\n${OTHER}  debian.qcow2.xz\n${SHA256}  debian.qcow2\n${OTHER}  debian.qcow\n`;
    expect(choose(text).hex).toBe(SHA256);
    expect(() => choose(text, ["bian.qcow2"])).toThrow("no checksum of bian.qcow2");
  });

  it("of the same name in several folders, the one whose folders are the source's", () => {
    const text = `${OTHER}  arm64/debian.qcow2\n${SHA256}  amd64/debian.qcow2\n`;
    expect(choose(text, ["/images/amd64/debian.qcow2"]).hex).toBe(SHA256);
    expect(choose(text, ["C:\\images\\amd64\\debian.qcow2"]).hex).toBe(SHA256);
    expect(() => choose(text, ["/images/debian.qcow2"])).toThrow("different checksums");
  });

  it("the first name that is listed counts", () => {
    const text = `${OTHER}  second.qcow2\n${SHA256}  first.qcow2\n`;
    expect(choose(text, ["latest", "first.qcow2", "second.qcow2"]).hex).toBe(SHA256);
  });

  it("of several digests, the longest", () => {
    const text = `MD5 (debian.qcow2) = ${MD5}\nSHA512 (debian.qcow2) = ${SHA512}\nSHA256 (debian.qcow2) = ${SHA256}`;
    expect(choose(text)).toEqual({ algorithm: "sha512", hex: SHA512 });
  });

  it("the same line twice is one", () => {
    expect(choose(`${SHA256}  debian.qcow2\n${SHA256}  ./debian.qcow2\n`).hex).toBe(SHA256);
  });

  it("a digest alone among names is nobody's", () => {
    expect(() => choose(`${SHA256}\n${OTHER}  other\n`)).toThrow("no checksum of debian.qcow2");
  });
});

describe("the algorithm is known", () => {
  it.each([
    ["MD5SUMS", MD5, "md5"],
    ["sums", MD5, "md5"],
    ["sums", "a".repeat(40), "sha1"],
    ["sums", "a".repeat(56), "sha224"],
    ["SHA256SUMS", SHA256, "sha256"],
    ["sums", "a".repeat(96), "sha384"],
    ["SHA512SUMS", SHA512, "sha512"],
    ["debian.qcow2.sha3-256", SHA256, "sha3-256"],
    ["SHA512-256SUMS", SHA256, "sha512-256"],
    ["B2SUMS", SHA512, "blake2b512"],
    // A name that can't be right.
    ["MD5SUMS", SHA256, "sha256"],
    ["SHA256SUMS", SHA512, "sha512"],
  ])("of %s", (fileName, hex, algorithm) => {
    expect(choose(`${hex}  debian.qcow2`, ["debian.qcow2"], fileName)).toEqual({ algorithm, hex });
  });

  it.each([
    ["SHA3-256", SHA256, "sha3-256"],
    ["SHA512/256", SHA256, "sha512-256"],
    ["SHA-512", SHA512, "sha512"],
    ["BLAKE2b", SHA512, "blake2b512"],
  ])("by the label %s", (label, hex, algorithm) => {
    expect(choose(`${label} (debian.qcow2) = ${hex}`)).toEqual({ algorithm, hex });
  });
});

describe("what can't be used is an error that says what there is", () => {
  it.each([
    ["nothing", "", "the file has no checksum of debian.qcow2: it lists no checksums at all"],
    ["a page of HTML", "<html>\nNot found\n</html>", "it lists no checksums at all"],
    ["other names", `${SHA256}  a\n${OTHER}  b\n`, "of debian.qcow2: it lists a, b"],
    [
      "two digests without names",
      `${SHA256}\n${OTHER}\n`,
      "the file has different checksums of debian.qcow2",
    ],
    [
      "an algorithm that nobody has",
      `ROT13 (debian.qcow2) = ${SHA256}`,
      "that this Node.js can compute: it lists rot13 debian.qcow2",
    ],
    ["a digest that is too short for its label", `SHA256 (debian.qcow2) = ${MD5}`, "can compute"],
    [
      "different digests of one name",
      `${SHA256}  debian.qcow2\n${OTHER}  debian.qcow2\n`,
      "different checksums",
    ],
  ])("%s", (_what, text, message) => {
    expect(issueOf(() => choose(text))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["source", "checksum", "url"], message: expect.stringContaining(message) }],
    });
  });

  it("and lists no more than twenty", () => {
    const text = Array.from({ length: 30 }, (_, index) => `${SHA256}  name${index}\n`).join("");
    expect(() => choose(text)).toThrow("name19 and 10 more");
  });
});

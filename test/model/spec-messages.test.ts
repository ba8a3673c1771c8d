import { expect, it } from "vitest";
import { z } from "zod";
import { parseSpec } from "../../src/model/index.ts";
import { issuesOfSpec } from "./issues.ts";

const open = async function* () {};
const url = "https://example.org/a";

/** What is wrong, and what a user reads of it: the fact, what is allowed, what to write instead. */
it.each<[told: RegExp, path: readonly (string | number)[], fields: object]>([
  [/at least 1 character/, ["name"], { name: "" }],
  [/longer than 255 characters/, ["name"], { name: "n".repeat(256) }],
  [/character of four bytes in UTF-8.*Glance refuses/, ["name"], { name: "🐧" }],
  [/NUL/, ["name"], { name: "a\0" }],
  [/half of a surrogate pair/, ["name"], { name: "a\ud83d" }],
  [/0 or more/, ["minDiskGb"], { minDiskGb: -1 }],
  [/at most 2147483647/, ["minRamMb"], { minRamMb: 2 ** 31 }],
  [/disk format, such as raw/, ["diskFormat"], { diskFormat: "Raw" }],
  [/UUID/, ["id"], { id: "7" }],
  [/true, false, or one of gzip, bzip2, xz, zstd/, ["decompress"], { decompress: "zip" }],

  [/can't be empty/, ["tags", 0], { tags: [""] }],
  [/white space around it/, ["tags", 0], { tags: [" a"] }],
  [/longer than 255 characters/, ["tags", 0], { tags: ["a".repeat(256)] }],
  [/longer than 255 characters/, ["members", 0], { members: ["p".repeat(256)] }],

  [/needs a name/, ["properties", ""], { properties: { "": "1" } }],
  [/field of the image.*"minDiskGb"/, ["properties", "min_disk"], { properties: { min_disk: "1" } }],
  [/written by the cloud only/, ["properties", "status"], { properties: { status: "1" } }],
  [/written by the cloud only/, ["properties", "os_glance_a"], { properties: { os_glance_a: "1" } }],
  [/this library/, ["properties", "imagewright.source"], { properties: { "imagewright.source": "1" } }],
  [/answers for but does not store/, ["properties", "helper"], { properties: { helper: "1" } }],
  [/white space around it/, ["properties", " a"], { properties: { " a": "1" } }],
  [/longer than 255 characters/, ["properties", "n".repeat(256)], { properties: { ["n".repeat(256)]: "1" } }],
  [/longer than 65535 bytes/, ["properties", "a"], { properties: { a: "x".repeat(65_536) } }],
  [/can't be the name/, ["properties", "__proto__"], { properties: JSON.parse('{"__proto__": "1"}') }],

  [/a URL, a path, or an object with one of file, url, webDownload, .*, open$/, ["source"], { source: 1 }],
  [/exactly one of file, url, .*, open; it has none$/, ["source"], { source: {} }],
  [/exactly one of file, url, .*, open; it has none$/, ["source"], { source: { quux: 1 } }],
  [/exactly one of file, url, .*; it has file and open$/, ["source"], { source: { file: "a", open } }],
  [/"web_download": did you mean "webDownload"/, ["source"], { source: { quux: 1, web_download: url } }],
  [/must not be empty/, ["source", "file"], { source: { file: "" } }],
  [/absolute URL/, ["source", "url"], { source: { url: "example.org" } }],
  [/for a local file use \{ file \}/, ["source", "url"], { source: { url: "file:///a" } }],
  [/http: or https:, not ftp:/, ["source", "url"], { source: { url: "ftp://a" } }],
  [/"<algorithm>:<hex>", such as "sha256:/, ["source", "checksum"], { source: { url, checksum: "abc" } }],
  [/"<algorithm>:<hex>", or \{ url \}/, ["source", "checksum"], { source: { url, checksum: 1 } }],
  [/no user information/, ["source", "webDownload"], { source: { webDownload: "https://u@example.org" } }],
  [/no user information/, ["source", "webDownload"], { source: { webDownload: "https://:p@example.org" } }],
  [/"check_sum": did you mean "checksum"/, ["source", "check_sum"], { source: { url, check_sum: "a" } }],
  [/"bucket:key"/, ["source", "object"], { source: { object: "a" } }],
  [/function that returns an AsyncIterable/, ["source", "open"], { source: { open: 1 } }],
])("says %s at %j", (told, path, fields) => {
  expect(issuesOfSpec(fields)).toEqual([{ path, message: expect.stringMatching(told) }]);
});

it("several unknown keys of a source are told each at its own path", () => {
  const issues = issuesOfSpec({ source: { url, header: {}, cache_path: "a" } });
  expect(issues).toEqual([
    { path: ["source", "header"], message: 'unknown key "header": did you mean "headers"?' },
    { path: ["source", "cache_path"], message: 'unknown key "cache_path": did you mean "cachePath"?' },
  ]);
});

it("a backend's schema may tell of unknown keys in its own words", () => {
  const schema = z.strictObject({ name: z.string() }, { error: () => "not on this cloud" });
  expect(() => parseSpec({ name: "debian", a: 1, b: 2 }, schema)).toThrow(
    expect.objectContaining({
      issues: [
        { path: ["a"], message: "not on this cloud" },
        { path: ["b"], message: "not on this cloud" },
      ],
    }),
  );
});

it.each([
  [{ name: "debian", minDiskGb: -1 }, /^The spec of "debian" is invalid: /],
  [{ name: "", minDiskGb: -1 }, /^The image spec is invalid: /],
  [{ name: 7, minDiskGb: -1 }, /^The image spec is invalid: /],
  [{ name: "n".repeat(255), minDiskGb: -1 }, /^The spec of "n{255}" is invalid: /],
  [{ name: "n".repeat(256) }, /^The image spec is invalid: /],
  [{ minDiskGb: -1 }, /^The image spec is invalid: name: .*; minDiskGb: must be 0 or more$/],
  [null, /^The image spec is invalid: /],
  ["debian", /^The image spec is invalid: /],
])("%o is named in the error where it has a name", (input, message) => {
  expect(() => parseSpec(input)).toThrow(
    expect.objectContaining({ message: expect.stringMatching(message) }),
  );
});

import { describe, expect, it } from "vitest";
import { type Source, SourceSchema, sourceKind } from "../../src/model/index.ts";
import { issuesOfSpec } from "./issues.ts";

const URL_TEXT = "https://example.org/debian.qcow2";
const SHA256 = "ab".repeat(32);

describe("a bare string", () => {
  it.each([URL_TEXT, "http://example.org", "HTTPS://EXAMPLE.ORG/x"])(
    "that has a scheme is a URL: %s",
    (url) => {
      expect(SourceSchema.parse(url)).toEqual({ url });
    },
  );
  it.each(["debian.qcow2", "./a", "/srv/a b", "~/a", "C:\\images\\a.raw", "a:b", "./https://a", "1a://b"])(
    "else is a path: %s",
    (file) => {
      expect(SourceSchema.parse(file)).toEqual({ file });
    },
  );
  it("must not be empty", () => {
    expect(issuesOfSpec({ source: "" })).toEqual([
      { path: ["source", "file"], message: "must not be empty" },
    ]);
  });
});

describe("a source is taken as it is", () => {
  const sources: readonly Source[] = [
    { file: "a.raw" },
    { file: "a.raw", checksum: `sha256:${SHA256}` },
    { url: URL_TEXT },
    {
      url: `${URL_TEXT}?a=b#c`,
      username: "u",
      password: "p",
      headers: { "X-A": "b" },
      checksum: `sha256:${SHA256}`,
      cachePath: "cache",
    },
    { url: URL_TEXT, checksum: { url: "https://example.org/SHA256SUMS" } },
    { webDownload: URL_TEXT },
    { webDownload: URL_TEXT, checksum: `md5:${"0".repeat(32)}` },
    { volumeId: "v" },
    { object: "bucket:a/b:c" },
    { imageId: "i" },
    { imageId: "i", region: "RegionTwo" },
    { open: async function* () {} },
    { open: async function* () {}, size: 0 },
  ];
  it.each(sources.map((source) => [Object.keys(source).join(", "), source] as const))(
    "%s",
    (_keys, source) => {
      expect(SourceSchema.parse(source)).toEqual(source);
      expect(sourceKind(source)).toBe(Object.keys(source)[0]);
    },
  );
});

describe("a source is refused at its path", () => {
  it.each<[unknown, string]>([
    [null, "source"],
    [1, "source"],
    [[], "source"],
    [{}, "source"],
    [{ file: "" }, "source.file"],
    [{ file: 1 }, "source.file"],
    [{ url: "" }, "source.url"],
    [{ url: "example.org/a" }, "source.url"],
    [{ url: "ftp://example.org/a" }, "source.url"],
    [{ url: "file:///a" }, "source.url"],
    [{ url: "javascript:alert(1)" }, "source.url"],
    [{ url: URL_TEXT, username: 1 }, "source.username"],
    [{ url: URL_TEXT, password: 1 }, "source.password"],
    [{ url: URL_TEXT, headers: [] }, "source.headers"],
    [{ url: URL_TEXT, headers: { a: 1 } }, "source.headers.a"],
    [{ url: URL_TEXT, checksum: SHA256 }, "source.checksum"],
    [{ url: URL_TEXT, checksum: 1 }, "source.checksum"],
    [{ url: URL_TEXT, cachePath: "" }, "source.cachePath"],
    [{ webDownload: "a" }, "source.webDownload"],
    [{ webDownload: URL_TEXT, checksum: "md5:0" }, "source.checksum"],
    [{ webDownload: URL_TEXT, checksum: { url: URL_TEXT } }, "source.checksum"],
    [{ volumeId: "" }, "source.volumeId"],
    [{ object: "bucket" }, "source.object"],
    [{ object: ":key" }, "source.object"],
    [{ object: "bucket:" }, "source.object"],
    [{ imageId: "" }, "source.imageId"],
    [{ imageId: "i", region: "" }, "source.region"],
    [{ open: "a" }, "source.open"],
    [{ open: async function* () {}, size: -1 }, "source.size"],
    [{ open: async function* () {}, size: 1.5 }, "source.size"],
  ])("%j", (source, path) => {
    expect(issuesOfSpec({ source }).map((issue) => issue.path.join("."))).toEqual([path]);
  });
});

it("a source has exactly one kind", () => {
  expect(issuesOfSpec({ source: { file: "a", url: URL_TEXT } })).toEqual([
    { path: ["source"], message: expect.stringContaining("exactly one of") },
  ]);
  expect(issuesOfSpec({ source: { file: "a", url: URL_TEXT } })[0]?.message).toContain("file and url");
});

it("a key that is undefined says nothing", () => {
  expect(SourceSchema.parse({ file: "a", url: undefined, checksum: undefined })).toEqual({ file: "a" });
  expect(issuesOfSpec({ source: { file: undefined } })[0]?.message).toContain("it has none");
});

it("what belongs to another kind is refused", () => {
  expect(issuesOfSpec({ source: { file: "a", password: "p" } })).toHaveLength(1);
  expect(issuesOfSpec({ source: { webDownload: URL_TEXT, headers: {} } })).toHaveLength(1);
});

describe("user information in a URL", () => {
  it("moves to username and password, decoded", () => {
    expect(SourceSchema.parse("https://us%20er:p%40ss@example.org/a?b=c")).toEqual({
      url: "https://example.org/a?b=c",
      username: "us er",
      password: "p@ss",
    });
  });
  it("may be half of it", () => {
    const url = "https://example.org/";
    expect(SourceSchema.parse("https://u@example.org/")).toEqual({ url, username: "u", password: "" });
    expect(SourceSchema.parse("https://:p@example.org/")).toEqual({ url, username: "", password: "p" });
  });
  it("gives way to what stands beside it", () => {
    expect(SourceSchema.parse({ url: "https://a:b@example.org/", username: "u", password: "p" })).toEqual({
      url: "https://example.org/",
      username: "u",
      password: "p",
    });
  });
  it("may have a percent sign that encodes nothing", () => {
    expect(SourceSchema.parse("https://us%er:100%@example.org/")).toEqual({
      url: "https://example.org/",
      username: "us%er",
      password: "100%",
    });
  });
  it("is refused where it would end up in a plan", () => {
    for (const source of [
      { webDownload: "https://user:hunter2@example.org/a" },
      { url: URL_TEXT, checksum: { url: "https://user:hunter2@example.org/SHA256SUMS" } },
    ]) {
      const issues = issuesOfSpec({ source });
      expect(issues).toHaveLength(1);
      expect(JSON.stringify(issues)).not.toContain("hunter2");
    }
  });
});

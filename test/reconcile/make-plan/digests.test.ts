import { describe, expect, it } from "vitest";
import type { Image, ImageSpec, Source } from "../../../src/index.ts";
import type { Context } from "../../../src/reconcile/context.ts";
import { digestsToMake, withMissedDigest } from "../../../src/reconcile/make-plan/digests.ts";
import { rejectionOf } from "../../support/errors.ts";
import { cloud, dataOf } from "../support/cloud.ts";
import { imageOf } from "../support/images.ts";

const FILE: Source = { file: "a.raw" };
const URL_SOURCE: Source = { url: "https://example.org/a" };
const CACHE = async () => ({ directory: "/nowhere", maxBytes: 1 });

/** What a run is done with, and which digests of files it makes. */
function contextOf(fields: Partial<Context> = {}, known?: string) {
  const made: string[] = [];
  const backend = { ...cloud(), ...(known === undefined ? {} : { hashAlgorithm: () => known }) };
  const context: Context = {
    backend,
    emit: () => {},
    signal: undefined,
    lookup: { named: async () => [], get: backend.get },
    statusTimeoutMs: 1,
    cache: undefined,
    inspection: "off",
    decompressLimits: undefined,
    digests: {
      async digest(file, algorithm) {
        made.push(`${algorithm} of ${file.file}`);
        return "aa";
      },
    },
    ...fields,
  };
  return { context, made };
}

const data = (source: Source, spec: Partial<ImageSpec> = {}) => ({ spec, source });

describe("on its way, data has the digests made", () => {
  const BOTH = ["sha512", "md5"];
  it.each<[string, readonly string[], Source, Partial<ImageSpec>, Partial<Context>]>([
    ["that clouds may report", BOTH, dataOf("x"), {}, {}],
    ["that clouds may report, of a URL", BOTH, URL_SOURCE, {}, {}],
    ["that is likely, of a file", ["sha512"], FILE, {}, {}],
    ["that is likely, of a URL that is cached", ["sha512"], URL_SOURCE, {}, { cache: CACHE }],
    [
      "that is likely, of a URL with a cache of its own",
      ["sha512"],
      { ...URL_SOURCE, cachePath: "c" },
      {},
      {},
    ],
    ["that clouds may report, of a file that is decompressed", BOTH, FILE, { decompress: true }, {}],
    [
      "that clouds may report, of a cached file that is converted",
      BOTH,
      URL_SOURCE,
      { convert: true },
      { cache: CACHE },
    ],
    [
      "that clouds may report, of a program's own data beside a cache",
      BOTH,
      dataOf("x"),
      {},
      { cache: CACHE },
    ],
    ["that nobody compares: none", [], FILE, { verifyChecksum: false }, {}],
  ])("%s", (_what, expected, source, spec, fields) => {
    expect(digestsToMake(contextOf(fields).context, data(source, spec))).toEqual(expected);
  });
  it("that the cloud is known to report, or md5 where nobody here can make it", () => {
    expect(digestsToMake(contextOf({}, "SHA256").context, data(dataOf("x")))).toEqual(["sha256"]);
    expect(digestsToMake(contextOf({}, "nosuch").context, data(dataOf("x")))).toEqual(["md5"]);
  });
});

describe("a digest that a cloud reports, and that was not made on the way,", () => {
  const passed = { sizeBytes: 5, digests: { sha512: "bb" } };
  const SHA256: Partial<Image> = { hashAlgorithm: "sha256", hashValue: "cc" };

  it.each<[string, Partial<Image>, string]>([
    ["the one it reports", SHA256, "sha256"],
    ["md5 where it reports no other", { checksum: "cc" }, "md5"],
    [
      "md5 where nobody here can make the other",
      { ...SHA256, hashAlgorithm: "nosuch", checksum: "cc" },
      "md5",
    ],
  ])("is made of a file: %s", async (_what, report, algorithm) => {
    const { context, made } = contextOf();
    expect(await withMissedDigest(context, imageOf(report), data(FILE), passed)).toEqual({
      sizeBytes: 5,
      digests: { sha512: "bb", [algorithm]: "aa" },
    });
    expect(made).toEqual([`${algorithm} of a.raw`]);
  });

  it.each<[string, Partial<Image>, Source, Partial<ImageSpec>]>([
    ["of what was made already", { hashAlgorithm: "sha512", hashValue: "cc" }, FILE, {}],
    ["where it reports none", {}, FILE, {}],
    ["of a program's own data", SHA256, dataOf("x"), {}],
    ["of a file that is decompressed", SHA256, FILE, { decompress: true }],
    ["of a download that nobody kept", SHA256, URL_SOURCE, {}],
  ])("is not made %s", async (_what, report, source, spec) => {
    const { context, made } = contextOf();
    expect(await withMissedDigest(context, imageOf(report), data(source, spec), passed)).toBe(passed);
    expect(made).toEqual([]);
  });

  it("is left out where the file can't be read, but not where the run is aborted", async () => {
    const digest = () => Promise.reject(new Error("it is gone"));
    const broken = contextOf({ digests: { digest } }).context;
    expect(await withMissedDigest(broken, imageOf(SHA256), data(FILE), passed)).toBe(passed);
    const aborted = contextOf({ digests: { digest }, signal: AbortSignal.abort("enough") }).context;
    expect(await rejectionOf(withMissedDigest(aborted, imageOf(SHA256), data(FILE), passed))).toBe("enough");
  });
});

import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Image, Source } from "../../../src/model/index.ts";
import type { SourceFacts } from "../../../src/reconcile/index.ts";
import { sourceFacts } from "../../../src/reconcile/make-plan/facts.ts";
import { cloud } from "../support/cloud.ts";
import { imageOf } from "../support/images.ts";

const TEXT = "first data";
const hex = (algorithm: string) => createHash(algorithm).update(TEXT).digest("hex");

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagewright-facts-"));
  file = join(folder, "image.raw");
  await writeFile(file, TEXT);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is known of a source, and how often its bytes were read for that. */
async function factsOf(
  source: Source | undefined,
  image: Partial<Image> | undefined,
): Promise<readonly [facts: SourceFacts, readings: number]> {
  let readings = 0;
  const backend = cloud();
  const context = {
    backend,
    emit: () => {},
    signal: undefined,
    lookup: { named: async () => [], get: backend.get },
    statusTimeoutMs: 1,
    cache: undefined,
    inspection: "off" as const,
    decompressLimits: undefined,
    digests: {
      async digest(_file: unknown, algorithm: string) {
        readings++;
        return hex(algorithm);
      },
    },
  };
  const facts = await sourceFacts(context, { name: "debian", source }, image && imageOf(image));
  return [facts, readings];
}

describe("without a look at the bytes is known", () => {
  it("nothing where there is no source, or only a name of it", async () => {
    expect(await factsOf(undefined, {})).toEqual([{}, 0]);
    expect(await factsOf({ url: "https://example.org/a" }, { sizeBytes: 10 })).toEqual([{}, 0]);
    expect(await factsOf({ imageId: "i" }, { sizeBytes: 10 })).toEqual([{}, 0]);
  });
  it("the size that a program tells", async () => {
    const open = async function* () {};
    expect(await factsOf({ open, size: 5 }, { sizeBytes: 5, checksum: "ab" })).toEqual([{ sizeBytes: 5 }, 0]);
    expect(await factsOf({ open }, {})).toEqual([{ sizeBytes: undefined }, 0]);
  });
  it.each<[string, Partial<Image> | undefined]>([
    ["there is no image", undefined],
    ["the image has another size", { sizeBytes: 11, checksum: hex("md5") }],
    ["the image has a size that nobody knows", { checksum: hex("md5") }],
    ["the cloud reports no digest", { sizeBytes: 10 }],
    [
      "the cloud reports empty digests",
      { sizeBytes: 10, checksum: "", hashAlgorithm: "sha512", hashValue: "" },
    ],
    [
      "the cloud reports a digest that can't be computed",
      { sizeBytes: 10, hashAlgorithm: "no", hashValue: "1" },
    ],
  ])("the size of a file where %s", async (_why, image) => {
    expect(await factsOf({ file }, image)).toEqual([{ sizeBytes: 10 }, 0]);
  });
  it("the size of a file whose declared digest the cloud reports", async () => {
    const source = { file, checksum: `md5:${hex("md5")}` };
    const image = { sizeBytes: 10, checksum: hex("md5"), hashAlgorithm: "sha512", hashValue: hex("sha512") };
    expect(await factsOf(source, image)).toEqual([{ sizeBytes: 10 }, 0]);
  });
});

describe("the bytes of a file are read by the digest that would decide", () => {
  const sha512 = { hashAlgorithm: "sha512", hashValue: hex("sha512") };
  it.each<[string, string, Partial<Image>, checksum?: string]>([
    ["sha512", "the hash that the cloud reports", sha512],
    ["sha512", "the hash rather than the md5", { ...sha512, checksum: hex("md5") }],
    ["sha512", "the hash, named in capitals", { ...sha512, hashAlgorithm: "SHA512" }],
    ["md5", "the md5 where there is no hash", { checksum: hex("md5") }],
    [
      "md5",
      "the md5 where the hash can't be computed",
      { hashAlgorithm: "no", hashValue: "1", checksum: "ab" },
    ],
    ["sha512", "the hash where another one was declared", sha512, `sha256:${hex("sha256")}`],
  ])("%s: %s", async (algorithm, _why, image, checksum) => {
    expect(await factsOf({ file, checksum }, { sizeBytes: 10, ...image })).toEqual([
      { sizeBytes: 10, digests: { [algorithm]: hex(algorithm) } },
      1,
    ]);
  });
});

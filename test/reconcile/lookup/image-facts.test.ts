import { describe, expect, it } from "vitest";
import type { Backend, Image } from "../../../src/index.ts";
import { ImageManager } from "../../../src/index.ts";
import { cloud, failureOf, specOf } from "../support/cloud.ts";
import { imageOf } from "../support/images.ts";

const MD5 = "ab".repeat(16);
const SHA512 = "cd".repeat(64);

/** What is planned for a copy that is there, of an original that the cloud reports so. */
async function planned(
  original: Partial<Image> | undefined,
  copy: Partial<Image>,
  source: { readonly region?: string } = {},
  fields: Partial<Backend> = {},
) {
  const images = [
    ...(original === undefined ? [] : [imageOf({ id: "original", name: "original", ...original })]),
    imageOf({ containerFormat: "bare", diskFormat: "raw", ...copy }),
  ];
  const asked: string[] = [];
  const backend: Backend = {
    ...cloud(),
    region: "here",
    list: async function* ({ name }) {
      yield* images.filter((image) => image.name === name);
    },
    get: async (id) => {
      asked.push(id);
      return images.find((image) => image.id === id);
    },
    ...fields,
  };
  const spec = specOf({ source: { imageId: "original", ...source } });
  const plan = await new ImageManager(backend).plan(spec);
  return { ...plan, asked };
}

describe("whether an image is a copy of another", () => {
  it.each<[string, Partial<Image>, Partial<Image>, string, string]>([
    ["another size tells", { sizeBytes: 5 }, { sizeBytes: 6 }, "replace", "changed"],
    ["the same size does not", { sizeBytes: 5 }, { sizeBytes: 5 }, "none", "unknown"],
    [
      "the same md5 tells, in capitals or not",
      { checksum: MD5.toUpperCase() },
      { checksum: MD5 },
      "none",
      "same",
    ],
    ["another md5 tells", { checksum: "00".repeat(16) }, { checksum: MD5 }, "replace", "changed"],
    [
      "the same hash tells, in capitals or not",
      { hashAlgorithm: "SHA512", hashValue: SHA512.toUpperCase() },
      { hashAlgorithm: "sha512", hashValue: SHA512 },
      "none",
      "same",
    ],
    [
      "another hash tells",
      { hashAlgorithm: "sha512", hashValue: "00" },
      { hashAlgorithm: "sha512", hashValue: SHA512 },
      "replace",
      "changed",
    ],
    [
      "an empty hash tells nothing",
      { hashAlgorithm: "sha512", hashValue: "", checksum: "" },
      { hashAlgorithm: "sha512", hashValue: SHA512, checksum: MD5 },
      "none",
      "unknown",
    ],
  ])("%s", async (_what, original, copy, action, content) => {
    expect(await planned(original, copy)).toMatchObject({ action, content });
  });

  it("is not known when the original is gone", async () => {
    expect(await planned(undefined, { sizeBytes: 6 })).toMatchObject({ action: "none", content: "unknown" });
  });

  it("is known in the backend's own region, named or not", async () => {
    const { asked, ...plan } = await planned({ sizeBytes: 5 }, { sizeBytes: 6 }, { region: "here" });
    expect(plan).toMatchObject({ content: "changed" });
    expect(asked).toContain("original");
  });

  it("is not told by its size where the cloud makes the copy, and may store it in another way", async () => {
    const start = () => Promise.reject(new Error("nothing is made"));
    const making = (kinds: readonly ["imageId"] | readonly ["volumeId"]) =>
      planned({ sizeBytes: 5 }, { sizeBytes: 6 }, {}, { createFrom: { kinds, start } });
    expect(await making(["imageId"])).toMatchObject({ action: "none", content: "unknown" });
    expect(await making(["volumeId"])).toMatchObject({ action: "replace", content: "changed" });
  });
});

it("a copy of what isn't there can't be made", async () => {
  const images = new ImageManager(cloud());
  const error = await failureOf(images.plan(specOf({ source: { imageId: "original" } })));
  expect(error).toMatchObject({ code: "ERR_HTTP_NOT_FOUND", message: "There is no image original" });
});

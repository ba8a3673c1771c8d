import { describe, expect, it } from "vitest";
import { memory } from "../../../src/backends/memory/index.ts";
import { type Image, type ImageSpec, SOURCE_RECORD } from "../../../src/model/index.ts";
import { ImageManager } from "../../../src/reconcile/index.ts";
import { compareRecord, sourceRecord } from "../../../src/reconcile/plan/source-record.ts";
import { imageOf } from "../support/images.ts";

const url = "https://example.org/debian.qcow2";
const sha256 = `sha256:${"ab".repeat(32)}`;
const other = `sha256:${"cd".repeat(32)}`;
const sums = { url: `${url}.sums` };

function madeFrom(source: ImageSpec["source"]): Image {
  const record = sourceRecord({ name: "debian", source });
  return imageOf({ properties: record === undefined ? {} : { [SOURCE_RECORD]: record } });
}

describe("the record of a source", () => {
  it.each<[string, ImageSpec["source"], ImageSpec["source"], string | undefined]>([
    ["the same URL", { url }, { url }, "same"],
    ["another URL", { url }, { url: `${url}.2` }, "changed"],
    [
      "other credentials",
      { url, username: "a", password: "b" },
      { url, headers: { "x-token": "c" } },
      "same",
    ],
    ["another cache", { url }, { url, cachePath: "/cache" }, "same"],
    [
      "the same checksum in capitals",
      { url, checksum: sha256 },
      { url, checksum: sha256.toUpperCase() },
      "same",
    ],
    ["another checksum at the same URL", { url, checksum: sha256 }, { url, checksum: other }, "changed"],
    ["a checksum that was not declared before", { url }, { url, checksum: sha256 }, "unknown"],
    ["a checksum that is declared no more", { url, checksum: sha256 }, { url }, "same"],
    ["another file", { file: "a" }, { file: "b" }, "changed"],
    ["a file whose checksum is declared no more", { file: "a", checksum: sha256 }, { file: "a" }, "same"],
    ["the same checksum file", { url, checksum: sums }, { url, checksum: { ...sums } }, "same"],
    ["another checksum file", { url, checksum: sums }, { url, checksum: { url } }, "changed"],
    ["an image of another region", { imageId: "i", region: "a" }, { imageId: "i", region: "b" }, "changed"],
    ["a program's own data", { url }, { open: async function* () {} }, undefined],
  ])("tells %s", (_what, before, after, content) => {
    expect(compareRecord({ name: "debian", source: after }, madeFrom(before))).toBe(content);
  });

  it("tells a source that is decompressed from one that is not", () => {
    const image = madeFrom({ url });
    expect(compareRecord({ name: "debian", source: { url }, decompress: true }, image)).toBe("changed");
    expect(compareRecord({ name: "debian", source: { url }, decompress: false }, image)).toBe("same");
  });

  it("tells every way of decompression and conversion from the others", () => {
    const ways = [undefined, true, "xz" as const].flatMap((decompress) =>
      [false, true].map((convert) => sourceRecord({ name: "debian", source: { url }, decompress, convert })),
    );
    expect(new Set(ways).size).toBe(ways.length);
  });

  it("is none where there is no source, or no name for it", () => {
    expect(sourceRecord({ name: "debian" })).toBeUndefined();
    expect(sourceRecord({ name: "debian", source: { open: async function* () {} } })).toBeUndefined();
    expect(compareRecord({ name: "debian" }, madeFrom({ url }))).toBeUndefined();
    expect(compareRecord({ name: "debian", source: { url } }, imageOf())).toBeUndefined();
  });

  it("is the same whether a checksum is absent or undefined", () => {
    const record = sourceRecord({ name: "debian", source: { url } });
    expect(sourceRecord({ name: "debian", source: { url, checksum: undefined } })).toBe(record);
  });

  it("is the same in every release, as clouds keep it", () => {
    expect(sourceRecord({ name: "debian", source: { url } })).toBe(
      "sha256:01d58fb9c1bf63f50c62aca79b33919dd1eff6cda76dc195ee260a5304521770",
    );
    const source = { imageId: "i", region: "r" };
    expect(sourceRecord({ name: "debian", source, decompress: "xz", convert: true })).toBe(
      "sha256:1b6a9194b80f6bf766973696ef69fa7bd93240d9d2adef429834a5769855bf80",
    );
    expect(sourceRecord({ name: "debian", source: { url, checksum: sha256 } })).toBe(
      `sha256:01d58fb9c1bf63f50c62aca79b33919dd1eff6cda76dc195ee260a5304521770 ${sha256}`,
    );
  });

  it("gives way to the user's own properties where there is no room for it", async () => {
    const images = new ImageManager(memory());
    const names = Array.from({ length: 128 }, (_, count) => `p${count}`);
    const properties = Object.fromEntries(names.map((name) => [name, "1"]));
    const source = {
      open: async function* () {
        yield new Uint8Array(1);
      },
    };
    const { image } = await images.apply({ name: "full", properties, source });
    expect(image.properties).toEqual(properties);
    expect((await images.plan({ name: "full", properties })).action).toBe("none");
  });
});

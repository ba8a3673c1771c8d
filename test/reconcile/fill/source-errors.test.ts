import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImageManager, type Source } from "../../../src/index.ts";
import { cloud, dataOf, failureOf, imagesOf, recorded, specOf } from "../support/cloud.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagewright-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const three = dataOf("abc").open;

describe("a source that is wrong leaves nothing behind", () => {
  const error = new Error("the source broke");
  it.each<[string, Source, object]>([
    [
      "as it breaks before its first byte",
      {
        // biome-ignore lint/correctness/useYield: it breaks before
        open: async function* () {
          throw error;
        },
      },
      error,
    ],
    [
      "as it breaks between two chunks",
      {
        open: async function* () {
          yield new Uint8Array(1);
          throw error;
        },
      },
      error,
    ],
    [
      "as it can't be opened",
      {
        open: () => {
          throw error;
        },
      },
      error,
    ],
    ["as it is longer than it says", { open: three, size: 2 }, { code: "ERR_SIZE_MISMATCH", expected: 2 }],
    [
      "as it is shorter than it says",
      { open: three, size: 4 },
      { code: "ERR_SIZE_MISMATCH", expected: 4, actual: 3 },
    ],
    ["as it has no bytes", { open: async function* () {} }, { code: "ERR_TRANSFER_INCOMPLETE" }],
    ["as it says that it has no bytes", { open: three, size: 0 }, { code: "ERR_TRANSFER_INCOMPLETE" }],
    [
      "as it yields no bytes but text",
      {
        open: async function* () {
          yield "text";
        } as unknown as () => AsyncIterable<Uint8Array>,
      },
      { code: "ERR_TRANSFER_INCOMPLETE" },
    ],
  ])("%s", async (_why, source, expected) => {
    const backend = cloud();
    const failure = await failureOf(new ImageManager(backend).apply(specOf({ source })));
    if (expected === error) expect(failure).toBe(error);
    else expect(failure).toMatchObject(expected);
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("as it isn't what its checksum says", async () => {
    const file = join(folder, "data");
    await writeFile(file, "some data");
    const backend = cloud();
    const checksum = `md5:${"00".repeat(16)}`;
    await expect(
      new ImageManager(backend).apply(specOf({ source: { file, checksum }, verifyChecksum: false })),
    ).rejects.toMatchObject({ code: "ERR_DIGEST_MISMATCH", expected: checksum });
    expect(await imagesOf(backend)).toEqual([]);
  });
});

describe("a file that is wrong is refused at plan time", () => {
  it.each([
    ["that is missing", "missing"],
    ["that is empty", "empty"],
    ["that is a folder", "."],
  ])("%s", async (_why, name) => {
    await writeFile(join(folder, "empty"), "");
    const backend = recorded();
    const images = new ImageManager(backend);
    const spec = specOf({ source: join(folder, name) });
    const expected = { code: "ERR_SPEC_INVALID", issues: [{ path: ["source", "file"] }] };
    await expect(images.plan(spec)).rejects.toMatchObject(expected);
    await expect(images.apply(spec)).rejects.toMatchObject(expected);
    expect(backend.takeWrites()).toEqual([]);
  });
  it("that is gone since the plan was made, and nothing is left behind", async () => {
    const file = join(folder, "short-lived");
    await writeFile(file, "some data");
    const backend = recorded();
    const images = new ImageManager(backend);
    const plan = await images.plan(specOf({ source: file }));
    await rm(file);
    await expect(images.apply(plan)).rejects.toMatchObject({ code: "ERR_SPEC_INVALID" });
    expect(backend.takeWrites()).toEqual([]);
  });
});

describe("a file is compared with what is stored", () => {
  it("by its size, then by its digest", async () => {
    const file = join(folder, "compared");
    await writeFile(file, "one");
    const images = new ImageManager(cloud());
    const { image } = await images.apply(specOf({ source: file }));
    expect(image.properties["imagewright.source"]).toMatch(/^sha256:/);
    expect(await images.plan(specOf({ source: file }))).toMatchObject({ action: "none", content: "same" });
    await writeFile(file, "two");
    expect(await images.plan(specOf({ source: file }))).toMatchObject({
      action: "replace",
      content: "changed",
    });
    await writeFile(file, "one, and more");
    expect(await images.plan(specOf({ source: file }))).toMatchObject({
      replaces: ["source"],
      sizeBytes: 13,
    });
    await writeFile(file, "one");
    expect(await images.plan(specOf({ source: file }))).toMatchObject({ action: "none", content: "same" });
  });
  it("and moved elsewhere is still the same data", async () => {
    const [here, there] = [join(folder, "here"), join(folder, "there")];
    for (const file of [here, there]) await writeFile(file, "moved");
    const images = new ImageManager(cloud());
    await images.apply(specOf({ source: here }));
    expect((await images.plan(specOf({ source: there }))).action).toBe("none");
  });
});

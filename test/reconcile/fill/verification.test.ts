import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Image, ImageManager, type ImageSpecInput } from "../../../src/index.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { httpServer } from "../../support/loopback.ts";
import { type Cloud, cloud, dataOf, imagesOf, onlyImage, specOf } from "../support/cloud.ts";

const md5 = createHash("md5").update("first data").digest("hex");

/** A cloud that reports its active images so. */
function reporting(change: (image: Image) => Partial<Image>, backend: Cloud = cloud()): Cloud {
  const changed = (image: Image): Image =>
    image.status === "active" ? { ...image, ...change(image) } : image;
  return {
    ...backend,
    async get(id, options) {
      const image = await backend.get(id, options);
      return image === undefined ? undefined : changed(image);
    },
    async *list(query, options) {
      for await (const image of backend.list(query, options)) yield changed(image);
    },
  };
}

const NO_HASH = { hashAlgorithm: undefined, hashValue: undefined };

describe("the result says what was verified", () => {
  it.each<[string, Partial<Image>, object]>([
    ["sha512", {}, { status: "verified", algorithm: "sha512" }],
    ["in upper case", { hashAlgorithm: "SHA512" }, { status: "verified", algorithm: "sha512" }],
    ["md5, where the cloud reports no other", NO_HASH, { status: "verified", algorithm: "md5" }],
    ["md5, where the other is empty", { hashValue: "" }, { status: "verified", algorithm: "md5" }],
    [
      "md5, where the other isn't computed on the way",
      { hashAlgorithm: "blake2b512", hashValue: "00" },
      { status: "verified", algorithm: "md5" },
    ],
    [
      "nothing, where the cloud reports nothing",
      { ...NO_HASH, checksum: undefined },
      { status: "unverifiable" },
    ],
    ["nothing, where what it reports is empty", { hashValue: "", checksum: "" }, { status: "unverifiable" }],
  ])("%s", async (_what, report, expected) => {
    const images = new ImageManager(reporting(() => report));
    const { verification, image } = await images.apply(specOf());
    expect(verification).toMatchObject(expected);
    if (verification.status === "verified") expect(verification.reason).toBeUndefined();
    else expect(verification.reason).toEqual(expect.any(String));
    expect(image.status).toBe("active");
  });

  it("nothing, where nobody wants to know", async () => {
    const backend = reporting(() => ({ hashValue: "00".repeat(64) }));
    const { verification, image } = await new ImageManager(backend).apply(specOf({ verifyChecksum: false }));
    expect(verification).toEqual({ status: "skipped", reason: expect.stringContaining("verifyChecksum") });
    expect(image.status).toBe("active");
  });
  it("true is the default", async () => {
    const { verification } = await new ImageManager(cloud()).apply(specOf({ verifyChecksum: true }));
    expect(verification).toEqual({ status: "verified", algorithm: "sha512" });
  });
});

describe("a digest that the cloud reports and nobody expected", () => {
  const hex = (algorithm: string) => createHash(algorithm).update("first data").digest("hex");
  const blake = { hashAlgorithm: "blake2b", hashValue: hex("blake2b512") };
  const file = async (text = "first data"): Promise<ImageSpecInput> => {
    const folder = await mkdtemp(join(tmpdir(), "imagewright-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, "disk"), text);
    return specOf({ source: { file: join(folder, "disk") } });
  };

  it("is made of a file by reading it once more", async () => {
    const images = new ImageManager(reporting(() => blake));
    const { verification } = await images.apply(await file());
    expect(verification).toEqual({ status: "verified", algorithm: "blake2b512" });
  });
  it("is an error where it differs, though md5 doesn't", async () => {
    const backend = cloud();
    const images = new ImageManager(reporting(() => ({ ...blake, hashValue: "00".repeat(64) }), backend));
    await expect(images.apply(await file())).rejects.toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
    expect(await imagesOf(backend)).toEqual([]);
  });
  it("is md5 where there is no other", async () => {
    const images = new ImageManager(reporting(() => NO_HASH));
    expect((await images.apply(await file())).verification).toEqual({ status: "verified", algorithm: "md5" });
    const wrong = new ImageManager(reporting(() => ({ ...NO_HASH, checksum: "00".repeat(16) })));
    await expect(wrong.apply(await file())).rejects.toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
  });
  it("is not looked for where the expected one is reported", async () => {
    const images = new ImageManager(reporting(() => ({ checksum: "00".repeat(16) })));
    expect((await images.apply(await file())).verification).toEqual({
      status: "verified",
      algorithm: "sha512",
    });
  });
  it("is made of the download that was kept, where only md5 is reported", async () => {
    const url = await httpServer((_request, response) => response.end("first data"));
    const cache = await temporaryFolder();
    const source = { url, cachePath: cache };
    const images = new ImageManager(reporting(() => NO_HASH));
    expect((await images.apply(specOf({ source }))).verification).toEqual({
      status: "verified",
      algorithm: "md5",
    });
    const wrong = new ImageManager(reporting(() => ({ ...NO_HASH, checksum: "00".repeat(16) })));
    await expect(wrong.apply(specOf({ source }))).rejects.toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
  });
  it("is md5 from the start where no download is kept", async () => {
    const url = await httpServer((_request, response) => response.end("first data"));
    const images = new ImageManager(
      reporting(() => NO_HASH),
      { cache: false },
    );
    expect((await images.apply(specOf({ source: { url } }))).verification).toEqual({
      status: "verified",
      algorithm: "md5",
    });
  });
  it("leaves md5 where the data can't be read twice", async () => {
    const images = new ImageManager(reporting(() => blake));
    expect((await images.apply(specOf())).verification).toEqual({ status: "verified", algorithm: "md5" });
  });
  it.each<[Partial<Image>, string]>([
    [{ ...blake, checksum: undefined }, "the cloud reports blake2b512, which was not computed on the way"],
    [
      { hashAlgorithm: "whirlpool9", hashValue: "00", checksum: "" },
      "the cloud reports whirlpool9, which this Node.js can't compute",
    ],
    [{ ...NO_HASH, checksum: undefined }, "the cloud reports no digest of what it stored"],
  ])("is not verified where nothing else is reported: %o", async (report, reason) => {
    const images = new ImageManager(reporting(() => report));
    expect((await images.apply(specOf())).verification).toEqual({ status: "unverifiable", reason });
  });
});

describe("a digest that the cloud is known to report", () => {
  const knowing = (algorithm: string, report: Partial<Image>): Cloud => ({
    ...reporting(() => report),
    hashAlgorithm: () => algorithm,
  });
  const hashValue = createHash("sha3-256").update("first data").digest("hex");

  it("is the only one that is made on the way", async () => {
    const report = { hashAlgorithm: "sha3_256", hashValue, checksum: "00".repeat(16) };
    const { verification } = await new ImageManager(knowing("sha3_256", report)).apply(specOf());
    expect(verification).toEqual({ status: "verified", algorithm: "sha3-256" });
  });
  it("is left to md5 where Node.js can't make it", async () => {
    const report = { hashAlgorithm: "whirlpool9", hashValue: "00" };
    const { verification } = await new ImageManager(knowing("whirlpool9", report)).apply(specOf());
    expect(verification).toEqual({ status: "verified", algorithm: "md5" });
  });
});

describe("an image that isn't what was sent", () => {
  const sha512 = createHash("sha512").update("first data").digest("hex");

  it.each<[string, Partial<Image>, object]>([
    [
      "by its hash",
      { hashValue: "00".repeat(64) },
      {
        code: "ERR_DIGEST_MISMATCH",
        expected: `sha512:${sha512}`,
        actual: `sha512:${"00".repeat(64)}`,
      },
    ],
    [
      "by its md5",
      { ...NO_HASH, checksum: "00".repeat(16) },
      { code: "ERR_DIGEST_MISMATCH", expected: `md5:${md5}`, actual: `md5:${"00".repeat(16)}` },
    ],
    ["by its size", { sizeBytes: 9 }, { code: "ERR_SIZE_MISMATCH", expected: 10, actual: 9 }],
  ])("is an error and is not left: %s", async (_how, report, expected) => {
    const backend = cloud();
    const images = new ImageManager(reporting(() => report, backend));
    await expect(images.apply(specOf())).rejects.toMatchObject(expected);
    expect(await imagesOf(backend)).toEqual([]);
  });
  it("is not left, protected or not", async () => {
    const backend = cloud();
    const images = new ImageManager(reporting(() => ({ hashValue: "00".repeat(64) }), backend));
    await expect(images.apply(specOf({ protected: true }))).rejects.toMatchObject({
      code: "ERR_DIGEST_MISMATCH",
    });
    expect(await imagesOf(backend)).toEqual([]);
  });
  it("is not left when it has an id that the user chose", async () => {
    const backend = cloud();
    const images = new ImageManager(reporting(() => ({ hashValue: "00".repeat(64) }), backend));
    const id = "6f3b8f0e-1111-4222-8333-94a5b6c7d8e9";
    await expect(images.apply(specOf({ id }))).rejects.toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
    expect((await imagesOf(backend)).filter(({ status }) => status === "active")).toEqual([]);
  });
  it("is not left active when the record was there before", async () => {
    const backend = cloud();
    const { source: _source, ...bare } = specOf();
    await new ImageManager(backend).apply(bare);
    const images = new ImageManager(reporting(() => ({ hashValue: "00".repeat(64) }), backend));
    await expect(images.apply(specOf())).rejects.toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
    expect((await imagesOf(backend)).filter(({ status }) => status === "active")).toEqual([]);
  });
});

describe("an image that the cloud doesn't finish", () => {
  it.each(["queued", "killed", "deleted"])("but leaves %s is an error, and is not left", async (status) => {
    const backend = cloud();
    const images = new ImageManager(reporting(() => ({ status }), backend));
    await expect(images.apply(specOf())).rejects.toMatchObject({ code: "ERR_IMAGE_FAILED" });
    expect(await imagesOf(backend)).toEqual([]);
  });
  it("in time is an error that says how it stands", async () => {
    const backend = cloud();
    const images = new ImageManager(
      reporting(() => ({ status: "importing" }), backend),
      { statusTimeoutMs: 10 },
    );
    await expect(images.apply(specOf())).rejects.toMatchObject({
      code: "ERR_IMAGE_TIMEOUT",
      status: "importing",
      retryable: true,
      imageId: expect.any(String),
    });
  });
  it("at once is waited for, and its statuses are told", async () => {
    let left = 3;
    const images = new ImageManager(reporting(() => (left-- > 0 ? { status: "saving" } : {})));
    const statuses: string[] = [];
    images.on("image-status", ({ status }) => void statuses.push(status));
    expect((await images.apply(specOf())).image.status).toBe("active");
    expect(statuses.slice(-2)).toEqual(["saving", "active"]);
  });
});

it("a busy image is waited for before a plan is made", async () => {
  const backend = cloud();
  await new ImageManager(backend).apply(specOf());
  let left = 2;
  const images = new ImageManager(reporting(() => (left-- > 0 ? { status: "saving" } : {}), backend));
  expect((await images.plan({ name: "debian", tags: ["t"] })).action).toBe("update");
});

it("the data is read once", async () => {
  let opened = 0;
  const { open } = dataOf("first data");
  const source = {
    open: (start: number) => {
      opened++;
      return open(start);
    },
  };
  const backend = cloud();
  await new ImageManager(backend).apply(specOf({ source }));
  expect(opened).toBe(1);
  expect((await onlyImage(backend)).checksum).toBe(md5);
});

/** Clouds whose operator has chosen another digest than sha512. */
import { randomUUID } from "node:crypto";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { ImageManager, ImageSpecInput } from "../../src/index.ts";
import { digest, inParts, randomData, temporaryFile } from "./support/files.ts";
import { ownCloud } from "./support/own-cloud.ts";

const data = randomData(300_000);

describe.each([
  ["sha256", "sha256"],
  ["sha3_256", "sha3-256"],
  ["blake2b", "blake2b512"],
])("a Glance that digests by %s", (hashingAlgorithm, algorithm) => {
  const cloud = ownCloud({ hashingAlgorithm });

  test("verifies a file by it at once, and everything once it is known", async () => {
    const images = await cloud.manager();
    const file = await temporaryFile(data);

    const first = await images.apply(specOf({ source: { file } }));
    expect(first.verification).toEqual({ status: "verified", algorithm });
    expect(first.image).toMatchObject({
      hashAlgorithm: hashingAlgorithm,
      hashValue: digest(algorithm, data),
    });
    const second = await images.apply(specOf({ source: { open: () => inParts(data) } }));
    expect(second.verification).toEqual({ status: "verified", algorithm });
  });

  test("verifies by md5 what can't be read twice, as long as nobody knows", async () => {
    const { verification } = await (await cloud.manager()).apply(
      specOf({ source: { open: () => inParts(data) } }),
    );
    expect(verification).toEqual({ status: "verified", algorithm: "md5" });
  });

  test("is what a second plan and a download are held against", async () => {
    const images = await cloud.manager();
    const spec = specOf({
      source: { file: await temporaryFile(data), checksum: `${hashingAlgorithm}:${digest(algorithm, data)}` },
    });
    const { image } = await images.apply(spec);
    expect(await images.plan(spec)).toMatchObject({ action: "none", content: "same" });
    await images.download(image.id, new PassThrough().resume());
    expect(await otherPlan(images, spec)).toMatchObject({ action: "replace", replaces: ["source"] });
  });
});

function specOf(fields: Partial<ImageSpecInput>): ImageSpecInput {
  return { name: randomUUID(), containerFormat: "bare", diskFormat: "raw", ...fields };
}

/** The plan for another file of the same size. */
async function otherPlan(images: ImageManager, spec: ImageSpecInput) {
  return images.plan({ ...spec, source: { file: await temporaryFile(randomData(data.length)) } });
}

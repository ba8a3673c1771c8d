import { expect, it } from "vitest";
import { ImageManager } from "../../../src/index.ts";
import { httpServer } from "../../support/loopback.ts";
import { cloud, dataOf, specOf, textOf } from "../support/cloud.ts";

it("data from a URL is told of as it comes and as it goes", async () => {
  const url = await httpServer((_request, response) => {
    response.writeHead(200, { "content-length": 10 }).end("first data");
  });
  const backend = cloud();
  const images = new ImageManager(backend);
  const told: unknown[] = [];
  for (const name of ["download-start", "download-end", "upload-start", "upload-end"] as const) {
    images.on(name, (event) => told.push([name, event]));
  }
  const { image, verification } = await images.apply(specOf({ source: { url } }));
  expect(verification.status).toBe("verified");
  expect(await textOf(backend, image.id)).toBe("first data");
  const at = (transferredBytes: number, totalBytes: number | undefined) => ({
    name: "debian",
    imageId: image.id,
    transferredBytes,
    totalBytes,
  });
  expect(told).toEqual([
    ["download-start", at(0, undefined)],
    ["upload-start", at(0, 10)],
    ["download-end", at(10, 10)],
    ["upload-end", at(10, 10)],
  ]);
});

it("data from elsewhere is not told of as a download", async () => {
  const images = new ImageManager(cloud());
  const told: string[] = [];
  for (const name of ["download-start", "download-progress", "download-end"] as const) {
    images.on(name, () => told.push(name));
  }
  await images.apply(specOf());
  expect(told).toEqual([]);
});

it("a backend that takes not all of the data has nothing to be held against", async () => {
  const inner = cloud();
  const images = new ImageManager({
    ...inner,
    upload: (id, { sizeBytes }, options) =>
      inner.upload(id, { sizeBytes, chunks: dataOf("abc").open(0) }, options),
  });
  expect((await images.apply(specOf())).verification).toEqual({
    status: "unverifiable",
    reason: "the backend did not take all of the data",
  });
});

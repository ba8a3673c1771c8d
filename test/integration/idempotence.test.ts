import { expect, test } from "vitest";
import { managerOf, projectIdOf } from "./support/cloud.ts";
import { content, serve } from "./support/file-server.ts";
import { digest, randomData, temporaryFile } from "./support/files.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(100_000);

test("a second apply finds nothing to do and writes nothing", async () => {
  const { origin } = await serve({ "/disk": content(data) });
  const { url, requests, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const sources = [
    { file: await temporaryFile(data) },
    { url: `${origin}/disk` },
    { url: `${origin}/disk`, checksum: `md5:${digest("md5", data)}` },
    undefined,
  ];
  for (const source of sources) {
    const spec = {
      name: imageName(),
      ...formats,
      source,
      minDiskGb: 1,
      visibility: "shared",
      description: "twice",
      properties: { b: "2", a: "1" },
      tags: ["y", "x"],
      members: [await projectIdOf("other")],
    } as const;
    const first = await images.apply(spec);
    const writesBefore = writes().length;
    const requestsBefore = requests.length;
    const second = await images.apply(spec);

    expect(second.plan).toMatchObject({ action: "none", operations: [], replaces: [] });
    expect(second.image).toMatchObject({ id: first.image.id });
    expect(writes().length).toBe(writesBefore);
    expect(requests.length).toBeGreaterThan(requestsBefore);
  }
});

test("a change of several kinds is one PATCH", async () => {
  const { url, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const name = imageName();
  await images.apply({ name, ...formats, properties: { a: "1", b: "1" }, tags: ["x"] });
  const before = writes().length;
  await images.apply({
    name,
    ...formats,
    minRamMb: 64,
    hidden: true,
    properties: { a: "2", c: "3" },
    tags: ["y", "z"],
  });

  expect(writes().slice(before)).toEqual([expect.stringMatching(/^PATCH /)]);
});

test("many specs are applied side by side, each to one image", async () => {
  const images = await managerOf("demo");
  const file = await temporaryFile(data);
  const specs = Array.from({ length: 8 }, (_, index) => ({
    name: imageName(),
    ...formats,
    source: { file },
    properties: { index: String(index) },
  }));

  const results = await images.apply(specs, { concurrency: 4 });

  expect(results.map(({ image }) => image?.properties["index"])).toEqual(
    specs.map(({ properties }) => properties.index),
  );
  for (const { name } of specs) expect(await imagesNamed(name)).toHaveLength(1);
  expect((await images.apply(specs)).map(({ plan }) => plan.action)).toEqual(specs.map(() => "none"));
});

test("one wrong spec among several stops all before anything is written", async () => {
  const { url, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const right = { name: imageName(), ...formats };

  await expect(images.apply([right, { ...right, name: "wrong", minDiskGb: -1 }])).rejects.toMatchObject({
    code: "ERR_SPEC_INVALID",
  });
  expect(writes()).toEqual([]);
});

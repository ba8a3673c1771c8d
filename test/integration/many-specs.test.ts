import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { glanceOf } from "./support/glance.ts";
import { proxyToGlance } from "./support/proxy.ts";

test("a second apply of 200 specs lists the project's images, and writes nothing", async () => {
  const label = randomBytes(6).toString("hex");
  const specs = Array.from({ length: 200 }, (_, index) => ({
    name: `${label} ${index}`,
    containerFormat: "bare",
    diskFormat: "raw",
    minDiskGb: index % 3,
    hidden: index % 10 === 0,
    properties: { os_distro: "debian", index: String(index) },
    tags: [label],
  }));
  const first = await (await managerOf("demo")).apply(specs, { concurrency: 8 });
  onTestFinished(async () => {
    const glance = await glanceOf("demo");
    for (const { image } of first) if (image !== undefined) await glance.remove(image.id);
  });
  const { url, requests, writes } = await proxyToGlance();

  const second = await (await managerOf("demo", { imageEndpointOverride: url })).apply(specs);
  expect(second.map(({ plan }) => plan.action)).toEqual(specs.map(() => "none"));
  expect(second.map(({ image }) => image?.id)).toEqual(first.map(({ image }) => image?.id));
  expect(writes()).toEqual([]);
  const paths = requests.map(({ path }) => path.replace(/\?.*$/, ""));
  expect(paths.length).toBeLessThanOrEqual(4);
  expect(new Set(paths)).toEqual(new Set(["/v2/images"]));
}, 300_000);

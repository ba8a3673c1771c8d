import { expect, test } from "vitest";
import type { Plan } from "../../src/index.ts";
import { managerOf } from "./support/cloud.ts";
import { content, serve } from "./support/file-server.ts";
import { inParts, randomData, temporaryFile } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { proxyToGlance } from "./support/proxy.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
const data = randomData(50_000);

function stored(plan: Plan): Plan {
  return JSON.parse(JSON.stringify(plan)) as Plan;
}

test("a plan that was stored as JSON creates, changes and replaces as the original would", async () => {
  const planner = await managerOf("demo");
  const applier = await managerOf("demo");
  const name = imageName();
  const file = await temporaryFile(data);
  const other = await temporaryFile(randomData(50_000));

  const created = await applier.apply(
    stored(await planner.plan({ name, ...formats, source: { file }, tags: ["a"] })),
  );
  expect(created).toMatchObject({
    image: { status: "active", tags: ["a"] },
    verification: { status: "verified" },
  });

  const changed = await applier.apply(
    stored(await planner.plan({ name, ...formats, source: { file }, tags: ["b"] })),
  );
  expect(changed.image).toMatchObject({ id: created.image.id, tags: ["b"] });

  const replaced = await applier.apply(
    stored(await planner.plan({ name, ...formats, source: { file: other } })),
  );
  expect(replaced).toMatchObject({ image: { tags: ["b"] }, verification: { status: "verified" } });
  expect((await imagesNamed(name)).map(({ id }) => id)).toEqual([replaced.image.id]);
  expect(replaced.image.id).not.toBe(created.image.id);
});

test("a stored plan asks for the secret that it does not hold before anything is sent", async () => {
  const { origin, requests: downloads } = await serve({ "/disk": content(data) });
  const { url, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const source = { url: `${origin}/disk`, username: "user", password: "not-to-be-told" };
  const plan = await images.plan({ name: imageName(), ...formats, source });
  expect(JSON.stringify(plan)).not.toContain("not-to-be-told");

  await expect(images.apply(stored(plan))).rejects.toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["source", "password"] }],
  });
  expect([...writes(), ...downloads]).toEqual([]);

  const { image } = await images.apply(stored(plan), { source });
  expect(image).toMatchObject({ status: "active", sizeBytes: data.length });
});

test("a stored plan asks for the program's data that it does not hold", async () => {
  const images = await managerOf("demo");
  const source = { open: () => inParts(data), size: data.length };
  const plan = stored(await images.plan({ name: imageName(), ...formats, source }));

  await expect(images.apply(plan)).rejects.toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["source", "open"] }],
  });
  expect((await images.apply(plan, { source })).image.status).toBe("active");
});

test("a plan for an image that has changed since is refused, and nothing is written", async () => {
  const { url, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const name = imageName();
  const { image } = await images.apply({ name, ...formats, properties: { a: "1" } });
  const plan = await images.plan({ name, ...formats, properties: { a: "2" } });
  await (await glanceOf("demo")).patch(image.id, [{ op: "add", path: "/b", value: "1" }]);
  const before = writes().length;

  for (const stale of [plan, stored(plan)]) {
    await expect(images.apply(stale)).rejects.toMatchObject({ name: "PlanError", code: "ERR_PLAN_STALE" });
  }
  expect(writes().slice(before)).toEqual([]);
  expect((await images.get(image.id))?.properties).toEqual({ a: "1", b: "1" });
});

test("a plan for an image that is gone is refused, and nothing is written", async () => {
  const { url, writes } = await proxyToGlance();
  const images = await managerOf("demo", { imageEndpointOverride: url });
  const name = imageName();
  const { image } = await images.apply({ name, ...formats });
  const plan = await images.plan({ name, ...formats, tags: ["a"] });
  await (await glanceOf("demo")).remove(image.id);
  const before = writes().length;

  await expect(images.apply(plan)).rejects.toMatchObject({ code: "ERR_PLAN_STALE" });
  expect(writes().slice(before)).toEqual([]);
});

test("a plan that creates is refused where there is such an image now", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const plan = await images.plan({ name, ...formats });
  const made = await (await glanceOf("demo")).create({ name, container_format: "bare", disk_format: "raw" });

  await expect(images.apply(plan)).rejects.toMatchObject({ code: "ERR_PLAN_STALE", observed: made.id });
  expect(await imagesNamed(name)).toHaveLength(1);
});

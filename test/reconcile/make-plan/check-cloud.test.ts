import { describe, expect, it } from "vitest";
import type { SentValues } from "../../../src/backends/backend.ts";
import { ImageManager, type Issue } from "../../../src/index.ts";
import { cloud, imagesOf, recorded, specOf } from "../support/cloud.ts";

/** A manager of a cloud that is asked what it takes, and what it was asked. */
function asked(issues: readonly Issue[] = []) {
  const values: SentValues[] = [];
  const backend = recorded(cloud());
  const images = new ImageManager({
    ...backend,
    async check(sent) {
      values.push(sent);
      return issues;
    },
  });
  return { backend, images, values };
}

const spec = { name: "a", containerFormat: "bare", diskFormat: "raw" } as const;

describe("a cloud is asked about", () => {
  it("everything that a creation sends", async () => {
    const { images, values } = asked();
    await images.plan({ ...spec, hidden: true, properties: { a: "1" }, description: "words" });
    expect(values).toMatchObject([
      { ...spec, creates: true, hidden: true, properties: { a: "1" }, description: "words" },
    ]);
  });

  it("what an update changes, and nothing else", async () => {
    const { images, values } = asked();
    await images.apply({ ...spec, properties: { a: "1", b: "1", c: "1" } });
    values.splice(0);
    await images.plan({ ...spec, visibility: "shared", properties: { a: "1", b: "2" }, tags: ["t"] });
    expect(values).toEqual([{ creates: false, visibility: "shared", properties: { b: "2" } }]);
  });

  it("what a new image takes over from the one it replaces", async () => {
    const { images, values } = asked();
    const { properties: _none, ...bare } = specOf({ properties: { old: "1" } });
    await images.apply({ ...bare, properties: { old: "1" } });
    values.splice(0);
    await images.plan({ ...bare, diskFormat: "qcow2" });
    expect(values).toMatchObject([{ creates: true, diskFormat: "qcow2", properties: { old: "1" } }]);
  });

  it("nothing where an image is in place, or only tags and members change", async () => {
    const { images, values } = asked();
    const shared = { ...spec, visibility: "shared", properties: { a: "1", b: "1" } };
    await images.apply(shared);
    values.splice(0);
    await images.plan(shared);
    await images.plan({ ...shared, tags: ["t"], members: ["p1"], properties: { a: "1" } });
    expect(values).toEqual([]);
  });
});

it("what it doesn't take is said with the field's path, and nothing is written", async () => {
  const issue = { path: ["properties", "tier"], message: "must be one of gold on this cloud" };
  const { backend, images } = asked([issue]);
  await expect(images.apply({ ...spec, properties: { tier: "x" } })).rejects.toMatchObject({
    name: "SpecError",
    code: "ERR_SPEC_INVALID",
    issues: [issue],
    message: expect.stringContaining('The spec of "a"'),
  });
  expect(backend.takeWrites()).toEqual([]);
  expect(await imagesOf(backend)).toEqual([]);
});

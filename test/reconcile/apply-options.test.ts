import { beforeEach, describe, expect, it } from "vitest";
import { ImageManager, type ImageSpecInput } from "../../src/index.ts";
import { skipWaits } from "../support/fake-time.ts";
import { type Cloud, cloud, dataOf, onlyImage, recorded, specOf, watched } from "./support/cloud.ts";

beforeEach(skipWaits);

/** A cloud with the image of {@link specOf}, and a member of each kind that no spec here declares. */
async function seeded(): Promise<Cloud> {
  const backend = cloud();
  await new ImageManager(backend).apply(specOf({ properties: { theirs: "1" }, tags: ["theirs"] }));
  return backend;
}

const spec: ImageSpecInput = specOf({ properties: { mine: "2" }, tags: ["mine"] });

describe("apply takes for a spec what plan takes", () => {
  it("who owns what the spec doesn't declare", async () => {
    const backend = await seeded();
    await new ImageManager(backend).apply(spec, { properties: "declared", tags: "declared" });
    const image = await onlyImage(backend);
    expect(image.properties).toMatchObject({ mine: "2", theirs: "1" });
    expect(image.tags).toEqual(["mine", "theirs"]);
  });

  it("for each of several specs", async () => {
    const backend = await seeded();
    await new ImageManager(backend).apply([spec], { tags: "declared" });
    const image = await onlyImage(backend);
    expect(image.properties).not.toHaveProperty("theirs");
    expect(image.tags).toEqual(["mine", "theirs"]);
  });

  it("for each cloud", async () => {
    const clouds = [await seeded(), await seeded()];
    const results = await new ImageManager(cloud()).applyTo(spec, clouds, { tags: "declared" });
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
    for (const backend of clouds) expect((await onlyImage(backend)).tags).toEqual(["mine", "theirs"]);
  });

  it("which image the spec is about", async () => {
    const backend = await seeded();
    const { id } = await onlyImage(backend);
    await new ImageManager(backend).apply(specOf({ name: "renamed" }), { id });
    expect(await onlyImage(backend)).toMatchObject({ id, name: "renamed" });
  });

  it.each([
    ["create-first", ["create", "upload", "delete"]],
    ["delete-first", ["delete", "create", "upload"]],
  ] as const)("how a replacement goes about: %s", async (onReplace, order) => {
    const backend = recorded(await seeded());
    await new ImageManager(backend).apply(specOf({ source: dataOf("second data") }), { onReplace });
    expect(backend.takeWrites().filter((name) => name !== "update")).toEqual(order);
  });

  it("that nothing is replaced", async () => {
    const backend = recorded(await seeded());
    const applied = new ImageManager(backend).apply(specOf({ source: dataOf("second data") }), {
      onReplace: "refuse",
    });
    await expect(applied).rejects.toThrow(/onReplace/);
    expect(backend.takeWrites()).toEqual([]);
  });

  it("when it is planned for again, too", async () => {
    const backend = await seeded();
    const { id } = await onlyImage(backend);
    let others = 0;
    // Between the plan and the look at what it was made for.
    const busy = watched(
      backend,
      () => {},
      (name) => {
        if (name !== "list" && others++ === 0) backend.update(id, [{ kind: "tag", op: "add", tag: "later" }]);
      },
    );
    await new ImageManager(busy).apply(spec, { properties: "declared", tags: "declared" });
    expect((await onlyImage(backend)).tags).toEqual(["later", "mine", "theirs"]);
  });
});

it("a plan was made with its own options: others are refused by name, and nothing is written", async () => {
  const backend = recorded(await seeded());
  const images = new ImageManager(backend);
  const plan = await images.plan(spec);
  const options = { onReplace: "refuse", tags: undefined, signal: AbortSignal.timeout(60_000) } as const;
  for (const input of [plan, [plan, specOf({ name: "other" })]])
    await expect(images.apply([input].flat(), options)).rejects.toThrow(
      "The options of apply() are invalid: onReplace: is for specs: give it to plan(), a plan is applied as it was made",
    );
  await expect(images.apply(plan, { id: "i" })).rejects.toMatchObject({ issues: [{ path: ["id"] }] });
  expect(backend.takeWrites()).toEqual([]);
});

it("an id is for one spec, not for several", async () => {
  const backend = recorded(await seeded());
  const applied = new ImageManager(backend).apply([spec, specOf({ name: "other" })], { id: "i" });
  await expect(applied).rejects.toThrow("The options of apply() are invalid: id: is for one spec");
  expect(backend.takeWrites()).toEqual([]);
});

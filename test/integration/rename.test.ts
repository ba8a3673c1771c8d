import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { imageName, imagesNamed } from "./support/names.ts";

test("an image is renamed in place", async () => {
  const images = await managerOf("demo");
  const [before, after] = [imageName("before"), imageName("after")];
  const formats = { containerFormat: "bare", diskFormat: "raw" } as const;
  const { image } = await images.apply({ name: before, ...formats });

  const plan = await images.plan({ name: after, ...formats }, { id: image.id });
  expect(plan).toMatchObject({
    action: "update",
    imageId: image.id,
    operations: [{ kind: "attribute", op: "update", name: "name", from: before, to: after }],
  });
  const applied = await images.apply(plan);

  expect(applied.image).toMatchObject({ id: image.id, name: after });
  expect(await imagesNamed(before)).toEqual([]);
  expect((await imagesNamed(after)).map(({ id }) => id)).toEqual([image.id]);
});

test.for([
  "colon: 24.04",
  "comma, and more",
  'double "quotes"',
  "single 'quotes'",
  "100 % percent %20",
  "space  twice",
  "eq:operator",
  "slash/and\\backslash",
  "query?a=b&c=d#e+f",
  "ünïcödé 中文",
])("an image named %s is found by that name", async (label) => {
  const images = await managerOf("demo");
  const name = imageName(label);
  const spec = { name, containerFormat: "bare", diskFormat: "raw" } as const;
  const { image } = await images.apply(spec);

  expect((await images.find({ name })).id).toBe(image.id);
  expect(await images.plan(spec)).toMatchObject({ action: "none", imageId: image.id });
});

import { expect, test } from "vitest";
import { managerOf, projectIdOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { imageName, imagesNamed } from "./support/names.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test("an image that is shared is seen by the other project until it is no more", async () => {
  const [images, theirs] = [await managerOf("demo"), await managerOf("other")];
  const name = imageName();
  const other = await projectIdOf("other");
  const spec = { name, ...formats, visibility: "shared" } as const;

  const { image } = await images.apply({ ...spec, members: [other] });
  expect(image.members).toEqual([other]);
  expect(await theirs.get(image.id)).toMatchObject({ id: image.id });
  expect(await images.plan({ ...spec, members: [other] })).toMatchObject({ action: "none" });

  const { plan, image: unshared } = await images.apply({ ...spec, members: [] });
  expect(plan.operations).toEqual([{ kind: "member", op: "delete", project: other }]);
  expect(unshared.members).toEqual([]);
  expect(await theirs.get(image.id)).toBeUndefined();
});

test("members come with the visibility that they need, and leave before it goes", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const other = await projectIdOf("other");
  const { image } = await images.apply({ name, ...formats, visibility: "private" });

  const shared = await images.apply({ name, ...formats, visibility: "shared", members: [other] });
  expect(shared.image).toMatchObject({ id: image.id, visibility: "shared", members: [other] });
  await images.apply({ name, ...formats, visibility: "private", members: [] });
  const again = await images.apply({ name, ...formats, visibility: "shared" });
  expect(again.image.visibility).toBe("shared");
  expect(await (await managerOf("other")).get(image.id)).toBeUndefined();
});

test("members of an image that is not shared are refused at the plan", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const members = [await projectIdOf("other")];

  expect(await rejectionOf(images.apply({ name, ...formats, members }))).toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["members"] }],
  });
  expect(await imagesNamed(name)).toEqual([]);
});

import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { imageName, imagesNamed } from "./support/names.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test("an administrator makes a private image public and private again", async () => {
  const images = await managerOf("admin");
  const name = imageName();
  const { image } = await images.apply({ name, ...formats, visibility: "private" });

  for (const visibility of ["public", "community", "shared", "private"] as const) {
    const { image: changed, plan } = await images.apply({ name, ...formats, visibility });
    expect(plan.action).toBe("update");
    expect(changed).toMatchObject({ id: image.id, visibility });
  }
});

test("a public image of another project is not taken for one's own of the same name", async () => {
  const name = imageName();
  const { image: theirs } = await (await managerOf("admin")).apply({
    name,
    ...formats,
    visibility: "public",
  });

  const { image: ours, plan } = await (await managerOf("demo")).apply({ name, ...formats });

  expect(plan.action).toBe("create");
  expect(ours.id).not.toBe(theirs.id);
});

test("who may not publish is told so, and nothing is left behind", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const error = await rejectionOf(images.apply({ name, ...formats, visibility: "public" }));

  expect(error).toMatchObject({ name: "HttpError", code: "ERR_HTTP_FORBIDDEN", status: 403, method: "POST" });
  expect(error).toHaveProperty("requestId", expect.stringMatching(/^req-/));
  expect(String(error)).toContain(name);
  expect(await imagesNamed(name)).toEqual([]);
});

test("who may not publish an image that is there is told so, and it stays private", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const { image } = await images.apply({ name, ...formats, properties: { a: "1" } });
  const error = await rejectionOf(
    images.apply({ name, ...formats, visibility: "public", properties: { a: "2" } }),
  );

  expect(error).toMatchObject({ code: "ERR_HTTP_FORBIDDEN", status: 403, method: "PATCH" });
  expect(await images.get(image.id)).toMatchObject({ visibility: "private", properties: { a: "1" } });
});

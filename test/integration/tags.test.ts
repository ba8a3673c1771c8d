import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { collect } from "./support/collect.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName } from "./support/names.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test("tags come and go one by one until none is left", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const { image } = await images.apply({ name, ...formats, tags: ["foo", "bar"] });
  expect(image.tags).toEqual(["bar", "foo"]);

  const steps = [
    { tags: ["foo", "bar", "baz"], operations: [{ kind: "tag", op: "add", tag: "baz" }] },
    { tags: ["foo", "baz"], operations: [{ kind: "tag", op: "delete", tag: "bar" }] },
    {
      tags: [],
      operations: [
        { kind: "tag", op: "delete", tag: "baz" },
        { kind: "tag", op: "delete", tag: "foo" },
      ],
    },
  ];
  for (const { tags, operations } of steps) {
    const { image: changed, plan } = await images.apply({ name, ...formats, tags });
    expect(plan).toMatchObject({ action: "update", operations });
    expect(changed).toMatchObject({ id: image.id, tags: tags.toSorted() });
    expect(await images.plan({ name, ...formats, tags: tags.toReversed() })).toMatchObject({
      action: "none",
    });
  }
});

test("tags that a spec does not speak of stay", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const { image } = await images.apply({ name, ...formats, tags: ["ours"] });
  await (await glanceOf("demo")).patch(image.id, [
    { op: "replace", path: "/tags", value: ["ours", "theirs"] },
  ]);

  expect(await images.plan({ name, ...formats })).toMatchObject({ action: "none" });
  expect(await images.plan({ name, ...formats, tags: ["ours"] }, { tags: "declared" })).toMatchObject({
    action: "none",
  });
  expect(await images.plan({ name, ...formats, tags: ["ours"] })).toMatchObject({
    operations: [{ kind: "tag", op: "delete", tag: "theirs" }],
  });
});

test("tags with any characters are kept as they are", async () => {
  const images = await managerOf("demo");
  const tags = ["a b", "a,b", "a/b", "a%20b", "ü", "中", '"q"'];
  const { image } = await images.apply({ name: imageName(), ...formats, tags });

  expect(image.tags).toEqual(tags.toSorted());
  for (const tag of tags) {
    const found = await collect(images.list({ tags: [tag], name: image.name }));
    expect(found.map(({ id }) => id)).toEqual([image.id]);
  }
});

import { expect, test } from "vitest";
import { managerOf } from "./support/cloud.ts";
import { digest, randomData, temporaryFile } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName } from "./support/names.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

test("properties come, change and go while the cloud's own are reported throughout", async () => {
  const data = randomData(1000);
  const source = { file: await temporaryFile(data) };
  const images = await managerOf("demo");
  const name = imageName();
  const { image } = await images.apply({ name, ...formats, source });
  const property = (op: string, rest: object) => ({ kind: "property", op, ...rest });

  const steps = [
    {
      properties: { foo: "1", bar: "1" },
      operations: [property("add", { name: "bar", to: "1" }), property("add", { name: "foo", to: "1" })],
    },
    { properties: { foo: "1" }, operations: [property("delete", { name: "bar", from: "1" })] },
    { properties: { foo: "2" }, operations: [property("update", { name: "foo", from: "1", to: "2" })] },
    { properties: { foo: "2", bar: "" }, operations: [property("add", { name: "bar", to: "" })] },
    {
      properties: {},
      operations: [
        property("delete", { name: "bar", from: "" }),
        property("delete", { name: "foo", from: "2" }),
      ],
    },
  ];
  for (const { properties, operations } of steps) {
    const { image: changed, plan } = await images.apply({ name, ...formats, source, properties });
    expect(plan).toMatchObject({ action: "update", operations });
    const { "imagewright.source": record, ...rest } = changed.properties;
    expect(rest).toEqual(properties);
    expect(record).toMatch(/^sha256:/);
    expect(changed).toMatchObject({ id: image.id, hashValue: digest("sha512", data) });
    expect(changed.serverProperties).toMatchObject({ os_hash_value: digest("sha512", data) });
    expect(await images.plan({ name, ...formats, source, properties })).toMatchObject({ action: "none" });
  }
});

test("property names with slashes, tildes, spaces and other letters are kept, changed and deleted", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const names = ["a/b", "a~b", "a~1b", "~0", "with space", "ünïcödé", "os_type", "trait:CUSTOM_X", "UPPER"];
  const propertiesOf = (value: string) => Object.fromEntries(names.map((key) => [key, value]));

  const { image } = await images.apply({ name, ...formats, properties: propertiesOf("1") });
  expect(Object.keys(image.properties).toSorted()).toEqual(names.toSorted());
  const { image: changed } = await images.apply({ name, ...formats, properties: propertiesOf("2") });
  expect(new Set(Object.values(changed.properties))).toEqual(new Set(["2"]));
  const { image: bare } = await images.apply({ name, ...formats, properties: {} });
  expect(bare.properties).toEqual({});
});

test("properties that somebody else wrote are theirs where only the declared ones are ours", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const { image } = await images.apply({ name, ...formats, properties: { ours: "1" } });
  await (await glanceOf("demo")).patch(image.id, [{ op: "add", path: "/theirs", value: "1" }]);
  const spec = { name, ...formats, properties: { ours: "2" } };

  const plan = await images.plan(spec, { properties: "declared" });
  expect(plan.operations).toEqual([{ kind: "property", op: "update", name: "ours", from: "1", to: "2" }]);
  const applied = await images.apply(plan);
  expect(applied.image.properties).toEqual({ ours: "2", theirs: "1" });
  expect((await images.apply(spec)).image.properties).toEqual({ ours: "2" });
});

test("a description is a property of that name in Glance", async () => {
  const images = await managerOf("demo");
  const name = imageName();
  const { image } = await images.apply({ name, ...formats, description: "first" });
  const glance = await glanceOf("demo");

  expect(image).toMatchObject({ description: "first", properties: {} });
  expect(await glance.get(image.id)).toMatchObject({ description: "first" });
  expect(await images.plan({ name, ...formats, properties: {} })).toMatchObject({ action: "none" });

  const { image: changed, plan } = await images.apply({ name, ...formats, description: "second" });
  expect(plan.operations).toEqual([
    { kind: "attribute", op: "update", name: "description", from: "first", to: "second" },
  ]);
  expect(changed).toMatchObject({ id: image.id, description: "second" });

  await images.apply({ name, ...formats, description: "" });
  expect(await glance.get(image.id)).not.toHaveProperty("description");
  expect(await images.plan({ name, ...formats, description: "" })).toMatchObject({ action: "none" });
});

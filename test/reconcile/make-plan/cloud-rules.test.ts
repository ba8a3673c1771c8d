/** What plans and applies make of what some clouds can and can't change. */
import { describe, expect, it } from "vitest";
import { type Image, ImageManager, type Plan, type Rules, reconcile } from "../../../src/index.ts";
import { glanceRules } from "../../../src/model/index.ts";
import { checkCreation } from "../../../src/reconcile/make-plan/check-creation.ts";
import { type Cloud, cloud, dataOf, failureOf, imagesOf, onlyImage, specOf } from "../support/cloud.ts";
import { imageOf } from "../support/images.ts";

function ruled(rules: Partial<Rules>) {
  const inner = cloud();
  const writes: string[] = [];
  const backend: Cloud = {
    ...inner,
    rules: { ...inner.rules, ...rules },
    async update(id, operations, options) {
      writes.push(`update ${operations.map((operation) => Object(operation).name).join()}`);
      return inner.update(id, operations, options);
    },
    async upload(...args) {
      writes.push("upload");
      return inner.upload(...args);
    },
  };
  return { backend, writes, images: new ImageManager(backend) };
}

describe("where the cloud changes some things only once there is data", () => {
  const rules = { changesWithData: { attributes: ["minRamMb"], properties: ["late"] } } as const;

  it("an empty image is filled between the two kinds", async () => {
    const { backend, writes, images } = ruled(rules);
    await backend.create({ id: "i", name: "debian", containerFormat: "bare", diskFormat: "raw" });
    const spec = specOf({ minDiskGb: 2, minRamMb: 512, properties: { early: "1", late: "2" } });
    const { image, verification } = await images.apply(spec);
    expect(writes).toEqual(["update minDiskGb,early", "upload", "update minRamMb,late"]);
    expect(verification.status).toBe("verified");
    expect(await onlyImage(backend)).toEqual(image);
    expect(image).toMatchObject({ minDiskGb: 2, minRamMb: 512, properties: { early: "1", late: "2" } });
  });

  it("an image that has data is changed at once", async () => {
    const { writes, images } = ruled(rules);
    await images.apply(specOf());
    writes.splice(0);
    await images.apply(specOf({ minDiskGb: 2, minRamMb: 512, properties: { late: "2" } }));
    expect(writes).toEqual(["update minDiskGb,minRamMb,late"]);
  });

  it("a property for an image without data is refused, by its path", async () => {
    const { images, backend } = ruled(rules);
    const spec = { ...specOf({ properties: { early: "1", late: "2" } }), source: undefined };
    const error = await failureOf(images.plan(spec));
    expect(error).toMatchObject({ code: "ERR_SPEC_INVALID", issues: [{ path: ["properties", "late"] }] });
    expect(String(error)).toContain('The spec of "debian" is invalid');
    expect(String(error)).toContain(
      "can only be set when the image has data: give a source, or leave it out",
    );
    expect(await imagesOf(backend)).toEqual([]);
    const early = { ...specOf({ properties: { early: "1" }, minRamMb: 512 }), source: undefined };
    expect((await images.plan(early)).action).toBe("create");
  });

  it("only a creation is refused for that", () => {
    const operation = { kind: "property", op: "add", name: "late", to: "2" } as const;
    const plan: Plan = { action: "update", name: "debian", operations: [operation], replaces: [] };
    const { backend } = ruled(rules);
    expect(() => checkCreation(plan, {}, backend)).not.toThrow();
    expect(() =>
      checkCreation({ ...plan, action: "create" }, { source: dataOf("x") }, backend),
    ).not.toThrow();
    expect(() => checkCreation({ ...plan, action: "create" }, {}, backend)).toThrow("late");
  });
});

describe("where some properties are for a creation only", () => {
  const rules: Rules = { ...glanceRules, creationProperties: { shown: ["os_version"], unseen: ["init"] } };
  const declared = { name: "debian", properties: { init: "1", os_version: "13", other: "a" } };
  const planned = (actual: Image | undefined, spec: object = declared) =>
    reconcile({ ...declared, ...spec }, actual, { rules });

  it("a creation is told all of them", () => {
    const { operations } = planned(undefined);
    const added = operations.flatMap((operation) =>
      operation.kind === "property" ? [[operation.name, operation.to]] : [],
    );
    expect(added.sort()).toEqual([
      ["init", "1"],
      ["os_version", "13"],
      ["other", "a"],
    ]);
  });

  it("one that is shown replaces the image when it is another, and the new one is told what isn't shown", () => {
    const actual = imageOf({ properties: { os_version: "12", other: "a" } });
    expect(planned(actual)).toMatchObject({
      action: "replace",
      replaces: ["properties.os_version"],
      operations: [
        { kind: "property", op: "update", name: "os_version", from: "12", to: "13" },
        { kind: "property", op: "add", name: "init", to: "1" },
      ],
    });
  });

  it("leaving one out changes nothing, and one that isn't shown is never compared", () => {
    const actual = imageOf({ properties: { os_version: "12", init: "2", other: "b" } });
    const plan = planned(actual, { properties: { init: "1" } });
    expect(plan).toMatchObject({
      action: "update",
      operations: [{ kind: "property", op: "delete", name: "other" }],
    });
    expect(plan.operations).toHaveLength(1);
  });

  it("what the cloud made of one that is shown is not written once more", async () => {
    const { backend, writes } = ruled(rules);
    const create: Cloud["create"] = (image, options) =>
      backend.create(
        { ...image, properties: { ...image.properties, os_version: "13.1", other: "" } },
        options,
      );
    await new ImageManager({ ...backend, create }).apply(specOf({ properties: declared.properties }));
    expect(writes).toEqual(["upload", "update other"]);
  });
});

describe("where the cloud stores data in another way than it is sent", () => {
  it("another size is no other data, neither in a plan nor after an upload", async () => {
    const { backend } = ruled({ keepsBytes: false });
    const get: Cloud["get"] = async (id, options) => {
      const image = await backend.get(id, options);
      if (image?.status !== "active") return image;
      const { checksum: _checksum, hashAlgorithm: _name, hashValue: _value, ...rest } = image;
      return { ...rest, sizeBytes: 77 };
    };
    const list: Cloud["list"] = async function* (query, options) {
      for await (const { id } of backend.list(query, options)) {
        const image = await get(id, options);
        if (image !== undefined) yield image;
      }
    };
    const images = new ImageManager({ ...backend, get, list });
    expect((await images.apply(specOf())).verification.status).toBe("unverifiable");
    expect(await images.plan(specOf())).toMatchObject({ action: "none", content: "unknown" });
    const strict = new ImageManager({ ...backend, get, list, rules: glanceRules });
    expect(await strict.plan(specOf())).toMatchObject({ action: "replace", content: "changed" });
    const error = await failureOf(strict.apply(specOf({ name: "other" })));
    expect(error).toMatchObject({ code: "ERR_SIZE_MISMATCH" });
  });

  it("the digests that it reports count all the same", async () => {
    const { backend } = ruled({ keepsBytes: false });
    const get: Cloud["get"] = async (id, options) => {
      const image = await backend.get(id, options);
      return image?.status === "active" ? { ...image, sizeBytes: 77 } : image;
    };
    const images = new ImageManager({ ...backend, get });
    expect((await images.apply(specOf())).verification).toEqual({ status: "verified", algorithm: "sha512" });
  });
});

it("a cloud's own advice goes before any other", async () => {
  const images = new ImageManager({ ...cloud(), alternatives: { "source.volumeId": "ask the operator" } });
  const error = await failureOf(images.plan(specOf({ source: { volumeId: "v" } })));
  expect(error).toMatchObject({ capability: "source.volumeId", alternative: "ask the operator" });
});

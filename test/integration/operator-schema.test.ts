/** A cloud whose operator offers few formats and has properties of his own: told at the plan, before anything is sent. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ImageManager, ImageSpecInput } from "../../src/index.ts";
import { managerOf } from "./support/cloud.ts";
import { rejectionOf } from "./support/errors.ts";
import { randomData, temporaryFile } from "./support/files.ts";
import { glanceOf } from "./support/glance.ts";
import { imageName, imagesNamed } from "./support/names.ts";
import { ownCloud } from "./support/own-cloud.ts";
import { proxyToGlance } from "./support/proxy.ts";

describe("Debian's own Glance", () => {
  const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

  test("is asked for its schema once, and only when something is to be sent", async () => {
    const { url, requests } = await proxyToGlance();
    const images = await managerOf("demo", { imageEndpointOverride: url });
    const schemas = () => requests.filter(({ path }) => path === "/v2/schemas/image").length;
    const name = imageName();
    const made = await glanceOf("demo").then((glance) =>
      glance.create({ name, container_format: "bare", disk_format: "raw", visibility: "private" }),
    );
    expect(await images.plan({ name, ...formats })).toMatchObject({ action: "none", imageId: made.id });
    expect(schemas()).toBe(0);
    await Promise.all(
      ["a", "b", "c"].map((tag) => images.plan({ name: imageName(), ...formats, tags: [tag] })),
    );
    await images.apply({ name, ...formats, tags: ["t"] });
    expect(schemas()).toBe(1);
  });

  test.each<[Partial<ImageSpecInput>, readonly string[], RegExp]>([
    [{ diskFormat: "gpt" }, ["diskFormat"], /must be one of .*raw.* on this cloud/],
    [{ properties: { kernel_id: "none" } }, ["properties", "kernel_id"], /must match .* on this cloud/],
    [
      { properties: { cinder_encryption_key_deletion_policy: "whenever" } },
      ["properties", "cinder_encryption_key_deletion_policy"],
      /must be one of on_image_deletion, do_not_delete on this cloud/,
    ],
  ])("has rules for %o", async (fields, path, message) => {
    const { url, writes } = await proxyToGlance();
    const images = await managerOf("demo", { imageEndpointOverride: url });
    const name = imageName();

    expect(await rejectionOf(images.apply({ name, ...formats, ...fields }))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path, message: expect.stringMatching(message) }],
    });
    expect(writes()).toEqual([]);
    expect(await imagesNamed(name)).toEqual([]);
    // Glance itself says no more than that.
    const wire = { disk_format: fields.diskFormat ?? "raw", ...fields.properties };
    await expect(
      (await glanceOf("demo")).create({ name, container_format: "bare", ...wire }),
    ).rejects.toThrow(/answered 400/);
  });
});

describe("a Glance with few formats, and properties of its operator's", () => {
  const cloud = ownCloud({
    diskFormats: ["qcow2", "raw", "gpt"],
    imageSizeCapBytes: 100_000,
    imageSchema: {
      tier: { type: "string", enum: ["gold", "silver"] },
      cost_center: { type: "string", pattern: "^[A-Z]{2}-\\d{3}$", maxLength: 6 },
      copies: { type: "integer" },
    },
  });
  const specOf = (fields: Partial<ImageSpecInput> = {}): ImageSpecInput => ({
    name: randomUUID(),
    containerFormat: "bare",
    diskFormat: "raw",
    ...fields,
  });
  const issuesOf = async (images: ImageManager, spec: ImageSpecInput) => {
    const error = await rejectionOf(images.plan(spec));
    expect(error).toMatchObject({ code: "ERR_SPEC_INVALID" });
    return Object(error).issues;
  };

  test("takes what it offers", async () => {
    const images = await cloud.manager();
    const spec = specOf({
      diskFormat: "gpt",
      properties: { tier: "gold", cost_center: "AB-123", mine: "x" },
    });
    expect((await images.apply(spec)).image).toMatchObject({
      diskFormat: "gpt",
      properties: spec.properties,
    });
  });

  test("is told every issue at once, with what is allowed", async () => {
    const properties = { tier: "bronze", cost_center: "ab-123", copies: "2", mine: "x" };
    expect(await issuesOf(await cloud.manager(), specOf({ diskFormat: "vmdk", properties }))).toEqual([
      { path: ["diskFormat"], message: "must be one of qcow2, raw, gpt on this cloud" },
      { path: ["properties", "tier"], message: "must be one of gold, silver on this cloud" },
      {
        path: ["properties", "cost_center"],
        message: "must match ^[A-Z]{2}-\\d{3}$ on this cloud",
      },
      { path: ["properties", "copies"], message: "must be of type integer, not a text, on this cloud" },
    ]);
  });

  test.each([{ tier: "bronze" }, { cost_center: "ab-123" }, { copies: "2" }])(
    "would itself refuse %o",
    async (properties) => {
      const { create } = await cloud.backend();
      const image = { id: randomUUID(), name: "refused", properties };
      expect(await rejectionOf(create?.(image) ?? Promise.resolve())).toMatchObject({ status: 400 });
    },
  );

  test("is asked about changes, and not about what stays as it is", async () => {
    const images = await cloud.manager();
    const spec = specOf({ properties: { tier: "gold" } });
    await images.apply(spec);
    expect(await issuesOf(images, { ...spec, properties: { tier: "bronze" } })).toEqual([
      { path: ["properties", "tier"], message: "must be one of gold, silver on this cloud" },
    ]);
    const changed = await images.apply({ ...spec, properties: { tier: "silver" } });
    expect(changed.image.properties).toEqual({ tier: "silver" });
  });

  test("says that data is too large, and what that means", async () => {
    const images = await cloud.manager();
    const spec = specOf({ source: { file: await temporaryFile(randomData(200_000)) } });
    expect(await rejectionOf(images.apply(spec))).toMatchObject({
      name: "HttpError",
      code: "ERR_HTTP_QUOTA",
      status: 413,
      message: expect.stringContaining("more than the cloud takes in one image"),
    });
  });
});

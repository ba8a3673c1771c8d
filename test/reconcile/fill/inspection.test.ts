/** Data that isn't what its spec says, or is unsafe, never becomes an image. */
import { describe, expect, it } from "vitest";
import { ImageManager, type ImageSpecInput } from "../../../src/index.ts";
import { inChunks } from "../../support/bytes.ts";
import { fixedVhd, qcow2, vmdk, vmdkFooter } from "../../transfer/inspect/images.ts";
import { cloud, failureOf, imagesOf, onlyImage, recorded, specOf } from "../support/cloud.ts";

const data = (image: Buffer) => ({ open: () => inChunks(image, 10_000), size: image.length });
const UNSAFE = qcow2({ backingFile: "/etc/passwd" });

const wrong: readonly (readonly [what: string, fields: Partial<ImageSpecInput>, code: string])[] = [
  ["of another format", { diskFormat: "vmdk", source: data(qcow2()) }, "ERR_FORMAT_MISMATCH"],
  ["that is unsafe", { diskFormat: "qcow2", source: data(UNSAFE) }, "ERR_FORMAT_UNSAFE"],
  ["that is unsafe and declared raw", { diskFormat: "raw", source: data(UNSAFE) }, "ERR_FORMAT_UNSAFE"],
  [
    "that is too large",
    { diskFormat: "qcow2", source: data(qcow2({ sizeBytes: 2n ** 40n })), minDiskGb: 5 },
    "ERR_SPEC_INVALID",
  ],
];

describe("data", () => {
  it.each(wrong)("%s is refused before an image is made", async (_what, fields, code) => {
    const backend = recorded();
    const images = new ImageManager(backend);
    expect(await failureOf(images.apply(specOf(fields)))).toMatchObject({ code });
    expect(backend.takeWrites()).toEqual([]);
  });

  it.each(wrong.slice(0, 3))("%s is taken when inspection is off", async (_what, fields) => {
    const backend = cloud();
    await new ImageManager(backend, { inspection: "off" }).apply(specOf(fields));
    expect(await onlyImage(backend)).toMatchObject({ status: "active", diskFormat: fields.diskFormat });
  });

  it("whose end is wrong leaves no image", async () => {
    const backend = cloud();
    const source = data(vmdk({ footer: vmdkFooter((footer) => footer.fill(1)) }));
    const applied = new ImageManager(backend).apply(specOf({ diskFormat: "vmdk", source }));
    expect(await failureOf(applied)).toMatchObject({ code: "ERR_FORMAT_UNSAFE", detected: "vmdk" });
    expect(await imagesOf(backend)).toEqual([]);
  });

  it("whose end is right is an image", async () => {
    const backend = cloud();
    const source = data(fixedVhd(Buffer.alloc(100_000)));
    await new ImageManager(backend).apply(specOf({ diskFormat: "vhd", source }));
    expect(await onlyImage(backend)).toMatchObject({ status: "active", diskFormat: "vhd" });
  });

  it("is held against the format of the image that it fills, where the spec declares none", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    await images.apply({ name: "debian", containerFormat: "bare", diskFormat: "vdi" });
    backend.takeWrites();
    const applied = images.apply({ name: "debian", source: data(qcow2()) });
    expect(await failureOf(applied)).toMatchObject({ code: "ERR_FORMAT_MISMATCH", declared: "vdi" });
    expect(backend.takeWrites()).toEqual([]);
  });

  it("is refused before the old image is deleted, where that comes first", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    await images.apply(specOf({ diskFormat: "qcow2", source: data(qcow2()) }));
    backend.takeWrites();
    const plan = await images.plan(specOf({ diskFormat: "vdi", source: data(UNSAFE) }), {
      onReplace: "delete-first",
    });
    expect(await failureOf(images.apply(plan))).toMatchObject({ code: "ERR_FORMAT_MISMATCH" });
    expect(backend.takeWrites()).toEqual([]);
  });

  it("is held against the format of the image that it replaces, where the spec declares none", async () => {
    const backend = recorded();
    const images = new ImageManager(backend);
    await images.apply(specOf({ diskFormat: "qcow2", source: data(qcow2()) }));
    backend.takeWrites();
    const applied = images.apply({ name: "debian", source: data(vmdk()) });
    expect(await failureOf(applied)).toMatchObject({ code: "ERR_FORMAT_MISMATCH", declared: "qcow2" });
    expect(backend.takeWrites()).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { type Backend, ImageManager, type ImageSpecInput, reconcile } from "../../../src/index.ts";
import { cloud, failureOf, imagesOf, recorded, specOf } from "../support/cloud.ts";

describe("what the backend can't do is known at plan time, by the path of its field", () => {
  it.each<[string, Partial<ImageSpecInput>]>([
    ["source.webDownload", { source: { webDownload: "https://example.org/a" } }],
    ["source.volumeId", { source: { volumeId: "v" } }],
    ["source.object", { source: { object: "b:k" } }],
    ["source.imageId", { source: { imageId: "i", region: "elsewhere" } }],
    ["decompress", { source: { webDownload: "https://example.org/a.gz" }, decompress: true }],
  ])("%s", async (capability, fields) => {
    const backend = recorded();
    const images = new ImageManager(backend);
    const expected = { code: "ERR_UNSUPPORTED", backend: "memory", capability };
    await expect(images.plan(specOf(fields))).rejects.toMatchObject(expected);
    await expect(images.apply(specOf(fields))).rejects.toMatchObject(expected);
    await expect(images.apply([specOf({ name: "other" }), specOf(fields)])).rejects.toMatchObject(expected);
    expect(backend.calls).toEqual([]);
  });

  it("also when the plan was made elsewhere", async () => {
    const backend = recorded();
    const plan = reconcile(specOf({ source: { volumeId: "v" } }), undefined);
    await expect(new ImageManager(backend).apply(plan)).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    expect(backend.takeWrites()).toEqual([]);
  });

  it("of members and of data", async () => {
    const { members: _members, ...closed } = cloud();
    const shared = specOf({ visibility: "shared", members: ["p"] });
    await expect(new ImageManager(closed).plan(shared)).rejects.toMatchObject({ capability: "members" });
    const { upload: _upload, ...readOnly } = cloud();
    await expect(new ImageManager(readOnly).plan(specOf())).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "source.open",
    });
    const { download: _download, ...writeOnly } = cloud();
    await expect(new ImageManager(writeOnly).download("i", "file")).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "download",
    });
  });
});

describe("where a cloud", () => {
  const alternative = async (backend: Backend, spec: ImageSpecInput) => {
    const error = await failureOf(new ImageManager(backend).plan(spec));
    expect(error).toMatchObject({ code: "ERR_UNSUPPORTED" });
    return Object(error).alternative;
  };

  it("takes data from this process, that is the advice", async () => {
    expect(await alternative(cloud(), specOf({ source: { object: "b:k" } }))).toBe("use source.url");
  });
  it("makes images of some sources only, these are", async () => {
    const { upload: _upload, ...backend } = cloud();
    const start = () => Promise.reject(new Error("nothing is made"));
    const createFrom = { kinds: ["volumeId", "object"], start } as const;
    expect(await alternative({ ...backend, createFrom }, specOf())).toBe(
      "it makes images of source.volumeId, source.object",
    );
  });
  it("has no members, nothing is wrong with a spec without any, and nothing helps one that has some", async () => {
    const { members: _members, upload: _upload, ...backend } = cloud();
    const start = () => Promise.reject(new Error("nothing is made"));
    const making: Backend = { ...backend, createFrom: { kinds: ["volumeId"], start } };
    const spec = specOf({ source: { volumeId: "v" }, visibility: "shared" });
    expect(await new ImageManager(making).plan(spec)).toMatchObject({ action: "create" });
    expect(await alternative(making, { ...spec, members: ["p"] })).toBeUndefined();
  });
  it("gives ids itself, that is said of one that a spec has", async () => {
    const images = new ImageManager({ ...cloud(), idsAreGivenBy: "cloud" });
    const error = await failureOf(images.plan(specOf({ id: "0d1c2b3a-4444-4555-9666-778899aabbcc" })));
    expect(error).toMatchObject({ code: "ERR_SPEC_INVALID", issues: [{ path: ["id"] }] });
    expect(String(error)).toContain(
      'The spec of "debian" is invalid: id: can\'t be chosen, the cloud gives it: leave it out',
    );
  });
  it("makes no images of volumes, that is told first", async () => {
    const spec = specOf({ source: { volumeId: "v" }, decompress: true, convert: true });
    await expect(new ImageManager(cloud()).plan(spec)).rejects.toMatchObject({
      capability: "source.volumeId",
    });
  });
  it("makes none at all, a source is no help", async () => {
    const { create: _create, ...backend } = cloud();
    const none = "its images are made elsewhere, and only changed here";
    expect(await alternative(backend, specOf())).toBe(none);
    expect(await alternative(backend, specOf({ source: undefined }))).toBe(none);
  });
});

describe("a conversion", () => {
  it("of data that isn't there is none", async () => {
    const spec = specOf({ source: undefined, convert: true, diskFormat: "qcow2" });
    expect(await new ImageManager(cloud()).plan(spec)).toMatchObject({ action: "create" });
  });
  it("to another format than raw is left to a tool, for whatever is behind a URL", async () => {
    const source = { url: "https://example.org/a" };
    const spec = specOf({ source, convert: true, diskFormat: "vmdk" });
    await expect(new ImageManager(cloud()).plan(spec)).rejects.toThrow(
      '"qemu-img convert -O vmdk SOURCE image.vmdk"',
    );
  });
});

it("a spec that is wrong is refused before anything is sent, and so are all beside it", async () => {
  const backend = recorded();
  const images = new ImageManager(backend);
  const wrong = { ...specOf(), minDiskGb: -1 };
  for (const attempt of [
    () => images.plan(wrong),
    () => images.apply(wrong),
    () => images.plan([specOf({ name: "right" }), wrong]),
    () => images.apply([specOf({ name: "right" }), wrong]),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: "ERR_SPEC_INVALID" });
  }
  expect(backend.calls).toEqual([]);
});

it("what is no spec at all is refused like one that is wrong", async () => {
  const images = new ImageManager(cloud());
  for (const input of [undefined, null, "debian", 5]) {
    const anything = input as unknown as ImageSpecInput;
    await expect(images.plan(anything)).rejects.toMatchObject({ code: "ERR_SPEC_INVALID" });
    await expect(images.apply(anything)).rejects.toMatchObject({ code: "ERR_SPEC_INVALID" });
    await expect(images.apply([anything])).rejects.toMatchObject({ code: "ERR_SPEC_INVALID" });
  }
});

it("the schema of the backend is obeyed, too", async () => {
  const backend = recorded();
  const spec = backend.spec.refine(({ tags = [] }) => tags.length < 2, {
    path: ["tags"],
    message: "this cloud has one tag",
  });
  await expect(
    new ImageManager({ ...backend, spec }).plan(specOf({ tags: ["a", "b"] })),
  ).rejects.toMatchObject({
    issues: [{ path: ["tags"], message: "this cloud has one tag" }],
  });
  expect(await imagesOf(backend)).toEqual([]);
});

it("a checksum that can't be computed is refused at plan time", async () => {
  const source = { url: "https://example.org/a", checksum: "nosuch:00ff" };
  await expect(new ImageManager(cloud()).plan(specOf({ source }))).rejects.toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["source", "checksum"], message: "this Node.js can't compute nosuch" }],
  });
});

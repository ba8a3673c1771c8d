/** Images of Huawei Cloud from their first day to their last, through the fake: what is sent, and in which order. */
import { describe, expect, it, onTestFinished } from "vitest";
import { type HuaweiCloudBackend, huaweicloud } from "../../../src/backends/huaweicloud/index.ts";
import { ImageManager, type ImageSpecInput } from "../../../src/index.ts";
import {
  type FakeHuaweiCloud,
  type FakeHuaweiCloudOptions,
  fakeHuaweiCloud,
} from "../../../src/testing/index.ts";
import { chunksOf, someBytes } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { tokenOf } from "../../support/huaweicloud.ts";

const DATA = someBytes(60_000);

const UPLOADED = {
  name: "golden-1.0",
  containerFormat: "bare",
  diskFormat: "raw",
  description: "Made by a test",
  minRamMb: 512,
  minDiskGb: 40,
  visibility: "private",
  protected: false,
  properties: { __os_version: "Ubuntu 22.04 server 64bit", max_ram: "4096", hw_firmware_type: "uefi" },
  tags: ["env=test", "team=a=b"],
  source: { open: () => chunksOf(DATA), size: DATA.length },
} satisfies ImageSpecInput;

const FROM_OBJECT = {
  name: "from-object",
  minDiskGb: 40,
  description: "Of an object",
  properties: { __os_version: "Ubuntu 22.04 server 64bit", is_config: "true" },
  tags: ["env=test"],
  source: { object: "bucket:images/ubuntu.qcow2" },
} satisfies ImageSpecInput;

interface Cloud {
  readonly fake: FakeHuaweiCloud;
  readonly backend: HuaweiCloudBackend;
  readonly images: ImageManager;
  /** What was asked of the cloud since this was asked last. */
  calls(): readonly string[];
}

/** @param access - With a password, image data can be uploaded. */
async function cloud(
  access: "password" | "key" = "password",
  options: FakeHuaweiCloudOptions = {},
): Promise<Cloud> {
  const fake = fakeHuaweiCloud({ namesAreUnique: true, ...options });
  const server = await fake.listen();
  onTestFinished(() => server.close());
  const backend = await huaweicloud(access === "key" ? server.keyOptions() : server.passwordOptions());
  let seen = 0;
  const calls = () => {
    const entries = fake.journal.slice(seen).map(({ method, path }) => `${method} ${shortened(path)}`);
    seen = fake.journal.length;
    return entries;
  };
  return { fake, backend, images: new ImageManager(backend, { cache: false }), calls };
}

function shortened(path: string): string {
  return path
    .replace(/^\/ims(\/[a-z]+-[a-z]+-\d)?/, "")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}/g, "*");
}

describe("an image without data", () => {
  const METADATA = {
    name: "record-1.0",
    containerFormat: "bare",
    diskFormat: "vhd",
    description: "Nothing in it",
    minRamMb: 1024,
    minDiskGb: 100,
    protected: false,
    properties: { __os_version: "Ubuntu 14.04 server 64bit" },
    tags: ["image=imagevalue", "test=testvalue"],
  } satisfies ImageSpecInput;

  it("becomes what the spec says, and is left alone by the same spec", async () => {
    const { images, calls } = await cloud("key");
    const { image } = await images.apply(METADATA);
    const { properties, ...fields } = METADATA;
    expect(image).toMatchObject({ ...fields, status: "queued" });
    expect(image.properties).toMatchObject(properties);
    expect(image.huaweicloud).toMatchObject({
      imageSizeBytes: 0,
      isRegistered: true,
      self: `/v2/images/${image.id}`,
    });
    calls();
    expect((await images.apply(METADATA)).plan).toMatchObject({ action: "none", operations: [] });
    expect(calls().filter((call) => !call.startsWith("GET "))).toEqual([]);
  });

  it("is replaced where its memory is to change, for that waits for data", async () => {
    const { images } = await cloud("key", { deletionReads: 1 });
    const { image } = await images.apply(METADATA);
    const other = { ...METADATA, minRamMb: 2048 };
    await expect(images.plan(other)).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      alternative: expect.stringMatching(/a change of minRamMb.*delete-first/),
    });
    const plan = await images.plan(other, { onReplace: "delete-first" });
    expect(plan).toMatchObject({ action: "replace", replaces: ["minRamMb"] });
    const { image: after } = await images.apply(plan);
    expect(after.id).not.toBe(image.id);
    expect(after).toMatchObject({ minRamMb: 2048, minDiskGb: 100, description: "Nothing in it" });
    expect(await images.plan(other)).toMatchObject({ action: "none" });
  });

  it("can't be given memory at most, neither when it is made nor later", async () => {
    const { images } = await cloud("key");
    await images.apply(METADATA);
    const other = { ...METADATA, properties: { ...METADATA.properties, max_ram: "4096" } };
    await expect(images.plan(other, { onReplace: "delete-first" })).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["properties", "max_ram"] }],
    });
  });

  it("may be the record of an ISO", async () => {
    const { fake, backend, images } = await cloud("key");
    fake.addObject("bucket:debian.iso", DATA);
    const { image } = await images.apply({ name: "iso", diskFormat: "iso" });
    expect(await backend.registerObject(image.id, "bucket:debian.iso")).toMatchObject({
      diskFormat: "iso",
      status: "active",
    });
  });
});

describe("an image that is uploaded", () => {
  it("becomes what the spec says, in whatever order the cloud takes it", async () => {
    const { images } = await cloud();
    const { image } = await images.apply(UPLOADED);
    const { source: _source, properties, ...fields } = UPLOADED;
    expect(image).toMatchObject({ ...fields, status: "active" });
    expect(image.properties).toMatchObject(properties);
    expect(image.huaweicloud).toMatchObject({
      osVersion: "Ubuntu 22.04 server 64bit",
      osType: "Linux",
      platform: "Ubuntu",
      osBit: "64",
      maxRamMb: 4096,
      hwFirmwareType: "uefi",
      imageSizeBytes: DATA.length,
      virtualEnvType: "FusionCompute",
      supportKvm: true,
      imageType: "private",
    });
    expect(image.checksum).toBeUndefined();
  });

  it("is left alone by the same spec", async () => {
    const { images, calls } = await cloud();
    await images.apply(UPLOADED);
    calls();
    const { plan } = await images.apply(UPLOADED);
    expect(plan).toMatchObject({ action: "none", operations: [], content: "unknown" });
    expect(calls().filter((call) => !call.startsWith("GET "))).toEqual([]);
  });

  it("is left alone by a spec without what the cloud added", async () => {
    const { images } = await cloud();
    const { properties: _properties, ...spec } = UPLOADED;
    await images.apply({ ...spec, properties: {} });
    expect(await images.plan({ ...spec, properties: {} })).toMatchObject({ action: "none" });
  });

  it("is changed by one PATCH, and nothing is sent that stays", async () => {
    const { images, calls } = await cloud();
    const { image } = await images.apply(UPLOADED);
    calls();
    const changed = { ...UPLOADED, description: "Another", minRamMb: 8192 };
    const { image: after } = await images.apply({
      ...changed,
      properties: { ...UPLOADED.properties, max_ram: "16384" },
    });
    expect(after.id).toBe(image.id);
    expect(after).toMatchObject({ description: "Another", minRamMb: 8192, properties: { max_ram: "16384" } });
    expect(calls().filter((call) => !call.startsWith("GET "))).toEqual(["PATCH /v2/cloudimages/*"]);
  });

  it("is told when a spec wants what only a new image has", async () => {
    const { images } = await cloud();
    const { image } = await images.apply(UPLOADED);
    const other = {
      ...UPLOADED,
      minDiskGb: 50,
      properties: { ...UPLOADED.properties, __os_version: "Debian 12.0.0 64bit" },
    };
    await expect(images.plan(other)).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      alternative: expect.stringMatching(/a change of minDiskGb, properties.__os_version.*delete-first/),
    });
    const plan = await images.plan(other, { onReplace: "delete-first" });
    expect(plan).toMatchObject({
      action: "replace",
      replaces: ["minDiskGb", "properties.__os_version"],
    });
    const { image: after } = await images.apply(plan, { source: other.source });
    expect(after?.id).not.toBe(image.id);
    expect(after).toMatchObject({ minDiskGb: 50, tags: ["env=test", "team=a=b"] });
    expect(after?.properties).toMatchObject({ __os_version: "Debian 12.0.0 64bit", max_ram: "4096" });
    expect(await images.get(image.id)).toBeUndefined();
    expect(await images.plan(other)).toMatchObject({ action: "none" });
  });

  it("is renamed in place", async () => {
    const { images } = await cloud();
    const { image } = await images.apply(UPLOADED);
    const plan = await images.plan({ ...UPLOADED, name: "golden-1.1" }, { id: image.id });
    const { image: after } = await images.apply(plan, { source: UPLOADED.source });
    expect(after).toMatchObject({ id: image.id, name: "golden-1.1" });
  });

  it("that was left without data is filled, and then changed as only an image with data is", async () => {
    const { backend, images } = await cloud();
    const { name, containerFormat, diskFormat, minDiskGb, properties } = UPLOADED;
    const { __os_version } = properties;
    const record = await backend.create({
      id: "",
      name,
      containerFormat,
      diskFormat,
      minDiskGb,
      properties: { __os_version },
    });
    const { image, plan } = await images.apply(UPLOADED);
    expect(plan).toMatchObject({ action: "update", content: "changed" });
    expect(image).toMatchObject({ id: record.id, status: "active", minRamMb: 512 });
    expect(image.properties).toMatchObject({ max_ram: "4096", hw_firmware_type: "uefi" });
  });

  it("can't be given memory at most without data, which is said before anything is sent", async () => {
    const { images, calls } = await cloud("key");
    calls();
    const spec = { name: "record", properties: { max_ram: "4096" } };
    await expect(images.plan(spec)).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["properties", "max_ram"] }],
    });
    expect(calls().filter((call) => !call.startsWith("GET "))).toEqual([]);
  });

  it("that is protected stays so, and is not replaced", async () => {
    const { images } = await cloud();
    const { image } = await images.apply({ ...UPLOADED, protected: true });
    const plan = await images.plan({ ...UPLOADED, protected: false }, { onReplace: "delete-first" });
    expect(plan).toMatchObject({ action: "replace", replaces: ["protected"] });
    await expect(images.apply(plan, { source: UPLOADED.source })).rejects.toMatchObject({
      code: "ERR_HTTP_FORBIDDEN",
    });
    await expect(images.destroy(image.id)).rejects.toMatchObject({ code: "ERR_IMAGE_PROTECTED" });
    const error = await rejectionOf(images.destroy(image.id, { force: true }));
    expect(error).toMatchObject({ code: "ERR_HTTP_FORBIDDEN" });
    expect(String(error)).toMatch(/is protected for good.*only its console/);
    expect(await images.get(image.id)).toMatchObject({ status: "active", protected: true });
  });

  it("is destroyed, and the call ends when the cloud has forgotten it", async () => {
    const { images } = await cloud("password", { deletionReads: 2 });
    const { image } = await images.apply(UPLOADED);
    await images.destroy(image.id);
    expect(await images.get(image.id)).toBeUndefined();
  });
});

describe("a change of tags", () => {
  it("adds first and deletes then, in two calls between reads", async () => {
    const { images, calls } = await cloud();
    const { image } = await images.apply(UPLOADED);
    calls();
    const tags = ["env=prod", "owner="];
    const { image: after } = await images.apply({ ...UPLOADED, tags });
    expect(after.tags).toEqual(tags);
    const ours = calls();
    expect(ours.slice(ours.indexOf("POST /v2/*/images/*/tags/action") - 1)).toEqual([
      "GET /v2/cloudimages?id=*",
      "POST /v2/*/images/*/tags/action",
      "POST /v2/*/images/*/tags/action",
      "GET /v2/cloudimages?id=*",
      "GET /v2/cloudimages?id=*",
    ]);
    expect(ours.filter((call) => call.startsWith("PATCH "))).toEqual([]);
    expect(image.id).toBe(after.id);
  });

  it("keeps what was there when its second call fails, and says what was done", async () => {
    const { fake, backend, images } = await cloud();
    const { image } = await images.apply(UPLOADED);
    const operations = [
      { kind: "tag", op: "add", tag: "new=1" },
      { kind: "tag", op: "delete", tag: "env=test" },
      { kind: "attribute", op: "update", name: "description", from: null, to: "Another" },
    ] as const;
    // What is added is there already: the call that fails is the one that deletes.
    await backend.update(image.id, operations.slice(0, 1));
    fake.failNext({ status: 500, path: /tags\/action$/ });
    const error = await rejectionOf(backend.update(image.id, operations));
    expect(error).toMatchObject({ code: "ERR_HTTP_STATUS" });
    expect(String(error)).toContain("it is about without the tags env; changed before: __description");
    expect((await images.get(image.id))?.tags).toEqual(["env=test", "new=1", "team=a=b"]);
    const { tags, description } = await backend.update(image.id, operations);
    expect(tags).toEqual(["new=1", "team=a=b"]);
    expect(description).toBe("Another");
  });

  it("takes as many away first as are in the way of ten", async () => {
    const { images, calls } = await cloud();
    const ten = Array.from({ length: 10 }, (_, index) => `key${index}=1`);
    await images.apply({ ...UPLOADED, tags: ten });
    const others = ten.map((tag, index) => (index < 3 ? `new${index}=1` : tag.replace("1", "2"))).sort();
    calls();
    const { image } = await images.apply({ ...UPLOADED, tags: others });
    expect(image.tags).toEqual(others);
    // Three are deleted, and all others set: nothing is left to delete then.
    expect(calls().filter((call) => !call.startsWith("GET "))).toEqual([
      "POST /v2/*/images/*/tags/action",
      "POST /v2/*/images/*/tags/action",
    ]);
  });
});

describe("an image of an object", () => {
  it("becomes what the spec says, without a byte by this process", async () => {
    const { fake, images, calls } = await cloud("key", { jobPolls: 2 });
    fake.addObject(FROM_OBJECT.source.object, DATA);
    calls();
    const { image } = await images.apply(FROM_OBJECT);
    const { source, properties, ...fields } = FROM_OBJECT;
    expect(image).toMatchObject({ ...fields, status: "active" });
    expect(image.properties).toMatchObject({ __os_version: properties.__os_version, type: "ECS" });
    expect(image.huaweicloud?.dataOrigin).toBe(`file,${source.object}`);
    expect(calls().filter((call) => !call.startsWith("GET "))).toEqual(["POST /v2/cloudimages/action"]);
    expect(await images.plan(FROM_OBJECT)).toMatchObject({ action: "none" });
  });

  it.each([
    ["a data disk", { type: "DataImage" }, "POST /v1/cloudimages/dataimages/action", "DataImage"],
    [
      "an ISO",
      { type: "IsoImage", __os_version: "Debian 12.0.0 64bit" },
      "POST /v1/cloudimages/dataimages/action",
      "IsoImage",
    ],
    [
      "a system disk, quickly",
      { is_quick_import: "true", __os_version: "Debian 12.0.0 64bit", hw_firmware_type: "uefi" },
      "POST /v2/cloudimages/quickimport/action",
      "FusionCompute",
    ],
    [
      "a data disk, quickly",
      { is_quick_import: "true", type: "DataImage" },
      "POST /v2/cloudimages/quickimport/action",
      "DataImage",
    ],
  ])("may be %s", async (_what, properties, call, virtualEnvType) => {
    const { fake, images, calls } = await cloud("key");
    fake.addObject("bucket:disk", DATA);
    calls();
    const spec = { name: "disk", minDiskGb: 40, properties, source: { object: "bucket:disk" } };
    const { image } = await images.apply(spec);
    expect(image.huaweicloud?.virtualEnvType).toBe(virtualEnvType);
    expect(calls().filter((each) => !each.startsWith("GET "))).toEqual([call]);
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
  });

  it("tells a replacement once more what nothing shows", async () => {
    const { fake, images } = await cloud("key");
    fake.addObject(FROM_OBJECT.source.object, DATA);
    await images.apply(FROM_OBJECT);
    const plan = await images.plan({ ...FROM_OBJECT, minDiskGb: 50 }, { onReplace: "delete-first" });
    expect(plan.operations).toContainEqual({ kind: "property", op: "add", name: "is_config", to: "true" });
  });

  it("is made once, though the answer to its creation was lost", async () => {
    const { fake, images } = await cloud("key");
    fake.addObject(FROM_OBJECT.source.object, DATA);
    fake.failNext({ status: 502, method: "POST", path: /action$/ });
    await images.apply(FROM_OBJECT);
    expect(await Array.fromAsync(images.list({ owner: fake.projectId() }))).toHaveLength(1);
  });

  it("may take the place of an old one, where the old one goes first", async () => {
    const { fake, images } = await cloud("key");
    fake.addObject(FROM_OBJECT.source.object, DATA);
    await images.apply(FROM_OBJECT);
    const other = { ...FROM_OBJECT, minDiskGb: 50 };
    await expect(images.plan(other)).rejects.toMatchObject({ code: "ERR_UNSUPPORTED" });
    const { image } = await images.apply(await images.plan(other, { onReplace: "delete-first" }));
    expect(image).toMatchObject({ minDiskGb: 50, description: "Of an object", status: "active" });
    expect(await images.plan(other)).toMatchObject({ action: "none" });
  });

  it("leaves nothing when its job fails, and says why", async () => {
    const { fake, images } = await cloud("key");
    fake.addObject(FROM_OBJECT.source.object, DATA);
    fake.failJobs({ code: "IMG.0057", reason: "The image file is damaged." });
    const error = await rejectionOf(images.apply(FROM_OBJECT));
    expect(error).toMatchObject({ code: "ERR_IMAGE_FAILED" });
    expect(String(error)).toContain("The image file is damaged. (IMG.0057)");
    expect(await Array.fromAsync(images.list({ owner: fake.projectId() }))).toEqual([]);
  });
});

describe("an image of a volume, of an image, of a server", () => {
  it("is made of a volume, as a system or a data disk", async () => {
    const { fake, images } = await cloud("key");
    const volumeId = fake.addVolume({ data: DATA });
    const system = {
      name: "system",
      properties: { __os_version: "Debian 12.0.0 64bit" },
      source: { volumeId },
    };
    const data = { name: "data", properties: { type: "DataImage" }, tags: ["a=1"], source: { volumeId } };
    expect((await images.apply(system)).image).toMatchObject({ status: "active", minDiskGb: 40 });
    const { image } = await images.apply({ ...data, minRamMb: 256 });
    expect(image).toMatchObject({ tags: ["a=1"], minRamMb: 256, properties: { type: "DataImage" } });
    for (const spec of [system, data]) expect(await images.plan(spec)).toMatchObject({ action: "none" });
  });

  it("is a copy, with tags of its own", async () => {
    const { images } = await cloud();
    const { image: original } = await images.apply(UPLOADED);
    const spec = { name: "copy", description: "A copy", tags: ["a=1"], source: { imageId: original.id } };
    const { image } = await images.apply(spec);
    expect(image).toMatchObject({ description: "A copy", tags: ["a=1"], minDiskGb: 40 });
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
  });

  it("is a copy of an image of another region", async () => {
    const { fake, backend, images } = await cloud("key");
    const server = await fake.listen();
    onTestFinished(() => server.close());
    const there = await huaweicloud(server.passwordOptions("demo", "ap-southeast-1"));
    const { image: original } = await new ImageManager(there).apply(UPLOADED);
    const spec = {
      name: "copy",
      tags: ["a=1"],
      properties: { agency_name: "ims_admin_agency" },
      source: { imageId: original.id, region: "ap-southeast-1" },
    };
    const { image } = await images.apply(spec);
    expect(image).toMatchObject({ region: backend.region, status: "active", tags: ["a=1"] });
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
  });

  it("is a copy in the enterprise project of the options, also of another region's image", async () => {
    const project = "2e2b4a4e-2d1d-4a57-9c68-1d2d4b1d8f0e";
    const fake = fakeHuaweiCloud({ enterpriseProjects: [project] });
    const server = await fake.listen();
    onTestFinished(() => server.close());
    const here = await huaweicloud({ ...server.passwordOptions(), enterpriseProjectId: project });
    const there = await huaweicloud(server.passwordOptions("demo", "ap-southeast-1"));
    for (const [backend, source, properties] of [
      [here, {}, {}],
      [there, { region: "ap-southeast-1" }, { agency_name: "ims_admin_agency" }],
    ] as const) {
      const { image: original } = await new ImageManager(backend).apply(UPLOADED);
      const spec = {
        name: `copy-of-${original.region}`,
        properties,
        source: { ...source, imageId: original.id },
      };
      const { image } = await new ImageManager(here).apply(spec);
      expect(image.huaweicloud?.enterpriseProjectId).toBe(project);
    }
  });

  it("is no copy of another region where it can't be put into the enterprise project", async () => {
    const fake = fakeHuaweiCloud();
    const server = await fake.listen();
    onTestFinished(() => server.close());
    const there = await huaweicloud(server.passwordOptions("demo", "ap-southeast-1"));
    const { image: original } = await new ImageManager(there).apply(UPLOADED);
    const enterpriseProjectId = "2e2b4a4e-2d1d-4a57-9c68-1d2d4b1d8f0e";
    const images = new ImageManager(await huaweicloud({ ...server.keyOptions(), enterpriseProjectId }));
    const spec = {
      name: "copy",
      properties: { agency_name: "ims_admin_agency" },
      source: { imageId: original.id, region: "ap-southeast-1" },
    };
    await expect(images.apply(spec)).rejects.toMatchObject({ code: "ERR_HTTP_NOT_FOUND" });
    expect(await Array.fromAsync(images.list({ name: "copy" }))).toEqual([]);
  });

  it("is made of a server", async () => {
    const { fake, backend } = await cloud("key");
    const server = fake.addServer();
    const image = await backend.createFromServer({ name: "of-server", tags: ["a=1"] }, server);
    expect(image).toMatchObject({ name: "of-server", status: "active", tags: ["a=1"] });
    expect(image.huaweicloud?.dataOrigin).toBe(`instance,${server}`);
    await expect(
      backend.createFromServer({ name: "again" }, fake.addServer({ isRunning: true })),
    ).rejects.toMatchObject({ code: "ERR_HTTP_CONFLICT" });
    await expect(backend.createFromServer({ name: "none" }, "none")).rejects.toMatchObject({
      code: "ERR_HTTP_NOT_FOUND",
    });
  });

  it("is made of a server with what that takes, and nothing is left out", async () => {
    const { fake, backend, calls } = await cloud("key");
    const server = fake.addServer();
    calls();
    const properties = { __os_version: "Debian 12.0.0 64bit", hw_firmware_type: "uefi", max_ram: "2048" };
    const wrong: object = { name: "wrong", minDiskGb: 40, members: ["p"], properties };
    const spec: Parameters<HuaweiCloudBackend["createFromServer"]>[0] = { name: "wrong", ...wrong };
    await expect(backend.createFromServer(spec, server)).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [
        { path: ["minDiskGb"] },
        { path: ["members"] },
        { path: ["properties", "__os_version"] },
        { path: ["properties", "hw_firmware_type"] },
      ],
    });
    expect(calls()).toEqual([]);
    const image = await backend.createFromServer(
      { name: "right", description: "Of a server", minRamMb: 512, properties: { max_ram: "2048" } },
      server,
    );
    expect(image).toMatchObject({
      description: "Of a server",
      minRamMb: 512,
      properties: { max_ram: "2048" },
    });
  });
});

describe("what the backend does beyond the contract", () => {
  it("registers an object as the data of an image, and exports that again", async () => {
    const { fake, backend } = await cloud("key", { jobPolls: 1 });
    fake.addObject("bucket:disk.qcow2", DATA);
    const { id } = await backend.create({ id: "", name: "registered", diskFormat: "qcow2" });
    expect(await backend.registerObject(id, "bucket:disk.qcow2")).toMatchObject({ id, status: "active" });
    await backend.exportImage(id, { object: "bucket:out.vhd", format: "vhd" });
    await backend.exportImage(id, { object: "bucket:out.zvhd2", quick: true });
    expect(fake.object("bucket:out.vhd")).toEqual(Uint8Array.from(DATA));
    expect(fake.object("bucket:out.zvhd2")).toEqual(Uint8Array.from(DATA));
    await expect(backend.exportImage(id, { object: "bucket:x" })).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["format"] }],
    });
  });

  it("moves images to an enterprise project, by a call and by a property", async () => {
    const project = "2e2b4a4e-2d1d-4a57-9c68-1d2d4b1d8f0e";
    const { backend, images } = await cloud("password", { enterpriseProjects: [project] });
    const spec = { ...UPLOADED, properties: { ...UPLOADED.properties, enterprise_project_id: project } };
    const { image } = await images.apply(spec);
    expect(image.huaweicloud?.enterpriseProjectId).toBe(project);
    expect(await images.plan(spec)).toMatchObject({ action: "none" });
    await backend.setEnterpriseProject(image.id, "0");
    expect((await images.get(image.id))?.properties).toMatchObject({ enterprise_project_id: "0" });
    expect((await images.apply(spec)).plan).toMatchObject({ action: "update" });
  });

  it("makes images in the enterprise project of the options", async () => {
    const project = "2e2b4a4e-2d1d-4a57-9c68-1d2d4b1d8f0e";
    const fake = fakeHuaweiCloud({ enterpriseProjects: [project] });
    const server = await fake.listen();
    onTestFinished(() => server.close());
    const backend = await huaweicloud({ ...server.passwordOptions(), enterpriseProjectId: project });
    fake.addObject(FROM_OBJECT.source.object, DATA);
    for (const spec of [UPLOADED, FROM_OBJECT]) {
      const { image } = await new ImageManager(backend).apply(spec);
      expect(image.huaweicloud?.enterpriseProjectId).toBe(project);
    }
  });

  it("shares images, whose visibility stays private to specs", async () => {
    const { fake, images } = await cloud();
    const members = [fake.projectId("other")];
    const { image } = await images.apply({ ...UPLOADED, members });
    expect(image).toMatchObject({ visibility: "private", members });
    expect(await images.plan({ ...UPLOADED, members })).toMatchObject({ action: "none" });
    const server = await fake.listen();
    onTestFinished(() => server.close());
    const theirs = new ImageManager(await huaweicloud(server.keyOptions("other")));
    expect(await Array.fromAsync(theirs.list({ memberStatus: "pending" }))).toMatchObject([
      { id: image.id, visibility: "shared" },
    ]);
    await (await huaweicloud(server.keyOptions("other"))).members.setStatus(image.id, "accepted");
    expect(await Array.fromAsync(theirs.list({ visibility: "shared" }))).toMatchObject([{ id: image.id }]);
  });

  it("lets those that an image is shared with answer, and take their answer back", async () => {
    const { fake, images } = await cloud("password", { jobPolls: 1 });
    const other = fake.projectId("other");
    const { image } = await images.apply({ ...UPLOADED, members: [other] });
    const server = await fake.listen();
    onTestFinished(() => server.close());
    const theirs = new ImageManager(await huaweicloud(server.keyOptions("other")));
    for (const status of ["accepted", "rejected", "pending"] as const) {
      await (await huaweicloud(server.keyOptions("other"))).members.setStatus(image.id, status);
      expect(await (await huaweicloud(server.keyOptions())).members.statuses(image.id)).toMatchObject([
        { project: other, status },
      ]);
      expect(await Array.fromAsync(theirs.list({ memberStatus: status }))).toMatchObject([{ id: image.id }]);
    }
    const { plan } = await images.apply({ ...UPLOADED, members: [] });
    expect(plan.operations).toEqual([{ kind: "member", op: "delete", project: other }]);
    expect(await theirs.get(image.id)).toBeUndefined();
    expect(await images.plan({ ...UPLOADED, members: [] })).toMatchObject({ action: "none" });
  });

  it("says how data could be sent where a key alone can't", async () => {
    const { images } = await cloud("key");
    const { source: _source, ...spec } = UPLOADED;
    for (const [capability, source] of [
      ["source.open", UPLOADED.source],
      ["source.file", { file: "golden.raw" }],
      ["source.url", { url: "https://example.org/golden.raw" }],
    ] as const)
      await expect(images.plan({ ...spec, source })).rejects.toMatchObject({
        code: "ERR_UNSUPPORTED",
        capability,
        alternative: expect.stringMatching(/give auth.*source\.object/),
      });
  });

  it("says how data could be got, for nothing is downloaded", async () => {
    const { images } = await cloud();
    const { image } = await images.apply(UPLOADED);
    await expect(images.download(image.id, "golden.raw")).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      alternative: expect.stringContaining("exportImage"),
    });
  });

  it("uploads with a token that was given, and with a password beside a key", async () => {
    const fake = fakeHuaweiCloud();
    const server = await fake.listen();
    onTestFinished(() => server.close());
    const password = server.passwordOptions();
    const token = await tokenOf(password);
    for (const [name, options] of [
      ["by-token", { ...password, auth: { token } }],
      ["by-both", { ...server.keyOptions(), auth: password.auth }],
    ] as const) {
      const images = new ImageManager(await huaweicloud(options), { cache: false });
      const { image } = await images.apply({ ...UPLOADED, name });
      expect(image).toMatchObject({ name, status: "active", sizeBytes: DATA.length });
    }
  });

  it("waits no longer than its options say", async () => {
    const fake = fakeHuaweiCloud({ jobMs: 60_000, deletionMs: 60_000 });
    const server = await fake.listen();
    onTestFinished(() => server.close());
    const limits = { jobTimeoutMs: 1, deletionTimeoutMs: 1 };
    const backend = await huaweicloud({ ...server.keyOptions(), ...limits });
    fake.addObject(FROM_OBJECT.source.object, DATA);
    const error = await rejectionOf(new ImageManager(backend).apply(FROM_OBJECT));
    expect(error).toMatchObject({ code: "ERR_IMAGE_TIMEOUT", retryable: true });
    const { id } = await backend.create({ id: "", name: "kept" });
    expect(await rejectionOf(backend.delete(id))).toMatchObject({ code: "ERR_IMAGE_TIMEOUT", imageId: id });
  });
});

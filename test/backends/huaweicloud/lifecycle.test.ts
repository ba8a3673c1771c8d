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
  const backend = await huaweicloud(access === "key" ? server.options() : server.passwordOptions());
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
    const { images } = await cloud();
    const ten = Array.from({ length: 10 }, (_, index) => `key${index}=1`);
    await images.apply({ ...UPLOADED, tags: ten });
    const others = ten.map((tag, index) => (index < 3 ? `new${index}=1` : tag.replace("1", "2"))).sort();
    const { image } = await images.apply({ ...UPLOADED, tags: others });
    expect(image.tags).toEqual(others);
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

  it("is made of a server", async () => {
    const { fake, backend } = await cloud("key");
    const server = fake.addServer();
    const image = await backend.createFromServer({ name: "of-server", tags: ["a=1"] }, server);
    expect(image).toMatchObject({ name: "of-server", status: "active", tags: ["a=1"] });
    expect(image.huaweicloud?.dataOrigin).toBe(`instance,${server}`);
    await expect(
      backend.createFromServer({ name: "again" }, fake.addServer({ isRunning: true })),
    ).rejects.toMatchObject({ code: "ERR_HTTP_CONFLICT" });
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
    const theirs = new ImageManager(await huaweicloud(server.options("other")));
    expect(await Array.fromAsync(theirs.list({ memberStatus: "pending" }))).toMatchObject([
      { id: image.id, visibility: "shared" },
    ]);
    await (await huaweicloud(server.options("other"))).members.setStatus(image.id, "accepted");
    expect(await Array.fromAsync(theirs.list({ visibility: "shared" }))).toMatchObject([{ id: image.id }]);
  });

  it("says how data could be sent where a key alone can't", async () => {
    const { images } = await cloud("key");
    await expect(images.plan(UPLOADED)).rejects.toMatchObject({
      code: "ERR_UNSUPPORTED",
      capability: "source.open",
      alternative: expect.stringMatching(/give auth.*source\.object/),
    });
  });
});

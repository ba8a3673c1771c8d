/** What IMS answers, and what comes of it: the shapes of its documents, and others that may come. */
import { describe, expect, it } from "vitest";
import { connect } from "../../../src/backends/huaweicloud/connection.ts";
import { type HuaweiCloudBackend, huaweicloudImages } from "../../../src/backends/huaweicloud/images.ts";
import type { Limits } from "../../../src/backends/huaweicloud/requests.ts";
import type { Image } from "../../../src/model/index.ts";
import { rejectionOf } from "../../support/errors.ts";
import { mockNetwork } from "../../support/network.ts";

const IMS = "https://ims.example";
const PROJECT = "0b1e494e2660441a957313163095fe5c";
const ID = "33ad552d-1149-471c-8190-ff6776174a00";
const LIST = `GET ${IMS}/v2/cloudimages`;
const JOB = "b912fb4a4c464b568ecfca1071b21b10";
const JOB_CALL = `GET ${IMS}/v1/${PROJECT}/jobs/${JOB}`;

/** The documents' own example. */
const IMAGE = {
  file: `/v2/images/${ID}/file`,
  owner: PROJECT,
  id: ID,
  size: 2,
  self: `/v2/images/${ID}`,
  schema: "/v2/schemas/image",
  status: "active",
  tags: [],
  visibility: "private",
  name: "ims_test",
  checksum: "99914b932bd37a50b983c5e7c90ae93b",
  hw_vif_multiqueue_enabled: "true",
  protected: false,
  container_format: "bare",
  min_ram: 0,
  updated_at: "2015-12-08T02:30:49Z",
  __os_bit: "64",
  __os_version: "Ubuntu 14.04 server 64bit",
  __description: "ims test",
  disk_format: "vhd",
  __isregistered: "true",
  __platform: "Ubuntu",
  __os_type: "Linux",
  min_disk: 40,
  virtual_env_type: "FusionCompute",
  __image_source_type: "uds",
  __imagetype: "private",
  created_at: "2015-12-04T09:45:33Z",
  virtual_size: 0,
  __originalimagename: ID,
  __backup_id: "",
  __productcode: "",
  __image_size: "449261568",
  __support_fc_inject: "true",
  __data_origin: null,
  hw_firmware_type: "bios",
};

const page = (...images: readonly object[]) => ({ json: { images } });
const refusal = (code: string, message: string, status = 400) => ({
  status,
  json: { error: { message, code } },
});
const rename = (to: string) => ({ kind: "attribute", op: "update", name: "name", from: null, to }) as const;
const describeAs = (to: string) =>
  ({ kind: "attribute", op: "update", name: "description", from: null, to }) as const;
const maxRam = (to: string) => ({ kind: "property", op: "add", name: "max_ram", to }) as const;

async function backend(limits: Partial<Limits> = {}): Promise<HuaweiCloudBackend> {
  const connection = await connect({
    region: "cn-north-4",
    projectId: PROJECT,
    accessKey: "AK",
    secretKey: "SK",
    endpoints: { ims: IMS, iam: "https://iam.example", eps: "https://eps.example" },
    retry: { limit: 0 },
  });
  return huaweicloudImages(connection, limits);
}

async function listed(images: AsyncIterable<Image>): Promise<readonly string[]> {
  return (await Array.fromAsync(images)).map(({ id }) => id);
}

describe("an image", () => {
  it("is as the documents have it", async () => {
    mockNetwork().expect(LIST, page(IMAGE));
    const image = await (await backend()).get(ID);
    expect(image).toEqual({
      id: ID,
      name: "ims_test",
      status: "active",
      containerFormat: "bare",
      diskFormat: "vhd",
      minDiskGb: 40,
      minRamMb: 0,
      visibility: "private",
      protected: false,
      description: "ims test",
      region: "cn-north-4",
      sizeBytes: 449_261_568,
      owner: PROJECT,
      file: `/v2/images/${ID}/file`,
      schema: "/v2/schemas/image",
      createdAt: "2015-12-04T09:45:33Z",
      updatedAt: "2015-12-08T02:30:49Z",
      tags: [],
      properties: {
        __os_version: "Ubuntu 14.04 server 64bit",
        architecture: "x86",
        hw_firmware_type: "bios",
        os_type: "Linux",
        type: "ECS",
      },
      serverProperties: expect.objectContaining({ __platform: "Ubuntu", __support_fc_inject: "true" }),
      huaweicloud: {
        architecture: "x86",
        imageType: "private",
        imageSizeBytes: 449_261_568,
        imageSourceType: "uds",
        originalImageName: ID,
        osVersion: "Ubuntu 14.04 server 64bit",
        osType: "Linux",
        platform: "Ubuntu",
        osBit: "64",
        virtualEnvType: "FusionCompute",
        hwFirmwareType: "bios",
        hwVifMultiqueueEnabled: true,
        isRegistered: true,
        supportFcInject: true,
        self: `/v2/images/${ID}`,
      },
    });
    // What isn't true is told by the cloud's own names alone.
    expect(image?.serverProperties).toMatchObject({ checksum: IMAGE.checksum, size: "2", virtual_size: "0" });
    expect(image?.checksum).toBeUndefined();
    expect(Object.keys(image ?? {})).not.toContain("raw");
    expect(image?.raw).toMatchObject({ checksum: IMAGE.checksum });
  });

  it("may have nothing but its id and status", async () => {
    const nothing = Object.fromEntries(Object.keys(IMAGE).map((name) => [name, null]));
    mockNetwork().expect(LIST, page({ ...nothing, id: ID, status: "frozen", tags: null }));
    expect(await (await backend()).get(ID)).toMatchObject({
      id: ID,
      status: "frozen",
      name: "",
      tags: [],
      properties: { architecture: "x86" },
    });
  });

  it("may have numbers and truths as texts, or the other way about", async () => {
    const odd = { min_disk: "40", min_ram: "512", protected: "true", __image_size: 7, max_ram: 4096 };
    const flags = { __isregistered: true, __system_support_market: "false", os_shutdown_timeout: "60" };
    mockNetwork().expect(LIST, page({ ...IMAGE, ...odd, ...flags, tags: ["a", "b=1=2", "a="] }));
    expect(await (await backend()).get(ID)).toMatchObject({
      minDiskGb: 40,
      minRamMb: 512,
      protected: true,
      sizeBytes: 7,
      tags: ["a=", "b=1=2"],
      properties: { max_ram: "4096" },
      huaweicloud: {
        isRegistered: true,
        systemSupportMarket: false,
        osShutdownTimeoutSeconds: 60,
        maxRamMb: 4096,
      },
    });
  });

  it.each([
    ["architecture", { __support_arm: "true" }, { architecture: "arm", supportArm: true }],
    ["architecture", { architecture: "arm" }, { architecture: "arm" }],
    ["enterprise_project_id", { enterprise_project_id: "0" }, { enterpriseProjectId: "0" }],
    ["enterprise_project_id", { _sys_enterprise_project_id: "0" }, { enterpriseProjectId: "0" }],
  ])("tells its %s as %j", async (name, fields, details) => {
    mockNetwork().expect(LIST, page({ ...IMAGE, ...fields }));
    const image = await (await backend()).get(ID);
    expect(image?.huaweicloud).toMatchObject(details);
    expect(Object.values(details)).toContain(image?.properties[name]);
  });

  it("tells all that Terraform's image metadata tells", async () => {
    const texts = {
      __os_feature_list: '{"onekey_resetpasswd": "true"}',
      __image_displayname: "Ubuntu",
      __image_location: "ims:image",
      __data_origin: "file,bucket:key",
      __root_origin: "file",
      __sequence_num: "/dev/sda",
      __backup_id: "b",
      __productcode: "p",
      __account_code: "a",
      __system__cmkid: "k",
      __support_xen_gpu_type: "M60_vGPU",
      __support_kvm_gpu_type: "P2V_vGPU",
      __support_agent_list: "hss,ces",
      active_at: "2015-12-04T09:45:33Z",
    };
    const flags = {
      __lazyloading: "True",
      __is_offshelved: "false",
      __support_kvm: "true",
      __support_xen: "true",
      __support_largememory: "true",
      __support_diskintensive: "true",
      __support_highperformance: "true",
      __support_xen_hana: "true",
      __support_kvm_infiniband: "true",
      __support_amd: "true",
      __support_kvm_hi1822_hisriov: "true",
      __support_kvm_hi1822_hivirtionet: "false",
    };
    mockNetwork().expect(
      LIST,
      page({ ...IMAGE, ...texts, ...flags, max_ram: "4096", os_shutdown_timeout: 60 }),
    );
    expect((await (await backend()).get(ID))?.huaweicloud).toMatchObject({
      osFeatureList: texts.__os_feature_list,
      imageDisplayName: "Ubuntu",
      imageLocation: "ims:image",
      dataOrigin: "file,bucket:key",
      rootOrigin: "file",
      sequenceNum: "/dev/sda",
      backupId: "b",
      productCode: "p",
      accountCode: "a",
      cmkId: "k",
      supportXenGpuType: "M60_vGPU",
      supportKvmGpuType: "P2V_vGPU",
      supportAgentList: "hss,ces",
      activeAt: "2015-12-04T09:45:33Z",
      lazyloading: true,
      isOffshelved: false,
      supportKvm: true,
      supportXen: true,
      supportLargememory: true,
      supportDiskintensive: true,
      supportHighperformance: true,
      supportXenHana: true,
      supportKvmInfiniband: true,
      supportAmd: true,
      supportKvmHi1822Hisriov: true,
      supportKvmHi1822Hivirtionet: false,
      maxRamMb: 4096,
      osShutdownTimeoutSeconds: 60,
    });
  });

  it.each([
    ["the list is empty", page()],
    ["the id is none", refusal("IMG.0066", "Image id wrong.")],
  ])("is gone when %s", async (_what, answer) => {
    mockNetwork().expect(LIST, answer);
    expect(await (await backend()).get(ID)).toBeUndefined();
  });

  it("is not what a page of something else says", async () => {
    mockNetwork().expect(LIST, { text: "<html>maintenance</html>" });
    await expect((await backend()).get(ID)).rejects.toMatchObject({ code: "ERR_RESPONSE_INVALID" });
  });
});

describe("a list", () => {
  const other = (id: string) => ({ ...IMAGE, id });

  it("goes on by the last id until a page is empty, and filters by IMS's own names", async () => {
    const network = mockNetwork();
    network.expect(LIST, page(other("a"), other("b")), page(other("c")), page());
    const images = (await backend({ pageSize: 2 })).list({
      owner: PROJECT,
      name: "ims_test",
      status: "active",
      tags: ["plain"],
    });
    expect(await listed(images)).toEqual([]);
    const queries = network.calls.map(({ query }) => Object.fromEntries(query));
    const filters = {
      name: "ims_test",
      status: "active",
      owner: PROJECT,
      __imagetype: "private",
      limit: "2",
    };
    expect(queries).toEqual([filters, { ...filters, marker: "b" }, { ...filters, marker: "c" }]);
  });

  it("begins anew when the image at the end of a page is deleted, and yields each image once", async () => {
    const gone = refusal("IMG.0027", "The image b of the marker does not exist.");
    mockNetwork().expect(LIST, page(other("a"), other("b")), gone, page(other("a"), other("c")), page());
    expect(await listed((await backend()).list({}))).toEqual(["a", "b", "c"]);
  });

  it("ends with an error where the cloud gives the same page again", async () => {
    mockNetwork().expect(LIST, page(other("a")), page(other("a")));
    await expect(listed((await backend()).list({}))).rejects.toMatchObject({ code: "ERR_RESPONSE_INVALID" });
  });

  it.each([
    [{ visibility: "shared" }, [{ __imagetype: "shared" }]],
    [{ visibility: "private" }, [{ __imagetype: "private" }]],
    [{ visibility: "public" }, [{ visibility: "public" }]],
    [{ visibility: "community" }, []],
    [{ hidden: true }, []],
    [{ memberStatus: "pending" }, [{ visibility: "shared", member_status: "pending" }]],
    [
      { memberStatus: "all" },
      ["pending", "accepted", "rejected"].map((status) => ({ visibility: "shared", member_status: status })),
    ],
    [{ id: ["A", "b"] }, [{ id: "a" }, { id: "b" }]],
    [{ tags: ["a=1", "b=2"] }, [{ tag: "a=1" }]],
    [{ properties: { os_type: "Linux", max_ram: "1" } }, [{ __os_type: "Linux" }]],
  ] as const)("of %j asks for %j", async (query, expected) => {
    const network = mockNetwork();
    if (expected.length > 0) network.expect(LIST, ...expected.map(() => page()));
    await listed((await backend()).list(query));
    expect(network.calls.map((call) => Object.fromEntries(call.query))).toEqual(
      expected.map((filters) => ({ ...filters, limit: "500" })),
    );
  });
});

describe("a refusal", () => {
  it.each([
    ["IMG.0027", "ERR_HTTP_NOT_FOUND", 404],
    ["IMG.0144", "ERR_HTTP_NOT_FOUND", 404],
    ["IMG.0028", "ERR_HTTP_FORBIDDEN", 403],
    ["IMG.0047", "ERR_HTTP_FORBIDDEN", 403],
    ["IMG.0009", "ERR_HTTP_CONFLICT", 409],
    ["IMG.0090", "ERR_HTTP_CONFLICT", 409],
    ["IMG.0148", "ERR_HTTP_CONFLICT", 409],
    ["IMG.0170", "ERR_HTTP_CONFLICT", 409],
    ["IMG.0015", "ERR_HTTP_QUOTA", 413],
    ["IMG.0116", "ERR_HTTP_QUOTA", 413],
    ["IMG.0060", "ERR_HTTP_RATE_LIMITED", 429],
    ["IMG.9999", "ERR_HTTP_STATUS", 400],
  ])("%s is %s, and says its code", async (code, expected, status) => {
    mockNetwork().expect(`POST ${IMS}/v2/images`, refusal(code, "No."));
    const error = await rejectionOf((await backend()).create({ id: "", name: "a" }));
    expect(error).toMatchObject({ code: expected, status, retryable: status === 429 });
    expect(String(error)).toContain(code);
  });

  it.each([
    [{ error_code: "APIGW.0302", error_msg: "Not here.", request_id: "r" }, 403, "Not here."],
    [{ code: "IMG.0001", message: "Wrong." }, 400, "Wrong."],
    [{ error: { error_code: "EPS.0004", error_msg: "Unknown." } }, 404, "Unknown."],
    [{ error: null }, 500, "500"],
  ])("may be %j", async (json, status, words) => {
    mockNetwork().expect(`POST ${IMS}/v2/images`, { status, json });
    const error = await rejectionOf((await backend()).create({ id: "", name: "a" }));
    expect(error).toMatchObject({ name: "HttpError", status });
    expect(String(error)).toContain(words);
  });
});

describe("a PATCH", () => {
  const patch = `PATCH ${IMS}/v2/cloudimages/${ID}`;
  const conflict = refusal("IMG.0035", "The attribute conflicts with the existing one.");

  it("is one request with what differs, added or replaced as it was read", async () => {
    const network = mockNetwork();
    network.expect(LIST, page(IMAGE), page({ ...IMAGE, name: "b" }));
    network.expect(patch, { json: { ...IMAGE, name: "b" } });
    await (await backend()).update(ID, [rename("b"), maxRam("4096"), describeAs("ims test")]);
    const [call] = network.calls.filter(({ method }) => method === "PATCH");
    expect(call?.headers["content-type"]).toBe("application/json");
    expect(call?.body).toEqual([
      { op: "add", path: "/max_ram", value: 4096 },
      { op: "replace", path: "/name", value: "b" },
    ]);
  });

  it("is tried the other way where the cloud has an attribute that it doesn't show", async () => {
    const network = mockNetwork();
    network.expect(LIST, page(IMAGE), page(IMAGE), page({ ...IMAGE, max_ram: "4096" }));
    network.expect(patch, conflict, conflict, { json: { ...IMAGE, max_ram: "4096" } });
    const image = await (await backend()).update(ID, [maxRam("4096")]);
    expect(image.properties).toMatchObject({ max_ram: "4096" });
    expect(network.calls.filter(({ method }) => method === "PATCH").map(({ body }) => body)).toEqual([
      [{ op: "add", path: "/max_ram", value: 4096 }],
      [{ op: "add", path: "/max_ram", value: 4096 }],
      [{ op: "replace", path: "/max_ram", value: 4096 }],
    ]);
  });

  it("sends no step again that was kept when another one was refused", async () => {
    const renamed = { ...IMAGE, name: "b" };
    const done = { ...renamed, __description: "c" };
    const network = mockNetwork();
    network.expect(LIST, page(IMAGE), page(renamed), page(renamed), page(done));
    network.expect(patch, conflict, { json: done });
    await (await backend()).update(ID, [rename("b"), describeAs("c")]);
    expect(network.calls.filter(({ method }) => method === "PATCH").map(({ body }) => body)).toEqual([
      [
        { op: "replace", path: "/name", value: "b" },
        { op: "replace", path: "/__description", value: "c" },
      ],
      [{ op: "replace", path: "/__description", value: "c" }],
    ]);
  });

  it("is the cloud's last word where neither way is taken", async () => {
    const network = mockNetwork();
    network.expect(LIST, page(IMAGE), page(IMAGE));
    network.expect(patch, conflict, conflict, conflict);
    const error = await rejectionOf((await backend()).update(ID, [maxRam("1")]));
    expect(String(error)).toContain("IMG.0035");
  });

  it("of an image without data is Glance's own", async () => {
    const queued = { ...IMAGE, status: "queued" };
    const network = mockNetwork();
    network.expect(LIST, page(queued), page({ ...queued, name: "b" }));
    network.expect(`PATCH ${IMS}/v2/images/${ID}`, { json: { ...queued, name: "b" } });
    await (await backend()).update(ID, [rename("b")]);
    expect(network.calls[1]?.headers["content-type"]).toBe("application/openstack-images-v2.1-json-patch");
  });

  it.each([
    ["a field that never changes", { ...IMAGE }, { ...rename("x"), name: "protected" }, "ERR_HTTP_FORBIDDEN"],
    ["memory, before there is data", { ...IMAGE, status: "queued" }, maxRam("1"), "ERR_HTTP_CONFLICT"],
  ])("isn't sent for %s", async (_what, image, operation, code) => {
    mockNetwork().expect(LIST, page(image));
    await expect((await backend()).update(ID, [operation])).rejects.toMatchObject({ code });
  });
});

describe("a job", () => {
  const start = `PUT ${IMS}/v1/cloudimages/${ID}/upload`;
  const started = { json: { job_id: ` ${JOB}` } };
  const job = (status: string, more: object = {}) => ({ json: { job_id: JOB, status, ...more } });

  it("is asked for until it ends, also where its id has spaces and an answer fails", async () => {
    const network = mockNetwork();
    network.expect(start, started);
    network.expect(JOB_CALL, job("INIT"), { status: 503 }, job("RUNNING"), job("SUCCESS"));
    network.expect(LIST, page(IMAGE));
    expect(await (await backend()).registerObject(ID, "bucketname:Centos6.5-disk1.vmdk")).toMatchObject({
      id: ID,
    });
    expect(network.calls[0]?.body).toEqual({ image_url: "bucketname:Centos6.5-disk1.vmdk" });
  });

  it("that fails says why, and which image it was about", async () => {
    const network = mockNetwork();
    network.expect(start, started);
    network.expect(
      JOB_CALL,
      job("FAIL", { error_code: "IMG.0057", fail_reason: "The image file is empty." }),
    );
    const error = await rejectionOf((await backend()).registerObject(ID, "bucket:key"));
    expect(error).toMatchObject({ code: "ERR_IMAGE_FAILED", imageId: ID });
    expect(String(error)).toContain(`The image file is empty. (IMG.0057) [job ${JOB}]`);
  });

  it("that takes too long is no failure", async () => {
    const network = mockNetwork();
    network.expect(start, started);
    network.expect(JOB_CALL, job("RUNNING"));
    const error = await rejectionOf((await backend({ jobTimeoutMs: 50 })).registerObject(ID, "bucket:key"));
    expect(error).toMatchObject({ code: "ERR_IMAGE_TIMEOUT", imageId: ID, retryable: true });
  });

  it("has made its image though that is listed a little later", async () => {
    const network = mockNetwork();
    network.expect(`POST ${IMS}/v2/cloudimages/action`, started);
    network.expect(JOB_CALL, job("SUCCESS", { entities: { image_id: ID } }));
    network.expect(LIST, page(), page(IMAGE));
    const image = { id: "", name: "ims_test", minDiskGb: 40 };
    expect(await (await backend()).createFrom.start(image, { object: "bucket:key" })).toMatchObject({
      id: ID,
    });
  });

  it("whose image is never listed is a failure", async () => {
    const network = mockNetwork();
    network.expect(`POST ${IMS}/v2/cloudimages/action`, started);
    network.expect(JOB_CALL, job("SUCCESS", { entities: { image_id: ID } }));
    network.expect(LIST, page());
    const { createFrom } = await backend({ listLagMs: 1 });
    const image = { id: "", name: "ims_test", minDiskGb: 40 };
    expect(await rejectionOf(createFrom.start(image, { object: "bucket:key" }))).toMatchObject({
      code: "ERR_IMAGE_FAILED",
      imageId: ID,
    });
  });

  it("that tells no image is followed by a look for its name", async () => {
    const network = mockNetwork();
    network.expect(`POST ${IMS}/v2/cloudimages/action`, started);
    network.expect(JOB_CALL, job("SUCCESS", { entities: {} }));
    network.expect(LIST, page(IMAGE));
    const image = { id: "", name: "ims_test", properties: { __os_version: "Debian 12.0.0 64bit" } };
    const made = await (await backend()).createFrom.start(image, { volumeId: "v" });
    expect(made.id).toBe(ID);
    expect(network.calls[0]?.body).toEqual({
      name: "ims_test",
      volume_id: "v",
      os_version: "Debian 12.0.0 64bit",
    });
  });

  it("of a project that the cloud could not share with is a failure", async () => {
    const network = mockNetwork();
    network.expect(`GET ${IMS}/v2/images/${ID}/members`, { json: { members: [] } });
    network.expect(`POST ${IMS}/v1/cloudimages/members`, started);
    const results = [{ image_id: ID, project_id: "p", status: "FAILED" }];
    network.expect(JOB_CALL, job("SUCCESS", { entities: { results } }));
    const error = await rejectionOf((await backend()).members.add(ID, "p"));
    expect(error).toMatchObject({ code: "ERR_IMAGE_FAILED", imageId: ID });
  });

  it("is left alone after an abort", async () => {
    const controller = new AbortController();
    const network = mockNetwork();
    network.expect(start, started);
    network.expect(JOB_CALL, () => {
      controller.abort(new Error("enough"));
      return job("RUNNING");
    });
    const call = (await backend()).registerObject(ID, "bucket:key", { signal: controller.signal });
    await expect(call).rejects.toThrow("enough");
  });
});

describe("a deletion", () => {
  it("that changes nothing, though it was answered, ends with its deadline", async () => {
    const network = mockNetwork();
    network.expect(LIST, page(IMAGE), page(IMAGE));
    network.expect(`DELETE ${IMS}/v2/images/${ID}`, { status: 204 });
    await expect((await backend({ deletionTimeoutMs: 50 })).delete(ID)).rejects.toMatchObject({
      code: "ERR_IMAGE_TIMEOUT",
      imageId: ID,
      status: "active",
    });
  });

  it("of a protected image isn't sent", async () => {
    mockNetwork().expect(LIST, page({ ...IMAGE, protected: true }));
    await expect((await backend()).delete(ID)).rejects.toMatchObject({ code: "ERR_HTTP_FORBIDDEN" });
  });
});

/** The fake Huawei Cloud, as a backend has it: requests and answers, word for word where they are documented. */
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { type FakeHuaweiCloudOptions, fakeHuaweiCloud } from "../../src/testing/index.ts";
import { type Ask, answerOf, askWith, at, fakeThroughMsw, putFile, tokenOf } from "../support/huaweicloud.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const JSON_PATCH = { "content-type": "application/openstack-images-v2.1-json-patch" };

describe("identity", () => {
  it("gives a token for a project, with its end and where the services are", async () => {
    const fake = fakeThroughMsw({ clock: () => new Date("2024-01-15T08:30:00Z") });
    const { auth } = fake.passwordOptions();
    const user = { name: "demo", password: "secret", domain: { name: "demo" } };
    const identity = { methods: ["password"], password: { user } };
    const answer = await post(`${auth.authUrl}/auth/tokens`, {
      auth: { identity, scope: { project: { id: fake.projectId() } } },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("x-subject-token")).toMatch(/^MII/);
    expect(at(answer.body, "token.expires_at")).toBe("2024-01-16T08:30:00.000000Z");
    expect(at(answer.body, "token.project")).toMatchObject({ id: fake.projectId(), name: "cn-north-4" });
    expect(at(answer.body, "token.catalog")).toContainEqual(
      expect.objectContaining({
        type: "ims",
        endpoints: [
          expect.objectContaining({ region: "cn-north-4", url: "http://huaweicloud.fake/ims/cn-north-4" }),
          expect.objectContaining({
            region: "ap-southeast-1",
            url: "http://huaweicloud.fake/ims/ap-southeast-1",
          }),
        ],
      }),
    );
  });

  it("leaves the catalog out where it isn't wanted", async () => {
    const { auth } = fakeThroughMsw().passwordOptions();
    const user = { id: "user-demo", password: "secret" };
    const answer = await post(`${auth.authUrl}/auth/tokens?nocatalog=true`, {
      auth: {
        identity: { methods: ["password"], password: { user } },
        scope: { project: { name: "cn-north-4" } },
      },
    });
    expect(at(answer.body, "token.catalog")).toEqual([]);
  });

  it.each([
    [
      "a wrong password",
      { name: "demo", password: "wrong", domain: { name: "demo" } },
      { name: "cn-north-4" },
    ],
    [
      "another account",
      { name: "demo", password: "secret", domain: { name: "other" } },
      { name: "cn-north-4" },
    ],
    ["no account", { name: "demo", password: "secret" }, { name: "cn-north-4" }],
    ["a project that isn't there", { id: "user-demo", password: "secret" }, { name: "nowhere" }],
  ])("gives none for %s", async (_, user, project) => {
    const { auth } = fakeThroughMsw().passwordOptions();
    const answer = await post(`${auth.authUrl}/auth/tokens`, {
      auth: { identity: { methods: ["password"], password: { user } }, scope: { project } },
    });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 401, title: "Unauthorized" } } });
  });

  it("takes a token until it ends or is withdrawn", async () => {
    let nowMs = Date.now();
    const fake = fakeThroughMsw({ clock: () => new Date(nowMs), tokenLifetimeMs: 1000 });
    const options = fake.passwordOptions();
    const list = async (token: string) =>
      (await fetch(`${options.endpoints.ims}/v2/cloudimages`, { headers: { "x-auth-token": token } })).status;
    const token = await tokenOf(options);
    expect(await list(token)).toBe(200);
    nowMs += 1000;
    expect(await list(token)).toBe(401);
    const next = await tokenOf(options);
    expect(await list(next)).toBe(200);
    fake.expireTokens();
    expect(await list(next)).toBe(401);
  });

  it("takes a token in its own region only, and a key in all", async () => {
    const fake = fakeThroughMsw();
    const token = await tokenOf(fake.passwordOptions());
    const there = fake.keyOptions("demo", "ap-southeast-1");
    const headers = { "x-auth-token": token };
    expect((await fetch(`${there.endpoints.ims}/v2/cloudimages`, { headers })).status).toBe(401);
    expect((await askWith(there)("GET", "/v2/cloudimages")).status).toBe(200);
  });

  it("finds a project by the name of its region", async () => {
    const fake = fakeThroughMsw();
    const { endpoints } = fake.keyOptions();
    const answer = await askWith(fake.keyOptions())(
      "GET",
      `${endpoints.iam}/v3/projects?name=ap-southeast-1`,
    );
    expect(at(answer.body, "projects")).toHaveLength(1);
    expect(at(answer.body, "projects.0.id")).toBe(fake.projectId("demo", "ap-southeast-1"));
  });

  it("refuses a request with nothing, and one for somebody else's project", async () => {
    const fake = fakeThroughMsw();
    const { endpoints } = fake.keyOptions();
    const refused = await answerOf(await fetch(`${endpoints.ims}/v2/cloudimages`));
    expect(refused).toMatchObject({ status: 401, body: { error_code: "APIGW.0301" } });
    const ask = askWith(fake.keyOptions());
    const headers = { "x-project-id": fake.projectId("other") };
    expect((await ask("GET", "/v2/cloudimages", undefined, headers)).status).toBe(403);
    expect((await ask("GET", `/v2/${fake.projectId("other")}/images/tags`)).status).toBe(403);
  });
});

describe("an image without data", () => {
  it("is answered as it is documented", async () => {
    const { ask, fake } = served({ clock: () => new Date("2026-06-02T07:49:48Z") });
    const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
    const answer = await ask(
      "POST",
      "/v2/images",
      {
        __os_version: "Ubuntu 14.04 server 64bit",
        visibility: "private",
        name: "test",
        protected: false,
        container_format: "bare",
        disk_format: "vhd",
        tags: ["test=testvalue", "image=imagevalue"],
        min_ram: 1024,
        min_disk: 100,
      },
      { "X-Sdk-Date": "20260602T074948Z" },
    );
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      schema: "/v2/schemas/image",
      min_disk: 100,
      created_at: "2026-06-02T07:49:48Z",
      __image_source_type: "uds",
      container_format: "bare",
      __image_size: "0",
      file: `/v2/images/${at(answer.body, "id")}/file`,
      updated_at: "2026-06-02T07:49:48Z",
      protected: false,
      id,
      __isregistered: "true",
      min_ram: 1024,
      owner: fake.projectId(),
      __os_type: "Linux",
      __imagetype: "private",
      visibility: "private",
      virtual_env_type: "FusionCompute",
      tags: ["test=testvalue", "image=imagevalue"],
      __platform: "Ubuntu",
      __os_bit: "64",
      __os_version: "Ubuntu 14.04 server 64bit",
      name: "test",
      self: `/v2/images/${at(answer.body, "id")}`,
      disk_format: "vhd",
      status: "queued",
    });
  });

  it("has the defaults of the service", async () => {
    const { ask } = served();
    const { body } = await ask("POST", "/v2/images", {});
    expect(body).toMatchObject({
      name: "",
      disk_format: "zvhd2",
      container_format: "bare",
      __os_version: "Other Linux(64 bit)",
      protected: false,
      min_ram: 0,
      tags: [],
    });
    expect(body).not.toHaveProperty("max_ram");
    expect(body).not.toHaveProperty("__description");
    expect(body).not.toHaveProperty("checksum");
  });

  it.each([
    ["another visibility", { visibility: "public" }, "IMG.0001"],
    ["another container", { container_format: "ovf" }, "IMG.0001"],
    ["a format that isn't taken", { disk_format: "vmdk" }, "IMG.0001"],
    ["true as a text", { protected: "true" }, "IMG.0001"],
    ["an attribute of no use here", { __description: "x" }, "IMG.0001"],
    ["a long name", { name: "x".repeat(256) }, "IMG.0002"],
    ["a name with a space at its end", { name: "debian " }, "IMG.0003"],
    ["a name with a sign", { name: "debian/13" }, "IMG.0003"],
    ["a disk that is too large", { min_disk: 1025 }, "IMG.0055"],
    ["memory as a text", { min_ram: "1024" }, "IMG.0055"],
    ["an OS of nobody", { __os_version: "TempleOS" }, "IMG.0056"],
    ["a long key", { tags: [`${"k".repeat(37)}=v`] }, "IMG.0115"],
    ["a long value", { tags: [`k=${"v".repeat(44)}`] }, "IMG.0115"],
    ["eleven tags", { tags: Array.from({ length: 11 }, (_, index) => `k${index}=v`) }, "IMG.0116"],
  ])("is refused with %s", async (_, body, code) => {
    const { ask } = served();
    const answer = await ask("POST", "/v2/images", body);
    expect(answer).toMatchObject({ status: 400, body: { error: { code, message: expect.any(String) } } });
  });

  it("may have the name of another", async () => {
    const { ask } = served();
    await ask("POST", "/v2/images", { name: "debian-13" });
    expect((await ask("POST", "/v2/images", { name: "debian-13" })).status).toBe(201);
  });

  it("needs a name of its own where the test wants it so", async () => {
    const { ask } = served({ namesAreUnique: true });
    const taken = { status: 400, body: { error: { code: "IMG.0009" } } };
    const id = await created(ask, "one");
    await created(ask, "two");
    expect(await ask("POST", "/v2/images", { name: "one" })).toMatchObject(taken);
    const rename = (value: string) =>
      ask("PATCH", `/v2/images/${id}`, [{ op: "replace", path: "/name", value }], JSON_PATCH);
    expect(await rename("two")).toMatchObject(taken);
    expect(await rename("one")).toMatchObject({ status: 200 });
  });

  it("is refused where there are as many as may be", async () => {
    const { ask } = served({ imageQuota: 1 });
    await ask("POST", "/v2/images", { name: "one" });
    expect(await ask("POST", "/v2/images", { name: "two" })).toMatchObject({
      body: { error: { code: "IMG.0015" } },
    });
    expect((await ask("GET", "/v1/cloudimages/quota")).body).toEqual({
      quotas: { resources: [{ type: "image", used: 1, quota: 1, min: 1, max: 1000 }] },
    });
  });
});

describe("an upload", () => {
  it("takes an image from queued through saving to active, with a size and a checksum that mean nothing", async () => {
    const { ask, fake } = served({ jobPolls: 2 });
    const id = await created(ask);
    const options = fake.passwordOptions();
    expect((await putFile(options, await tokenOf(options), id, "hello")).status).toBe(204);
    const seen = [];
    for (let read = 0; read < 3; read++) seen.push(at(await shown(ask, id), "status"));
    expect(seen).toEqual(["saving", "saving", "active"]);
    expect(await shown(ask, id)).toMatchObject({
      __image_size: "5",
      size: 2,
      virtual_size: 0,
      checksum: "99914b932bd37a50b983c5e7c90ae93b",
      __data_origin: null,
    });
  });

  it("is refused when it is signed", async () => {
    const { ask } = served();
    const headers = { "content-type": "application/octet-stream" };
    const answer = await ask("PUT", `/v2/images/${await created(ask)}/file`, undefined, headers);
    expect(answer).toMatchObject({ status: 401, body: { error_code: "APIGW.0301" } });
  });

  it("is refused a second time, without data, and for an image of nobody", async () => {
    const { ask, fake } = served();
    const options = fake.passwordOptions();
    const token = await tokenOf(options);
    const id = await created(ask);
    expect(await putFile(options, token, id, "")).toMatchObject({ body: { error: { code: "IMG.0057" } } });
    expect((await putFile(options, token, id, "hello")).status).toBe(204);
    expect((await putFile(options, token, id, "hello")).status).toBe(409);
    expect((await putFile(options, token, "nobody", "hello")).status).toBe(404);
  });

  it("leaves the image killed when the test wants it", async () => {
    const { ask, fake } = served();
    const options = fake.passwordOptions();
    const id = await created(ask);
    fake.failJobs({ code: "IMG.0057", reason: "The image file is damaged." });
    await putFile(options, await tokenOf(options), id, "hello");
    expect(await shown(ask, id)).toMatchObject({ status: "killed" });
  });

  it("that is cut leaves the image queued, and the next one goes through", async () => {
    const fake = fakeHuaweiCloud();
    const server = await fake.listen();
    onTestFinished(() => server.close());
    const ask = askWith(server.keyOptions());
    const options = server.passwordOptions();
    const token = await tokenOf(options);
    const id = await created(ask);
    fake.resetAfter({ bytes: 3 });
    await expect(putFile(options, token, id, "hello")).rejects.toThrow();
    expect(await shown(ask, id)).toMatchObject({ status: "queued" });
    expect((await putFile(options, token, id, "hello")).status).toBe(204);
    expect(await shown(ask, id)).toMatchObject({ status: "active" });
    expect(fake.journal.map(({ method, status }) => [method, status])).toContainEqual(["PUT", undefined]);
  });
});

describe("a registration", () => {
  it("gives a queued image the data of an object, in a job", async () => {
    const { ask, fake } = served({ jobPolls: 2 });
    const id = await created(ask);
    fake.addObject("bucketname:Centos6.5-disk1.vmdk", bytes("hello"));
    const job = await ask("PUT", `/v1/cloudimages/${id}/upload`, {
      image_url: "bucketname:Centos6.5-disk1.vmdk",
    });
    expect(job).toMatchObject({ status: 200, body: { job_id: expect.stringMatching(/^[0-9a-f]{32}$/) } });
    expect(await deleted(ask, id)).toMatchObject({ status: 400, body: { error: { code: "IMG.0090" } } });
    expect(await polled(ask, fake.projectId(), job.body)).toMatchObject({
      status: "INIT",
      end_time: "",
      entities: {},
    });
    expect(await polled(ask, fake.projectId(), job.body)).toMatchObject({
      status: "RUNNING",
      error_code: null,
      fail_reason: null,
      entities: {
        image_name: "debian-13",
        image_id: id,
        current_task: "importImage",
        process_percent: expect.any(Number),
      },
    });
    expect(await polled(ask, fake.projectId(), job.body)).toMatchObject({
      job_type: "imsImportImageJob",
      status: "SUCCESS",
      end_time: expect.stringMatching(/Z$/),
      entities: { image_name: "debian-13", image_id: id },
    });
    expect(await shown(ask, id)).toMatchObject({
      status: "active",
      __data_origin: "file,bucketname:Centos6.5-disk1.vmdk",
    });
  });

  it("that fails leaves the image queued, to be tried again", async () => {
    const { ask, fake } = served();
    const id = await created(ask);
    const register = () => ask("PUT", `/v1/cloudimages/${id}/upload`, { image_url: "b:k" });
    expect(await polled(ask, fake.projectId(), (await register()).body)).toMatchObject({
      status: "FAIL",
      error_code: "IMG.0057",
      fail_reason: expect.any(String),
      entities: {},
    });
    expect(await shown(ask, id)).toMatchObject({ status: "queued" });
    fake.addObject("b:k", bytes("hello"));
    await register();
    expect(await shown(ask, id)).toMatchObject({ status: "active" });
    expect(await register()).toMatchObject({ body: { error: { code: "IMG.1075" } } });
  });
});

describe("images that jobs make", () => {
  const object = { image_url: "bucket:key", min_disk: 40, os_version: "CentOS 7.0 64bit" };

  it.each([
    ["/v2/cloudimages/action", object, { virtual_env_type: "FusionCompute", __platform: "CentOS" }],
    [
      "/v2/cloudimages/action",
      { ...object, type: "BMS", max_ram: 4096, architecture: "arm" },
      { virtual_env_type: "Ironic", max_ram: "4096", __support_arm: "true" },
    ],
    [
      "/v2.1/cloudimages/action",
      { image_url: "bucket:key", min_disk: 10 },
      { __os_version: "Other Linux(64 bit)" },
    ],
    [
      "/v1/cloudimages/dataimages/action",
      { image_url: "bucket:key", min_disk: 40, os_type: "Windows" },
      { virtual_env_type: "DataImage", __os_type: "Windows" },
    ],
    [
      "/v1/cloudimages/dataimages/action",
      { ...object, type: "IsoImage" },
      { virtual_env_type: "IsoImage", disk_format: "iso" },
    ],
    [
      "/v2/cloudimages/quickimport/action",
      { ...object, type: "ECS", hw_firmware_type: "uefi" },
      { hw_firmware_type: "uefi" },
    ],
    [
      "/v2/cloudimages/quickimport/action",
      { image_url: "bucket:key", min_disk: 40, os_type: "Linux", type: "DataImage" },
      { virtual_env_type: "DataImage" },
    ],
  ])("%s of an object: %j", async (path, body, expected) => {
    const { ask, fake } = served();
    fake.addObject("bucket:key", bytes("hello"));
    const image_tags = [{ key: "key2", value: "value2" }];
    const job = await ask("POST", path, {
      name: "ims_test_file",
      description: "a test",
      image_tags,
      ...body,
    });
    const { entities } = Object(await polled(ask, fake.projectId(), job.body));
    expect(await shown(ask, entities.image_id)).toMatchObject({
      status: "active",
      name: "ims_test_file",
      __description: "a test",
      tags: ["key2=value2"],
      __data_origin: "file,bucket:key",
      __image_size: "5",
      ...expected,
    });
  });

  it("of a server and of its disk", async () => {
    const { ask, fake } = served();
    const server = fake.addServer({ osVersion: "Windows Server 2022 Standard 64bit", diskSizeGb: 60 });
    const volume = fake.addVolume({ sizeGb: 50 });
    const ofServer = await made(ask, fake.projectId(), "/v2/cloudimages/action", {
      name: "a",
      instance_id: server,
    });
    expect(ofServer).toMatchObject({
      __data_origin: `instance,${server}`,
      min_disk: 60,
      __os_type: "Windows",
    });
    const system = { name: "b", volume_id: volume, os_version: "Debian 12.0.0 64bit" };
    const ofVolume = await made(ask, fake.projectId(), "/v2/cloudimages/action", system);
    expect(ofVolume).toMatchObject({ __data_origin: `volume,${volume}`, min_disk: 50, __platform: "Debian" });
    const whole = await made(ask, fake.projectId(), "/v1/cloudimages/wholeimages/action", {
      name: "c",
      instance_id: server,
      vault_id: "v",
    });
    expect(whole).toMatchObject({ __whole_image: "true" });
  });

  it("of data on a disk, in a job of jobs", async () => {
    const { ask, fake } = served();
    const volume_id = fake.addVolume();
    const job = await ask("POST", "/v2/cloudimages/action", { data_images: [{ name: "test", volume_id }] });
    const done = await polled(ask, fake.projectId(), job.body);
    expect(done).toMatchObject({
      job_type: "imsImportOvaImageJob",
      status: "SUCCESS",
      entities: {
        sub_jobs_result: [
          { job_type: "imsImportImageJob", status: "SUCCESS", entities: { image_name: "test" } },
        ],
        sub_jobs_list: [at(done, "entities.sub_jobs_result.0.job_id")],
      },
    });
    const id = at(done, "entities.sub_jobs_result.0.entities.image_id");
    expect(await shown(ask, id)).toMatchObject({ status: "active", virtual_env_type: "DataImage" });
  });

  it("are seen as saving while they are made, and can't be deleted", async () => {
    const { ask, fake } = served({ jobPolls: 1 });
    fake.addObject("bucket:key", bytes("hello"));
    const job = await ask("POST", "/v2/cloudimages/action", { name: "debian-13", ...object });
    const { body } = await ask("GET", "/v2/cloudimages?name=debian-13");
    expect(body).toMatchObject({ images: [{ status: "saving" }] });
    const id = at(body, "images.0.id");
    expect(await deleted(ask, id)).toMatchObject({ body: { error: { code: "IMG.0090" } } });
    await polled(ask, fake.projectId(), job.body);
    await polled(ask, fake.projectId(), job.body);
    expect((await deleted(ask, id)).status).toBe(204);
  });

  it("have names of their own, also while another is deleted", async () => {
    const { ask, fake } = served({ deletionReads: 1 });
    fake.addObject("bucket:key", bytes("hello"));
    const make = () => ask("POST", "/v2/cloudimages/action", { name: "debian-13", ...object });
    const id = at(await polled(ask, fake.projectId(), (await make()).body), "entities.image_id");
    const taken = { status: 400, body: { error: { code: "IMG.0009" } } };
    expect(await make()).toMatchObject(taken);
    await deleted(ask, id);
    expect(await make()).toMatchObject(taken);
    await shown(ask, id);
    expect((await make()).status).toBe(200);
  });

  it("are as if they had never been when their job fails", async () => {
    const { ask, fake } = served();
    fake.addObject("bucket:key", bytes("hello"));
    fake.failJobs({ code: "IMG.0060", reason: "The flow is controlled.", count: 2 });
    for (const status of ["FAIL", "FAIL", "SUCCESS"]) {
      const job = await ask("POST", "/v2/cloudimages/action", { name: "debian-13", ...object });
      expect(await polled(ask, fake.projectId(), job.body)).toMatchObject({ status });
    }
    expect((await ask("GET", "/v2/cloudimages")).body).toMatchObject({ images: [{ name: "debian-13" }] });
  });

  it("fail in their jobs for an object that is empty or in another region", async () => {
    const { ask, fake } = served();
    fake.addObject("bucket:key", new Uint8Array());
    fake.addObject("bucket:far", bytes("hello"), { region: "ap-southeast-1" });
    for (const [image_url, error_code] of [
      ["bucket:key", "IMG.0057"],
      ["bucket:far", "IMG.0058"],
    ]) {
      const job = await ask("POST", "/v2/cloudimages/action", { name: "debian-13", ...object, image_url });
      expect(await polled(ask, fake.projectId(), job.body)).toMatchObject({ status: "FAIL", error_code });
    }
  });

  it.each([
    ["/v2/cloudimages/action", {}, "IMG.0001"],
    ["/v2/cloudimages/action", { instance_id: "nobody" }, "IMG.0005"],
    ["/v2/cloudimages/action", { ...object, min_disk: 9 }, "IMG.0055"],
    [
      "/v2/cloudimages/action",
      { ...object, min_disk: 19, os_version: "Windows Server 2022 Standard 64bit" },
      "IMG.0055",
    ],
    ["/v2/cloudimages/action", { ...object, image_url: "key" }, "IMG.0001"],
    ["/v2/cloudimages/action", { ...object, architecture: "riscv" }, "IMG.0212"],
    ["/v2/cloudimages/action", { ...object, description: "<b>" }, "IMG.0054"],
    ["/v2/cloudimages/action", { ...object, min_ram: 2, max_ram: 1 }, "IMG.0055"],
    ["/v2/cloudimages/action", { ...object, enterprise_project_id: "nobody" }, "IMG.0154"],
    ["/v2/cloudimages/action", { ...object, tags: ["a.b"], image_tags: [] }, "IMG.0115"],
    ["/v1/cloudimages/dataimages/action", { image_url: "b:k", min_disk: 39 }, "IMG.0055"],
    ["/v2/cloudimages/quickimport/action", { image_url: "b:k", min_disk: 40 }, "IMG.0001"],
  ])("are refused at once: %s with %j", async (path, body, code) => {
    const { ask } = served();
    expect(await ask("POST", path, { name: "debian-13", ...body })).toMatchObject({
      status: 400,
      body: { error: { code } },
    });
  });

  it("are not made of a server that runs", async () => {
    const { ask, fake } = served();
    const instance_id = fake.addServer({ isRunning: true });
    const answer = await ask("POST", "/v2/cloudimages/action", { name: "a", instance_id });
    expect(answer).toMatchObject({ body: { error: { code: "IMG.0008" } } });
  });

  it("end by the clock too, and both addresses of a job say so", async () => {
    let nowMs = Date.now();
    const { ask, fake } = served({ clock: () => new Date(nowMs), jobMs: 60_000 });
    fake.addObject("bucket:key", bytes("hello"));
    const job = await ask("POST", "/v2/cloudimages/action", { name: "debian-13", ...object });
    expect(await polled(ask, fake.projectId(), job.body)).toMatchObject({ status: "INIT" });
    nowMs += 59_999;
    expect(await polled(ask, fake.projectId(), job.body)).toMatchObject({ status: "RUNNING" });
    nowMs += 1;
    const other = await ask("GET", `/v1/cloudimages/job/${at(job.body, "job_id")}`);
    expect(other.body).toMatchObject({ status: "SUCCESS" });
  });
});

describe("an update", () => {
  it("changes what is there with replace, and what isn't with add", async () => {
    const { ask, fake } = served();
    const id = await active(ask, fake);
    const patch = (...steps: readonly unknown[]) => ask("PATCH", `/v2/cloudimages/${id}`, steps);
    const conflict = { status: 400, body: { error: { code: "IMG.0035" } } };
    expect(await patch({ op: "replace", path: "/name", value: "ims_test" })).toMatchObject({
      status: 200,
      body: { name: "ims_test" },
    });
    expect(await patch({ op: "replace", path: "/__description", value: "x" })).toMatchObject(conflict);
    expect(await patch({ op: "add", path: "/__description", value: "x" })).toMatchObject({
      status: 200,
      body: { __description: "x" },
    });
    expect(await patch({ op: "add", path: "/__description", value: "y" })).toMatchObject(conflict);
    expect(await patch({ op: "replace", path: "/__description", value: "y" })).toMatchObject({
      body: { __description: "y" },
    });
    expect(await patch({ op: "replace", path: "/max_ram", value: 2048 })).toMatchObject(conflict);
    expect(await patch({ op: "add", path: "/max_ram", value: 2048 })).toMatchObject({
      body: { max_ram: "2048" },
    });
    expect(await patch({ op: "replace", path: "/min_ram", value: 1024 })).toMatchObject({
      body: { min_ram: 1024 },
    });
    expect(await patch({ op: "remove", path: "/__description" })).toMatchObject({ status: 200 });
    expect(await patch({ op: "remove", path: "/__description" })).toMatchObject(conflict);
  });

  it.each([
    ["/protected", true, "IMG.0034"],
    ["/min_disk", 50, "IMG.0034"],
    ["/visibility", "public", "IMG.0034"],
    ["/__os_version", "Debian 12.0.0 64bit", "IMG.0034"],
    ["/tags", [], "IMG.0034"],
    ["/name", "x".repeat(129), "IMG.0002"],
    ["/name", 1, "IMG.0001"],
    ["/min_ram", "1024", "IMG.0055"],
  ])("of %s to %j is refused", async (path, value, code) => {
    const { ask, fake } = served();
    const id = await active(ask, fake);
    const answer = await ask("PATCH", `/v2/cloudimages/${id}`, [{ op: "replace", path, value }]);
    expect(answer).toMatchObject({ status: 400, body: { error: { code } } });
  });

  it("stays at what was done before the step that is refused", async () => {
    const { ask, fake } = served();
    const id = await active(ask, fake);
    const answer = await ask("PATCH", `/v2/cloudimages/${id}`, [
      { op: "replace", path: "/name", value: "new" },
      { op: "replace", path: "/max_ram", value: 1 },
    ]);
    expect(answer.status).toBe(400);
    expect(await shown(ask, id)).toMatchObject({ name: "new" });
  });

  it("is refused while there is no data, for an image of nobody, and for one of the cloud's own", async () => {
    const { ask, fake } = served();
    const patch = (id: unknown) =>
      ask("PATCH", `/v2/cloudimages/${id}`, [{ op: "replace", path: "/name", value: "a" }]);
    expect(await patch(await created(ask))).toMatchObject({ body: { error: { code: "IMG.0168" } } });
    expect(await patch("nobody")).toMatchObject({ body: { error: { code: "IMG.0027" } } });
    expect(await patch(fake.addPublicImage({ name: "Ubuntu" }))).toMatchObject({
      body: { error: { code: "IMG.0047" } },
    });
  });

  it("of the native API takes its own content type, in any status, and attributes of the user's own", async () => {
    const { ask } = served();
    const id = await created(ask);
    const patch = (headers: Record<string, string>, ...steps: readonly unknown[]) =>
      ask("PATCH", `/v2/images/${id}`, steps, headers);
    const add = { op: "add", path: "/colour", value: "red" };
    expect((await patch({}, add)).status).toBe(415);
    expect(await patch(JSON_PATCH, add)).toMatchObject({ status: 200, body: { colour: "red" } });
    const description = { op: "add", path: "/__description", value: "x" };
    expect(await patch(JSON_PATCH, description)).toMatchObject({
      body: { __description: "x", status: "queued" },
    });
    const isBad = { op: "replace", path: "/__os_version", value: "x" };
    expect(await patch(JSON_PATCH, { op: "remove", path: "/colour" }, isBad)).toMatchObject({ status: 400 });
    expect(await shown(ask, id)).toMatchObject({ colour: "red" });
  });
});

describe("a deletion", () => {
  it("is answered 204 whatever there is, and is seen in lists for some time", async () => {
    const { ask } = served({ deletionReads: 2 });
    const id = await created(ask);
    expect((await deleted(ask, "nobody")).status).toBe(204);
    expect((await deleted(ask, id)).status).toBe(204);
    expect((await deleted(ask, id)).status).toBe(204);
    expect(await shown(ask, id)).toBeDefined();
    expect(await shown(ask, id)).toBeDefined();
    expect(await ask("GET", `/v2/cloudimages?id=${id}`)).toMatchObject({ status: 200, body: { images: [] } });
    expect((await deleted(ask, id)).status).toBe(204);
  });

  it("takes its time by the clock", async () => {
    let nowMs = Date.now();
    const { ask } = served({ clock: () => new Date(nowMs), deletionMs: 5000 });
    const id = await created(ask);
    await deleted(ask, id);
    nowMs += 4999;
    expect(await shown(ask, id)).toBeDefined();
    nowMs += 1;
    expect(await shown(ask, id)).toBeUndefined();
  });

  it("is refused for an image that is protected or exported", async () => {
    const { ask, fake } = served({ jobPolls: 1 });
    const { body } = await ask("POST", "/v2/images", { name: "a", protected: true });
    expect(await deleted(ask, at(body, "id"))).toMatchObject({
      status: 400,
      body: { error: { code: "IMG.0028" } },
    });
    const id = await active(ask, fake);
    const target = { bucket_url: "ims-image:centos7_5.qcow2", file_format: "qcow2", is_quick_export: false };
    const job = await ask("POST", `/v1/cloudimages/${id}/file`, target);
    expect(await deleted(ask, id)).toMatchObject({ body: { error: { code: "IMG.0148" } } });
    await polled(ask, fake.projectId(), job.body);
    expect(await polled(ask, fake.projectId(), job.body)).toMatchObject({
      status: "SUCCESS",
      job_type: "imsNativeExportImageJob",
    });
    expect(fake.object("ims-image:centos7_5.qcow2")).toEqual(bytes("hello"));
    expect((await deleted(ask, id)).status).toBe(204);
  });
});

describe("a listing", () => {
  it("goes on by marker to a page that is empty", async () => {
    const { ask } = served();
    const ids = [await created(ask, "c"), await created(ask, "b"), await created(ask, "a")].reverse();
    const pages = [];
    for (let marker = ""; pages.length < 3; marker = `&marker=${ids[pages.length * 2 - 1] ?? ids[2]}`)
      pages.push(idsOf((await ask("GET", `/v2/cloudimages?limit=2${marker}`)).body));
    expect(pages).toEqual([[ids[0], ids[1]], [ids[2]], []]);
  });

  it("gives no more than the page of the service, whatever is asked for", async () => {
    const { ask } = served({ maxPageSize: 2 });
    for (const name of ["a", "b", "c"]) await created(ask, name);
    expect(idsOf((await ask("GET", "/v2/cloudimages?limit=500")).body)).toHaveLength(2);
    expect(idsOf((await ask("GET", "/v2/cloudimages")).body)).toHaveLength(2);
  });

  it("of the native API has 25 and says where it goes on", async () => {
    const { ask } = served();
    for (let index = 0; index < 26; index++) await created(ask, `image-${index}`);
    const { body } = await ask("GET", "/v2/images?__imagetype=private");
    expect(idsOf(body)).toHaveLength(25);
    expect(body).toMatchObject({ schema: "/v2/schemas/images", first: "/v2/images?__imagetype=private" });
    expect(at(body, "next")).toBe(`/v2/images?__imagetype=private&marker=${idsOf(body)[24]}`);
    const last = await ask("GET", String(at(body, "next")));
    expect(idsOf(last.body)).toHaveLength(1);
    expect(last.body).not.toHaveProperty("next");
  });

  it.each([
    ["name=debian-13", ["debian-13"]],
    ["name=debian", []],
    ["status=queued&sort_key=name&sort_dir=asc", ["debian-13", "windows"]],
    ["__imagetype=gold", ["Ubuntu 22.04"]],
    ["__imagetype=private&sort_key=name&sort_dir=asc", ["debian-13", "windows"]],
    ["visibility=public", ["Ubuntu 22.04"]],
    ["__os_type=Windows", ["windows"]],
    ["__platform=Debian", ["debian-13"]],
    ["tag=os=debian", ["debian-13"]],
    ["tag=os=windows", []],
    ["protected=true", ["debian-13"]],
    ["min_disk=20", ["windows"]],
    ["disk_format=qcow2", ["windows"]],
    [
      "created_at=gt:2000-01-01T00:00:00Z&sort_key=name&sort_dir=desc",
      ["windows", "debian-13", "Ubuntu 22.04"],
    ],
    ["created_at=lt:2000-01-01T00:00:00Z", []],
    ["__isregistered=false", []],
    ["enterprise_project_id=0&__imagetype=private&sort_key=name&sort_dir=asc", ["debian-13", "windows"]],
  ])("finds by %s", async (query, names) => {
    const { ask, fake } = served();
    fake.addPublicImage({ name: "Ubuntu 22.04" });
    await ask("POST", "/v2/images", {
      name: "debian-13",
      tags: ["os=debian"],
      protected: true,
      __os_version: "Debian 12.0.0 64bit",
    });
    await ask("POST", "/v2/images", {
      name: "windows",
      min_disk: 20,
      disk_format: "qcow2",
      __os_version: "Windows Server 2022 Standard 64bit",
    });
    const { body } = await ask("GET", `/v2/cloudimages?${query}`);
    expect(Object(body).images.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it.each([
    "limit=many",
    "marker=nobody",
    "sort_key=owner",
    "sort_dir=up",
    "protected=yes",
    "created_at=yesterday",
  ])("is refused with %s", async (query) => {
    const { ask } = served();
    expect((await ask("GET", `/v2/cloudimages?${query}`)).status).toBe(400);
  });

  it("says nothing reliable of the cloud's own images", async () => {
    const { ask, fake } = served();
    fake.addPublicImage({ name: "Ubuntu 22.04" });
    expect((await ask("GET", "/v2/cloudimages")).body).toMatchObject({
      images: [
        { checksum: "d41d8cd98f00b204e9800998ecf8427e", size: 0, __imagetype: "gold", visibility: "public" },
      ],
    });
  });
});

describe("tags", () => {
  it("are key and value in an API of their own, and key=value in the image", async () => {
    const { ask, fake } = served();
    const id = await created(ask);
    const path = `/v2/${fake.projectId()}/images/${id}/tags`;
    const tags = [
      { key: "key1", value: "value1" },
      { key: "key3", value: "" },
    ];
    expect(await ask("POST", `${path}/action`, { tags, action: "create" })).toMatchObject({
      status: 204,
      body: undefined,
    });
    expect((await ask("POST", `${path}/action`, { tags, action: "create" })).status).toBe(204);
    expect((await ask("GET", path)).body).toEqual({ tags });
    expect(await shown(ask, id)).toMatchObject({ tags: ["key1=value1", "key3="] });
    await ask("POST", path, { tag: { key: "key1", value: " other " } });
    expect((await ask("DELETE", `${path}/key3`)).status).toBe(204);
    expect((await ask("DELETE", `${path}/key3`)).status).toBe(404);
    expect((await ask("GET", path)).body).toEqual({ tags: [{ key: "key1", value: "other" }] });
    expect((await ask("GET", `/v2/${fake.projectId()}/images/tags`)).body).toEqual({
      tags: [{ key: "key1", values: ["other"] }],
    });
    const gone = { tags: [{ key: "key1", value: "other" }, { key: "nobody" }], action: "delete" };
    expect((await ask("POST", `${path}/action`, gone)).status).toBe(204);
    expect((await ask("GET", path)).body).toEqual({ tags: [] });
  });

  it("are keys alone in the native API", async () => {
    const { ask } = served();
    const id = await created(ask);
    expect((await ask("PUT", `/v2/images/${id}/tags/stable`)).status).toBe(204);
    expect((await ask("PUT", `/v2/images/${id}/tags/a.b`)).status).toBe(400);
    expect((await ask("DELETE", `/v2/images/${id}/tags/stable`)).status).toBe(204);
    expect((await ask("DELETE", `/v2/images/${id}/tags/stable`)).status).toBe(404);
  });

  it("find images, with numbers as texts", async () => {
    const { ask, fake } = served();
    await ask("POST", "/v2/images", { name: "a", tags: ["os=debian"] });
    await ask("POST", "/v2/images", { name: "b", tags: ["os=windows"] });
    const path = `/v2/${fake.projectId()}/images/resource_instances/action`;
    const tags = [{ key: "os", values: ["debian"] }];
    expect(
      (await ask("POST", path, { action: "filter", limit: "1000", offset: "0", tags })).body,
    ).toMatchObject({
      resources: [{ resource_name: "a", tags: [{ key: "os", value: "debian" }] }],
      total_count: 1,
    });
    expect((await ask("POST", path, { action: "count", tags })).body).toEqual({ total_count: 1 });
    expect((await ask("POST", path, { action: "filter", limit: 1000, tags })).status).toBe(400);
  });

  it("are at most ten", async () => {
    const { ask, fake } = served();
    const id = await created(ask);
    const tags = Array.from({ length: 11 }, (_, index) => ({ key: `k${index}`, value: "v" }));
    const answer = await ask("POST", `/v2/${fake.projectId()}/images/${id}/tags/action`, {
      action: "create",
      tags,
    });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "IMG.0116" } } });
  });
});

describe("sharing", () => {
  it("goes by jobs: offered, accepted, withdrawn", async () => {
    const { ask, fake } = served();
    const other = askWith(fake.keyOptions("other"));
    const images = [await active(ask, fake)];
    const projects = [fake.projectId("other")];
    const offer = await ask("POST", "/v1/cloudimages/members", { images, projects });
    expect(await polled(ask, fake.projectId(), offer.body)).toMatchObject({
      job_type: "imsAddImageMembersJob",
      status: "SUCCESS",
      entities: { results: [{ image_id: images[0], project_id: projects[0], status: "SUCCESS" }] },
    });
    expect(await shown(ask, images[0])).toMatchObject({ visibility: "shared", __imagetype: "private" });
    expect(await shown(other, images[0])).toBeUndefined();
    const pending = await other("GET", "/v2/cloudimages?visibility=shared&member_status=pending");
    expect(idsOf(pending.body)).toEqual(images);
    const answer = await other("PUT", "/v1/cloudimages/members", {
      images,
      project_id: projects[0],
      status: "accepted",
    });
    await polled(other, fake.projectId("other"), answer.body);
    expect(await shown(other, images[0])).toMatchObject({ __imagetype: "shared", owner: fake.projectId() });
    expect((await ask("GET", `/v2/images/${images[0]}/members`)).body).toMatchObject({
      members: [
        { status: "accepted", image_id: images[0], member_id: projects[0], schema: "/v2/schemas/member" },
      ],
      schema: "/v2/schemas/members",
    });
    expect((await ask("GET", `/v1/${fake.projectId()}/cloudimages/${images[0]}/members`)).body).toMatchObject(
      {
        members: [{ member_id: projects[0] }],
        page_info: { next_marker: null, current_count: 1 },
      },
    );
    const end = await ask("DELETE", "/v1/cloudimages/members", { images, projects });
    expect(await polled(ask, fake.projectId(), end.body)).toMatchObject({
      job_type: "imsDelImageMembersJob",
    });
    expect(await shown(other, images[0])).toBeUndefined();
    expect(await shown(ask, images[0])).toMatchObject({ visibility: "private" });
  });

  it("goes at once by the native API", async () => {
    const { ask, fake } = served();
    const other = askWith(fake.keyOptions("other"));
    const path = `/v2/images/${await active(ask, fake)}/members`;
    const member = fake.projectId("other");
    expect(await ask("POST", path, { member })).toMatchObject({ status: 200, body: { status: "pending" } });
    expect((await ask("POST", path, { member })).status).toBe(409);
    expect((await ask("PUT", `${path}/${member}`, { status: "accepted" })).status).toBe(403);
    expect(await other("PUT", `${path}/${member}`, { status: "accepted" })).toMatchObject({
      status: 200,
      body: { status: "accepted" },
    });
    expect(await ask("GET", `${path}/${member}`)).toMatchObject({
      status: 200,
      body: { status: "accepted" },
    });
    expect((await ask("DELETE", `${path}/${member}`)).status).toBe(204);
    expect((await ask("DELETE", `${path}/${member}`)).status).toBe(404);
  });

  it("is refused with oneself, of what is encrypted, without data, and of somebody else's", async () => {
    const { ask, fake } = served();
    const share = async (who: Ask, id: unknown, project: string) =>
      at(
        (await who("POST", "/v1/cloudimages/members", { images: [id], projects: [project] })).body,
        "error.code",
      );
    const id = await active(ask, fake);
    fake.addObject("bucket:key", bytes("hello"));
    const encrypted = { name: "secret", image_url: "bucket:key", min_disk: 40, cmk_id: "key" };
    const image = await made(ask, fake.projectId(), "/v2/cloudimages/action", encrypted);
    expect(await share(ask, id, fake.projectId())).toBe("IMG.0076");
    expect(await share(ask, at(image, "id"), fake.projectId("other"))).toBe("IMG.0098");
    expect(await share(ask, await created(ask), fake.projectId("other"))).toBe("IMG.0046");
    expect(await share(askWith(fake.keyOptions("other")), id, fake.projectId("other"))).toBe("IMG.0027");
  });
});

describe("copies", () => {
  it("in the same region have no tags of the original", async () => {
    const { ask, fake } = served();
    const id = await active(ask, fake);
    const body = { name: "ims_encrypted_copy3", description: "test copy", cmk_id: "bd66288c" };
    const copy = await made(ask, fake.projectId(), `/v1/cloudimages/${id}/copy`, body);
    expect(copy).toMatchObject({
      name: "ims_encrypted_copy3",
      __description: "test copy",
      __system__cmkid: "bd66288c",
      status: "active",
      __image_size: "5",
      tags: [],
    });
    expect(await ask("POST", `/v1/cloudimages/${id}/copy`, body)).toMatchObject({
      body: { error: { code: "IMG.0009" } },
    });
  });

  it("to another region are made there, and their job stays here", async () => {
    const { ask, fake } = served();
    const id = await active(ask, fake);
    const region = "ap-southeast-1";
    const body = { name: "debian-13", region, project_name: region, agency_name: "ims_admin_agency" };
    const job = await ask("POST", `/v1/cloudimages/${id}/cross_region_copy`, body);
    const done = await polled(ask, fake.projectId(), job.body);
    const there = askWith(fake.keyOptions("demo", region));
    const copyId = at(done, "entities.image_id");
    expect(await shown(there, copyId)).toMatchObject({
      name: "debian-13",
      owner: fake.projectId("demo", region),
    });
    expect(await shown(ask, copyId)).toBeUndefined();
    const again = await ask("POST", `/v1/cloudimages/${id}/cross_region_copy`, body);
    expect(again).toMatchObject({ body: { error: { code: "IMG.0009" } } });
    const nowhere = { ...body, region: "nowhere", project_name: "nowhere" };
    expect((await ask("POST", `/v1/cloudimages/${id}/cross_region_copy`, nowhere)).status).toBe(400);
  });
});

describe("enterprise projects", () => {
  const target = "4f1c3a2e-6c5b-4f6a-9a57-3a1f0c1d2e3f";

  it("have images, which can be moved", async () => {
    const { ask, fake } = served({ enterpriseProjects: [target] });
    const { endpoints } = fake.keyOptions();
    const id = await created(ask);
    const base = `${endpoints.eps}/v1.0/enterprise-projects`;
    const move = {
      resource_type: "images",
      resource_id: id,
      project_id: fake.projectId(),
      region_id: "cn-north-4",
    };
    const wanted = { limit: 1000, offset: 0, projects: [fake.projectId()], resource_types: ["images"] };
    expect(await shown(ask, id)).toMatchObject({ enterprise_project_id: "0" });
    expect((await ask("POST", `${base}/${target}/resources-migrate`, move)).status).toBe(204);
    expect((await ask("POST", `${base}/${target}/resources/filter`, wanted)).body).toMatchObject({
      resources: [{ resource_id: id, resource_type: "images" }],
      total_count: 1,
    });
    expect(await shown(ask, id)).toMatchObject({ enterprise_project_id: target });
    expect((await ask("POST", `${base}/nobody/resources-migrate`, move)).status).toBe(404);
  });
});

describe("what a test wants", () => {
  it("fails the next requests, in the words of the gateway", async () => {
    const { ask, fake } = served();
    for (const [status, code] of [
      [401, "APIGW.0301"],
      [429, "APIGW.0308"],
      [503, "APIGW.0201"],
    ] as const) {
      fake.failNext({ status, path: /cloudimages/ });
      expect(await ask("GET", "/v2/cloudimages")).toMatchObject({ status, body: { error_code: code } });
    }
    expect((await ask("GET", "/v2/cloudimages")).status).toBe(200);
  });

  it("sees requests without their secrets", async () => {
    const { fake } = served();
    await tokenOf(fake.passwordOptions());
    expect(fake.journal).toEqual([{ method: "POST", path: "/iam/v3/auth/tokens", status: 201 }]);
  });

  it("finds nothing where the service has nothing", async () => {
    const { ask, fake } = served();
    const { endpoints } = fake.keyOptions();
    expect(await ask("GET", "/v9/images")).toMatchObject({ status: 404, body: { error_code: "APIGW.0101" } });
    expect((await ask("POST", "/v2/cloudimages")).status).toBe(405);
    expect((await ask("GET", `${endpoints.iam}/v3/nothing`)).status).toBe(404);
    expect((await ask("GET", `/v1/${fake.projectId()}/jobs/nothing`)).status).toBe(404);
    expect(await ask("GET", "/v2/images/nothing")).toMatchObject({
      status: 404,
      body: { error: { code: "IMG.0144" } },
    });
  });

  it("answers to every request, whatever is in its body", async () => {
    const { ask, fake } = served();
    const id = await active(ask, fake);
    const pid = fake.projectId();
    const { endpoints } = fake.keyOptions();
    const requests = [
      "POST /v2/images",
      `PATCH /v2/images/${id}`,
      `PATCH /v2/cloudimages/${id}`,
      "POST /v2/cloudimages/action",
      "POST /v2/cloudimages/quickimport/action",
      "POST /v1/cloudimages/dataimages/action",
      "POST /v1/cloudimages/wholeimages/action",
      `PUT /v1/cloudimages/${id}/upload`,
      `POST /v1/cloudimages/${id}/file`,
      `POST /v1/cloudimages/${id}/copy`,
      `POST /v1/cloudimages/${id}/cross_region_copy`,
      "POST /v1/cloudimages/members",
      "PUT /v1/cloudimages/members",
      "DELETE /v1/cloudimages/members",
      `POST /v2/images/${id}/members`,
      `POST /v2/${pid}/images/${id}/tags`,
      `POST /v2/${pid}/images/${id}/tags/action`,
      "PUT /v1/cloudimages/tags",
      `POST /v2/${pid}/images/resource_instances/action`,
      `POST ${endpoints.eps}/v1.0/enterprise-projects/0/resources-migrate`,
      `POST ${endpoints.eps}/v1.0/enterprise-projects/0/resources/filter`,
      `POST ${endpoints.iam}/v3/auth/tokens`,
    ];
    const names = [
      "name",
      "image_url",
      "data_images",
      "tags",
      "tag",
      "images",
      "projects",
      "action",
      "auth",
      "limit",
    ];
    const value = fc.oneof(fc.jsonValue(), fc.constant([{}]), fc.constant(["b:k"]), fc.constant("b:k"));
    const body = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...names), value));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...requests), body, async (request, sent) => {
        const [method = "", path = ""] = request.split(" ");
        const { status } = await ask(method, path, sent, path.startsWith("/v2/images/") ? JSON_PATCH : {});
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
  });

  it("has schemas", async () => {
    const { ask } = served();
    for (const name of ["image", "images", "member", "members"])
      expect((await ask("GET", `/v2/schemas/${name}`)).body).toMatchObject({ name, properties: {} });
  });

  it("has a short list of operating systems", async () => {
    const { ask } = served();
    expect((await ask("GET", "/v1/cloudimages/os_version")).body).toContainEqual({
      platform: "Debian",
      version_list: [
        {
          platform: "Debian",
          os_version_key: "Debian 12.0.0 64bit",
          os_version: "Debian 12.0.0 64bit",
          os_bit: 64,
          os_type: "Linux",
        },
      ],
    });
  });
});

function served(options: FakeHuaweiCloudOptions = {}) {
  const fake = fakeThroughMsw(options);
  return { fake, ask: askWith(fake.keyOptions()) };
}

async function post(url: string, body: unknown) {
  return answerOf(await fetch(url, { method: "POST", body: JSON.stringify(body) }));
}

async function created(ask: Ask, name = "debian-13"): Promise<string> {
  return String(at((await ask("POST", "/v2/images", { name })).body, "id"));
}

/** An image with tags and five bytes. */
async function active(ask: Ask, fake: ReturnType<typeof fakeThroughMsw>): Promise<string> {
  const { body } = await ask("POST", "/v2/images", { name: "original", tags: ["a=b"] });
  const id = String(at(body, "id"));
  const options = fake.passwordOptions();
  await putFile(options, await tokenOf(options), id, "hello");
  while (at(await shown(ask, id), "status") !== "active");
  return id;
}

/** As a backend reads one; `undefined` where there is none. */
async function shown(ask: Ask, id: unknown): Promise<unknown> {
  return at((await ask("GET", `/v2/cloudimages?id=${id}`)).body, "images.0");
}

function deleted(ask: Ask, id: unknown) {
  return ask("DELETE", `/v2/images/${id}`);
}

async function polled(ask: Ask, projectId: string, job: unknown): Promise<unknown> {
  return (await ask("GET", `/v1/${projectId}/jobs/${at(job, "job_id")}`)).body;
}

/** The image that a job has made. */
async function made(ask: Ask, projectId: string, path: string, body: unknown): Promise<unknown> {
  const done = await polled(ask, projectId, (await ask("POST", path, body)).body);
  return shown(ask, at(done, "entities.image_id"));
}

function idsOf(body: unknown): readonly string[] {
  return Object(body).images.map(({ id }: { id: string }) => id);
}

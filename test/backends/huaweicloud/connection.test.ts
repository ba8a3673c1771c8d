import { describe, expect, it, onTestFinished, vi } from "vitest";
import { connect } from "../../../src/backends/huaweicloud/connection.ts";
import type { HuaweiCloudOptions } from "../../../src/backends/huaweicloud/options.ts";
import { fakeHuaweiCloud } from "../../../src/testing/index.ts";
import { expectNoSecret, rejectionOf } from "../../support/errors.ts";
import { fakeThroughMsw, tokenOf } from "../../support/huaweicloud.ts";
import { mockNetwork } from "../../support/network.ts";

const IMAGES = "/v2/cloudimages";
const REGION = "cn-north-4";
const METADATA = "http://169.254.169.254/openstack/latest/securitykey";

describe("an access key", () => {
  it("signs every request, and asks for nothing before one is made", async () => {
    const fake = fakeThroughMsw();
    const { client, endpoints, projectId, session } = await connect(fake.keyOptions());
    expect(projectId).toBe(fake.projectId());
    expect(session).toBeUndefined();
    expect(fake.journal).toEqual([]);
    const made = await client({ method: "POST", url: `${endpoints.ims}/v2/images`, json: { name: "中 b" } });
    expect(made).toMatchObject({ status: 201, body: { name: "中 b", owner: projectId } });
    const listed = await client({ method: "GET", url: `${endpoints.ims}${IMAGES}?name=%E4%B8%AD+b&limit=2` });
    expect(listed).toMatchObject({ status: 200, body: { images: [{ name: "中 b" }] } });
  });

  it("finds the project of the region where none is given", async () => {
    const fake = fakeThroughMsw();
    const { projectId: _, ...options } = fake.keyOptions();
    expect((await connect(options)).projectId).toBe(fake.projectId());
  });

  it("is refused where its secret is wrong", async () => {
    const fake = fakeThroughMsw();
    const { client, endpoints } = await connect({ ...fake.keyOptions(), secretKey: "not-the-secret" });
    const error = await rejectionOf(client({ method: "GET", url: `${endpoints.ims}${IMAGES}` }));
    expect(error).toMatchObject({ name: "AuthError", code: "ERR_AUTH_FAILED" });
    expect(String(error)).toContain("(APIGW.0301)");
    expectNoSecret(error, "not-the-secret");
  });
});

it.each(["", "http://127.0.0.1:1"])("a signature holds over a socket, with HTTPS_PROXY=%s", async (proxy) => {
  vi.stubEnv("HTTPS_PROXY", proxy);
  const fake = fakeHuaweiCloud();
  const server = await fake.listen();
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });
  const { client, endpoints } = await connect(server.keyOptions());
  const made = await client({ method: "POST", url: `${endpoints.ims}/v2/images`, json: { name: "中 b" } });
  expect(made).toMatchObject({ status: 201, body: { name: "中 b" } });
});

describe("a key that is good for some time", () => {
  it("is sent with its token", async () => {
    const fake = fakeThroughMsw();
    const { client, endpoints } = await connect(fake.temporaryOptions());
    expect(await client({ method: "GET", url: `${endpoints.ims}${IMAGES}` })).toMatchObject({ status: 200 });
    fake.expireTokens();
    const error = await rejectionOf(client({ method: "GET", url: `${endpoints.ims}${IMAGES}` }));
    expect(error).toMatchObject({ name: "AuthError", code: "ERR_AUTH_FAILED" });
  });
});

describe("a password", () => {
  it("gets a token for the project", async () => {
    const fake = fakeThroughMsw();
    const { client, endpoints, projectId, session } = await connect(fake.passwordOptions());
    expect(projectId).toBe(fake.projectId());
    expect((await session?.token())?.projectId).toBe(projectId);
    expect(await client({ method: "GET", url: `${endpoints.ims}${IMAGES}` })).toMatchObject({ status: 200 });
  });

  it("gets one for the project of the region where none is given, and another when that is over", async () => {
    const fake = fakeThroughMsw();
    const { region, endpoints, auth } = fake.passwordOptions();
    const { projectName: _, ...user } = auth;
    const { client, projectId } = await connect({ region, endpoints, auth: user });
    expect(projectId).toBe(fake.projectId());
    fake.expireTokens();
    expect(await client({ method: "GET", url: `${endpoints.ims}${IMAGES}` })).toMatchObject({ status: 200 });
  });

  it("is renewed before it expires", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const fake = fakeThroughMsw({ tokenLifetimeMs: 3_600_000 });
    const { client, endpoints } = await connect(fake.passwordOptions());
    vi.setSystemTime(Date.now() + 3_599_000);
    await client({ method: "GET", url: `${endpoints.ims}${IMAGES}` });
    expect(fake.journal.map(({ method, status }) => `${method} ${status}`)).toEqual([
      "POST 201",
      "POST 201",
      "GET 200",
    ]);
  });

  it("that is wrong is an AuthError at once", async () => {
    const fake = fakeThroughMsw();
    const options = fake.passwordOptions();
    const error = await rejectionOf(
      connect({ ...options, auth: { ...options.auth, password: "not-the-password" } }),
    );
    expect(error).toMatchObject({ name: "AuthError", code: "ERR_AUTH_FAILED" });
    expectNoSecret(error, "not-the-password");
  });

  it("beside an access key is for tokens alone", async () => {
    const fake = fakeThroughMsw();
    const { client, endpoints, session } = await connect({
      ...fake.keyOptions(),
      auth: fake.passwordOptions().auth,
    });
    await client({ method: "GET", url: `${endpoints.ims}${IMAGES}` });
    expect(fake.journal).toHaveLength(1);
    expect((await session?.token())?.projectId).toBe(fake.projectId());
  });
});

describe("a token", () => {
  it("is used as it is", async () => {
    const fake = fakeThroughMsw();
    const { endpoints, region, ...password } = fake.passwordOptions();
    const token = await tokenOf({ endpoints, region, ...password });
    const { client, projectId, inRegion } = await connect({ region, endpoints, auth: { token } });
    expect(projectId).toBe(fake.projectId());
    expect(inRegion).toBeUndefined();
    expect(await client({ method: "GET", url: `${endpoints.ims}${IMAGES}` })).toMatchObject({ status: 200 });
    fake.expireTokens();
    const error = await rejectionOf(client({ method: "GET", url: `${endpoints.ims}${IMAGES}` }));
    expect(error).toMatchObject({
      code: "ERR_AUTH_FAILED",
      message: expect.stringContaining("HW_AUTH_TOKEN"),
    });
    expectNoSecret(error, token);
  });
});

describe("nothing", () => {
  it("is a server of the cloud, whose keys are renewed", async () => {
    const fake = fakeThroughMsw();
    const { region, endpoints } = fake.keyOptions();
    const { client, projectId } = await connect({ region, endpoints });
    expect(projectId).toBe(fake.projectId());
    expect(await client({ method: "GET", url: `${endpoints.ims}${IMAGES}` })).toMatchObject({ status: 200 });
    fake.expireTokens();
    expect(await client({ method: "GET", url: `${endpoints.ims}${IMAGES}` })).toMatchObject({ status: 200 });
  });

  it("anywhere else is an AuthError that names what can be given", async () => {
    mockNetwork().expect(`GET ${METADATA}`, { status: 404 });
    expect(await rejectionOf(connect({ region: "cn-north-4" }))).toMatchObject({
      name: "AuthError",
      code: "ERR_AUTH_FAILED",
      message: expect.stringMatching(/HW_ACCESS_KEY.*HW_AUTH_TOKEN.*HW_USER_NAME.*agency/),
    });
  });
});

describe("variables", () => {
  it("are enough", async () => {
    const fake = fakeThroughMsw();
    const { accessKey, secretKey, region, endpoints } = fake.keyOptions();
    vi.stubEnv("HW_REGION_NAME", region);
    vi.stubEnv("HW_ACCESS_KEY", accessKey);
    vi.stubEnv("HW_SECRET_KEY", secretKey);
    vi.stubEnv("HW_AUTH_URL", `${endpoints.iam}/v3`);
    vi.stubEnv("HW_ENTERPRISE_PROJECT_ID", "0");
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const connection = await connect({});
    expect(connection).toMatchObject({
      region,
      projectId: fake.projectId(),
      enterpriseProjectId: "0",
      endpoints: { iam: endpoints.iam, ims: `https://ims.${region}.myhuaweicloud.com` },
    });
  });
});

describe("another region", () => {
  const OTHER = "ap-southeast-1";

  it.each(["options", "passwordOptions"] as const)("has a project of its own, with %s", async (kind) => {
    const fake = fakeThroughMsw();
    const options = fake[kind]();
    const { inRegion } = await connect(options);
    const ims = "http://huaweicloud.fake/ims";
    const there = await inRegion?.(OTHER);
    expect(there).toMatchObject({
      region: OTHER,
      projectId: fake.projectId("demo", OTHER),
      endpoints: { ims: `${ims}/${OTHER}` },
    });
    expect(await there?.client({ method: "GET", url: `${ims}/${OTHER}${IMAGES}` })).toMatchObject({
      status: 200,
    });
  });

  it("is refused where nothing says where it is, or that can't be one", async () => {
    const fake = fakeThroughMsw();
    const options = fake.keyOptions();
    const endpoints = { ...options.endpoints, ims: "http://huaweicloud.fake/ims" };
    const { inRegion } = await connect({ ...options, endpoints });
    const refused = async (region: string) => rejectionOf(Promise.resolve(inRegion?.(region)));
    expect(await refused(OTHER)).toMatchObject({ issues: [{ path: ["endpoints", "ims"] }] });
    expect(await refused("a/b")).toMatchObject({ issues: [{ path: ["region"] }] });
    expect(fake.journal).toEqual([]);
  });
});

describe("a project that nobody has", () => {
  it("is an AuthError that says what to give", async () => {
    const fake = fakeThroughMsw();
    const { projectId: _, ...options } = fake.keyOptions();
    expect(await rejectionOf(connect({ ...options, region: "eu-west-101" }))).toMatchObject({
      code: "ERR_AUTH_FAILED",
      message: expect.stringContaining("projectId"),
    });
  });
});

describe("options", () => {
  it.each<[string, HuaweiCloudOptions & Record<string, unknown>, readonly string[], RegExp]>([
    ["a name that nobody knows", { acessKey: "a" }, ["acessKey"], /did you mean "accessKey"/],
    [
      "a name in auth",
      { auth: { user_name: "a" } as object },
      ["auth", "user_name"],
      /did you mean "username"/,
    ],
    ["a name in endpoints", { endpoints: { image: "x" } as object }, ["endpoints", "image"], /ims, iam, eps/],
    ["an address", { endpoints: { ims: "ims.example" } }, ["endpoints", "ims"], /absolute URL/],
    [
      "an address with a password",
      { endpoints: { iam: "https://a:b@c" } },
      ["endpoints", "iam"],
      /without user/,
    ],
    ["a page size", { pageSize: 501 }, ["pageSize"], /1 to 500/],
    ["no region", {}, ["region"], /HW_REGION_NAME/],
    ["no region's name", { region: "x.example/" }, ["region"], /no region/],
    ["half a key", { region: REGION, accessKey: "a" }, ["secretKey"], /HW_SECRET_KEY/],
    ["a security token alone", { region: REGION, securityToken: "a" }, ["accessKey"], /HW_ACCESS_KEY/],
    ["no password", { region: REGION, auth: { username: "a" } }, ["auth", "password"], /HW_PASSWORD/],
    [
      "no account",
      { region: REGION, auth: { username: "a", password: "b" } },
      ["auth", "userDomainName"],
      /account/,
    ],
  ])("that are wrong are refused before anything is sent: %s", async (_what, options, path, message) => {
    mockNetwork();
    expect(await rejectionOf(connect(options))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: expect.arrayContaining([{ path, message: expect.stringMatching(message) }]),
    });
  });
});

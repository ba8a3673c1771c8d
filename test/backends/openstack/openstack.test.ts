import { describe, expect, it } from "vitest";
import { type OpenStackOptions, openstack } from "../../../src/backends/openstack/index.ts";
import { expectNoSecret, rejectionOf } from "../../support/errors.ts";
import { ID, wireImage } from "../../support/glance.ts";
import { mockNetwork, type Network } from "../../support/network.ts";

const AUTH = {
  authUrl: "https://keystone.example",
  username: "ada",
  password: "hunter2",
  projectName: "demo",
};
const TOKENS = "POST https://keystone.example/v3/auth/tokens";

it("gets its token, finds Glance in the catalog and speaks to it with the token", async () => {
  const network = cloud();
  const backend = await openstack({ auth: AUTH, region: "RegionTwo" });
  expect(backend).toMatchObject({ name: "openstack", region: "RegionTwo", projectId: "p1" });
  network.expect(`GET https://public-two.example/v2/images/${ID}`, { json: wireImage() });
  expect(await backend.get(ID)).toMatchObject({ id: ID, region: "RegionTwo" });
  expect(network.calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
    TOKENS,
    `GET https://public-two.example/v2/images/${ID}`,
  ]);
  expect(network.calls[1]?.headers["x-auth-token"]).toBe("t1");
});

it("has every capability", async () => {
  cloud();
  expect(await openstack({ auth: AUTH, region: "RegionOne" })).toMatchObject({
    create: expect.any(Function),
    upload: expect.any(Function),
    download: expect.any(Function),
    members: expect.any(Object),
  });
});

it("takes the interface that is asked for", async () => {
  const network = cloud();
  const backend = await openstack({ auth: AUTH, interface: "internal" });
  expect(backend.region).toBe("RegionOne");
  network.expect(`GET https://internal-one.example/v2/images/${ID}`, { status: 404 });
  expect(await backend.get(ID)).toBeUndefined();
});

it("takes a given endpoint in place of the catalog's", async () => {
  const network = cloud();
  const backend = await openstack({
    auth: AUTH,
    imageEndpointOverride: "https://mine.example/v2",
    region: "Mars",
  });
  expect(backend.region).toBe("Mars");
  network.expect(`GET https://mine.example/v2/images/${ID}`, { status: 404 });
  expect(await backend.get(ID)).toBeUndefined();
});

describe("what the cloud doesn't have is said at once:", () => {
  it.each<[string, OpenStackOptions, readonly string[]]>([
    ["a region", { region: "Mars" }, ["RegionOne", "RegionTwo"]],
    ["an interface", { region: "RegionOne", interface: "admin" }, ["internal", "public"]],
    ["which region", {}, ["RegionOne", "RegionTwo"]],
  ])("%s", async (_what, options, available) => {
    cloud();
    const error = await rejectionOf(openstack({ auth: AUTH, ...options }));
    expect(error).toMatchObject({ name: "AuthError", code: "ERR_ENDPOINT_NOT_FOUND", available });
    expectNoSecret(error, "hunter2", "t1");
  });
});

it("credentials that are refused are said at once", async () => {
  mockNetwork().expect(TOKENS, { status: 401, json: { error: { message: "Invalid username or password" } } });
  const error = await rejectionOf(openstack({ auth: AUTH }));
  expect(error).toMatchObject({
    code: "ERR_AUTH_FAILED",
    message: expect.stringContaining("Invalid username"),
  });
  expectNoSecret(error, "hunter2");
});

describe("options that are wrong", () => {
  it.each<[string, object, readonly string[], string]>([
    ["a key that is misspelt", { auth: AUTH, regoin: "x" }, ["regoin"], 'did you mean "region"'],
    [
      "a key of auth that is misspelt",
      { auth: { ...AUTH, usrname: "x" } },
      ["auth", "usrname"],
      'did you mean "username"',
    ],
    [
      "a key of retry that is misspelt",
      { auth: AUTH, retry: { limt: 1 } },
      ["retry", "limt"],
      'did you mean "limit"',
    ],
    ["a key of clouds.yaml", { auth: { auth_url: "x" } }, ["auth", "auth_url"], 'did you mean "authUrl"'],
  ])("such as %s are named before anything is sent", async (_what, options, path, message) => {
    mockNetwork();
    expect(await rejectionOf(openstack(options))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path, message: expect.stringContaining(message) }],
    });
  });

  it("are all named", async () => {
    mockNetwork();
    const options: object = { a1: 1, auth: { ...AUTH, b2: 2 } };
    expect(await rejectionOf(openstack(options))).toMatchObject({
      issues: [{ path: ["a1"] }, { path: ["auth", "b2"] }],
    });
  });
});

it("the caller's fetch, timeout and retry are used", async () => {
  const urls: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    urls.push(input instanceof Request ? input.url : String(input));
    return new Response(null, { status: 503 });
  };
  expect(await rejectionOf(openstack({ auth: AUTH, fetch, retry: { limit: 0 } }))).toMatchObject({
    status: 503,
  });
  expect(urls).toEqual(["https://keystone.example/v3/auth/tokens"]);
});

function cloud(): Network {
  const network = mockNetwork();
  const endpoint = (name: string, region: string, host: string) => ({
    interface: name,
    region,
    region_id: region,
    url: `https://${host}.example/`,
  });
  network.expect(TOKENS, {
    status: 201,
    headers: { "x-subject-token": "t1" },
    json: {
      token: {
        expires_at: "2100-01-01T00:00:00Z",
        project: { id: "p1" },
        catalog: [
          {
            type: "image",
            endpoints: [
              endpoint("public", "RegionOne", "public-one"),
              endpoint("internal", "RegionOne", "internal-one"),
              endpoint("public", "RegionTwo", "public-two"),
            ],
          },
        ],
      },
    },
  });
  return network;
}

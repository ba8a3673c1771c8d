import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type VkcsOptions, vkcs } from "../../../src/backends/vkcs/index.ts";
import { rejectionOf } from "../../support/errors.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { ID, wireImage } from "../../support/glance.ts";
import { mockNetwork, type Network } from "../../support/network.ts";

const MOSCOW = "https://msk.cloud.vk.com/infra/identity";
const AUTH = { username: "user@example.com", password: "hunter2", projectId: "p1" };
const ENDPOINTS = { RegionOne: "https://infra.mail.ru:9292/", kz: "https://kz.infra.mail.ru:9292" };

beforeEach(async () => {
  for (const name of Object.keys(process.env).filter((name) => name.startsWith("OS_")))
    vi.stubEnv(name, undefined);
  // Nobody's own clouds.yaml.
  const folder = await temporaryFolder();
  vi.stubEnv("HOME", folder);
  vi.stubEnv("XDG_CONFIG_HOME", folder);
});
afterEach(() => vi.unstubAllEnvs());

it("needs no more than credentials: Keystone, the users' domain and the region are known", async () => {
  const network = cloud();
  const backend = await vkcs({ auth: AUTH });
  expect(backend).toMatchObject({ name: "vkcs", region: "RegionOne", projectId: "p1" });
  expect(network.calls[0]?.body).toEqual({
    auth: {
      identity: {
        methods: ["password"],
        password: {
          user: { name: "user@example.com", domain: { name: "users" }, password: "hunter2" },
        },
      },
      scope: { project: { id: "p1" } },
    },
  });
  network.expect(`GET https://infra.mail.ru:9292/v2/images/${ID}`, { json: wireImage() });
  expect(await backend.get(ID)).toMatchObject({ id: ID, region: "RegionOne" });
});

describe("what is said comes over what is known:", () => {
  it.each<[string, VkcsOptions, object]>([
    ["the name of a domain", { auth: { ...AUTH, userDomainName: "mine" } }, { name: "mine" }],
    ["the id of a domain", { auth: { ...AUTH, userDomainId: "d1" } }, { id: "d1" }],
    ["a domain for all", { auth: { ...AUTH, domainName: "all" } }, { name: "all" }],
  ])("%s", async (_what, options, domain) => {
    const network = cloud();
    await vkcs(options);
    expect(network.calls[0]?.body).toMatchObject({
      auth: { identity: { password: { user: { domain } } } },
    });
  });

  it("a Keystone, and a region", async () => {
    cloud("https://kz.infra.mail.ru:35357");
    const auth = { ...AUTH, authUrl: "https://kz.infra.mail.ru:35357/v3/" };
    expect(await vkcs({ auth, region: "kz" })).toMatchObject({ region: "kz" });
  });

  it("the OS_* variables", async () => {
    vi.stubEnv("OS_AUTH_URL", "https://keystone.example/v3");
    vi.stubEnv("OS_USERNAME", "ada");
    vi.stubEnv("OS_PASSWORD", "hunter2");
    vi.stubEnv("OS_PROJECT_ID", "p1");
    vi.stubEnv("OS_REGION_NAME", "kz");
    const network = cloud("https://keystone.example");
    expect(await vkcs()).toMatchObject({ region: "kz" });
    expect(network.calls[0]?.body).toMatchObject({
      auth: { identity: { password: { user: { name: "ada", domain: { name: "users" } } } } },
    });
  });

  it("an entry of clouds.yaml", async () => {
    const path = join(await temporaryFolder(), "clouds.yaml");
    await writeFile(
      path,
      "clouds: { mine: { auth: { username: ada, password: hunter2, project_id: p1, user_domain_id: d1 }, region_name: kz } }",
    );
    vi.stubEnv("OS_CLIENT_CONFIG_FILE", path);
    const network = cloud();
    expect(await vkcs({ cloud: "mine" })).toMatchObject({ region: "kz" });
    expect(network.calls[0]?.body).toMatchObject({
      auth: { identity: { password: { user: { name: "ada", domain: { id: "d1" } } } } },
    });
  });
});

it("takes the only region there is, whatever its name", async () => {
  cloud(MOSCOW, { private: "https://glance.example" });
  expect(await vkcs({ auth: AUTH })).toMatchObject({ region: "private" });
});

it("a region that isn't there is refused, with those that are", async () => {
  cloud();
  expect(await rejectionOf(vkcs({ auth: AUTH, region: "Mars" }))).toMatchObject({
    code: "ERR_ENDPOINT_NOT_FOUND",
    available: ["RegionOne", "kz"],
  });
});

it("credentials that are missing are named", async () => {
  expect(await rejectionOf(vkcs())).toMatchObject({
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["auth", "username"], message: "is missing" }],
  });
});

it("an option that nobody knows is refused by the name of the function", async () => {
  const options = { auth: AUTH, regoin: "kz" } as VkcsOptions;
  expect(await rejectionOf(vkcs(options))).toMatchObject({
    code: "ERR_SPEC_INVALID",
    message: expect.stringMatching(/The options of vkcs\(\).*did you mean "region"/),
  });
});

/** A Keystone with image services in some regions. */
function cloud(keystone = MOSCOW, endpoints: Readonly<Record<string, string>> = ENDPOINTS): Network {
  const network = mockNetwork();
  network.expect(`POST ${keystone}/v3/auth/tokens`, {
    status: 201,
    headers: { "x-subject-token": "t1" },
    json: {
      token: {
        expires_at: "2100-01-01T00:00:00.000000Z",
        project: { id: "p1" },
        catalog: [
          {
            type: "image",
            name: "glance",
            endpoints: Object.entries(endpoints).map(([region, url]) => ({
              interface: "public",
              region,
              region_id: region,
              url,
            })),
          },
        ],
      },
    },
  });
  return network;
}

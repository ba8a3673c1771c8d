import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, inject, test, vi } from "vitest";
import { openstack } from "../../src/backends/openstack/index.ts";
import { ImageManager } from "../../src/index.ts";
import { password } from "./cloud/seed.ts";
import { authOf, projectIdOf } from "./support/cloud.ts";
import { temporaryDirectory } from "./support/files.ts";
import {
  createApplicationCredential,
  createTotpSecret,
  createTrust,
  grantInDomain,
  totpOf,
  userIdOf,
} from "./support/keystone.ts";
import { imageName } from "./support/names.ts";
import { applyInProcess } from "./support/processes.ts";

const formats = { containerFormat: "bare", diskFormat: "raw" } as const;

async function expectToWork(options: Parameters<typeof openstack>[0]): Promise<void> {
  const backend = await openstack(options);
  expect(backend).toMatchObject({
    name: "openstack",
    region: "RegionOne",
    projectId: await projectIdOf("demo"),
  });
  const { image } = await new ImageManager(backend).apply({ name: imageName(), ...formats });
  expect(image).toMatchObject({ owner: backend.projectId, region: "RegionOne" });
}

test("a password, with names and with ids", async () => {
  const { authUrl } = inject("cloud");
  const byIds = { authUrl, userId: await userIdOf("demo"), password, projectId: await projectIdOf("demo") };
  const byDomainIds = { ...authOf("demo"), userDomainId: "default", projectDomainId: "default" };
  for (const auth of [authOf("demo"), byIds, byDomainIds]) await expectToWork({ auth });
});

test.for(["/v3", "/v3/", "", "/"])("an authUrl that ends in %s", async (end) => {
  const authUrl = inject("cloud").authUrl.replace(/\/v3$/, "");
  await expectToWork({ auth: { ...authOf("demo"), authUrl: `${authUrl}${end}` } });
});

test("an application credential, by its id and by its name", async () => {
  const { authUrl } = inject("cloud");
  const { id, name, secret } = await createApplicationCredential("demo");
  await expectToWork({ auth: { authUrl, applicationCredentialId: id, applicationCredentialSecret: secret } });
  await expectToWork({
    auth: {
      authUrl,
      username: "demo",
      userDomainName: "Default",
      applicationCredentialName: name,
      applicationCredentialSecret: secret,
    },
  });
});

test("a token", async () => {
  const { token } = await createApplicationCredential("demo");
  const { authUrl } = inject("cloud");
  await expectToWork({ auth: { authUrl, token, projectName: "demo", projectDomainName: "Default" } });
});

test("a trust: one user's credentials, another's project", async () => {
  const { projectName: _own, projectDomainName: _domain, ...other } = authOf("other");
  await expectToWork({ auth: { ...other, trustId: await createTrust("demo", "other") } });
});

test("the whole cloud, and a domain, are scopes without a project", async () => {
  const { projectName: _own, projectDomainName: _domain, ...admin } = authOf("admin");
  await grantInDomain("admin", "admin");
  for (const scope of [{ systemScope: "all" }, { domainId: "default" }, { domainName: "Default" }]) {
    const backend = await openstack({ auth: { ...admin, ...scope } });
    expect(backend).toMatchObject({ region: "RegionOne", projectId: undefined });
  }
});

test("without a scope there is no catalog, and the error says what is missing", async () => {
  const { projectName: _own, projectDomainName: _domain, ...demo } = authOf("demo");
  await expect(openstack({ auth: demo })).rejects.toMatchObject({ code: "ERR_ENDPOINT_NOT_FOUND" });
});

test("a domain for user and project", async () => {
  const { userDomainName: _user, projectDomainName: _project, ...demo } = authOf("demo");
  await expectToWork({ auth: { ...demo, domainName: "Default" } });
  await expect(openstack({ auth: { ...demo, domainName: "Elsewhere" } })).rejects.toMatchObject({
    code: "ERR_AUTH_FAILED",
  });
});

test("a one-time password, alone and beside the password", async () => {
  const secret = await createTotpSecret("demo");
  const { password: known, ...demo } = authOf("demo");
  await expectToWork({ auth: { ...demo, passcode: totpOf(secret) } });
  await expectToWork({ auth: { ...demo, password: known, passcode: totpOf(secret) } });
  await expectToWork({ auth: { ...demo, password: known, passcode: totpOf(secret) }, authType: "v3totp" });
  const error = await openstack({ auth: { ...demo, passcode: "000000x" } }).catch(
    (refusal: unknown) => refusal,
  );
  expect(error).toMatchObject({ code: "ERR_AUTH_FAILED" });
  expect(String(error)).not.toContain("000000x");
});

test("an entry of clouds.yaml", async () => {
  vi.stubEnv("OS_CLIENT_CONFIG_FILE", inject("cloud").cloudsYaml);
  try {
    await expectToWork({ cloud: "demo" });
    vi.stubEnv("OS_CLOUD", "demo");
    await expectToWork({});
  } finally {
    vi.unstubAllEnvs();
  }
});

test("an entry of clouds.yaml whose password is in secure.yaml or beside it", async () => {
  const directory = await temporaryDirectory();
  const { authUrl } = inject("cloud");
  const clouds = `clouds:
  mine:
    region_name: RegionOne
    auth:
      auth_url: ${authUrl}
      username: demo
      project_name: demo
      user_domain_name: Default
      project_domain_name: Default
`;
  await writeFile(join(directory, "clouds.yaml"), clouds);
  vi.stubEnv("OS_CLIENT_CONFIG_FILE", join(directory, "clouds.yaml"));
  try {
    await expect(openstack({ cloud: "mine" })).rejects.toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path: ["auth", "password"] }],
    });
    await expectToWork({ cloud: "mine", auth: { password } });
    await writeFile(
      join(directory, "secure.yaml"),
      `clouds:\n  mine:\n    auth:\n      password: ${password}\n`,
    );
    await expectToWork({ cloud: "mine" });
  } finally {
    vi.unstubAllEnvs();
  }
});

test("OS_* variables", async () => {
  const spec = { name: imageName(), ...formats };
  const { output } = applyInProcess(
    spec,
    {},
    {
      OS_AUTH_URL: inject("cloud").authUrl,
      OS_USERNAME: "demo",
      OS_PASSWORD: password,
      OS_PROJECT_NAME: "demo",
      OS_USER_DOMAIN_NAME: "Default",
      OS_PROJECT_DOMAIN_NAME: "Default",
      OS_REGION_NAME: "RegionOne",
      OS_INTERFACE: "internal",
    },
  );
  expect(JSON.parse(await output)).toMatchObject({ status: "queued" });
});

test("OS_CLOUD, with clouds.yaml in the user's configuration directory", async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "openstack"));
  await copyFile(inject("cloud").cloudsYaml, join(directory, "openstack", "clouds.yaml"));
  const { output } = applyInProcess(
    { name: imageName(), ...formats },
    {},
    { OS_CLOUD: "demo", XDG_CONFIG_HOME: directory },
  );
  expect(JSON.parse(await output)).toMatchObject({ status: "queued" });
});

import { describe, expect, it } from "vitest";
import {
  type CloudFiles,
  cloudEntries,
  environmentCloud,
  findCloud,
  overlay,
} from "../../../src/backends/keystone/clouds.ts";

const AUTH = { auth_url: "https://keystone.example", username: "ada", password: "pw" };

describe("an entry of clouds.yaml", () => {
  it("becomes a configuration", () => {
    const entry = {
      auth: {
        ...AUTH,
        user_id: "u1",
        user_domain_name: "Users",
        user_domain_id: "d1",
        project_name: "demo",
        project_id: "p1",
        project_domain_name: "Projects",
        project_domain_id: "d2",
        application_credential_id: "a1",
        application_credential_name: "ci",
        application_credential_secret: "s",
        token: "t",
        system_scope: "all",
        trust_id: "t1",
        passcode: "123456",
        somebody_elses: "x",
      },
      region_name: "RegionOne",
      interface: "internal",
      image_endpoint_override: "https://glance.example",
      verify: true,
      cacert: "/ca.pem",
      cert: "/cert.pem",
      key: "/key.pem",
      identity_api_version: 3,
      profile: "x",
    };
    expect(findCloud("mine", files({ mine: entry }))).toEqual({
      auth: {
        authUrl: "https://keystone.example",
        username: "ada",
        password: "pw",
        userId: "u1",
        userDomainName: "Users",
        userDomainId: "d1",
        projectName: "demo",
        projectId: "p1",
        projectDomainName: "Projects",
        projectDomainId: "d2",
        applicationCredentialId: "a1",
        applicationCredentialName: "ci",
        applicationCredentialSecret: "s",
        token: "t",
        systemScope: "all",
        trustId: "t1",
        passcode: "123456",
      },
      region: "RegionOne",
      interface: "internal",
      imageEndpointOverride: "https://glance.example",
      verify: true,
      cacert: "/ca.pem",
      cert: "/cert.pem",
      key: "/key.pem",
    });
  });

  it("may be next to nothing", () => {
    expect(findCloud("mine", files({ mine: null })).auth).toEqual({});
  });

  it("takes numbers for text, as YAML has them", () => {
    const entry = { auth: { ...AUTH, password: 123456, project_name: 7 }, region_name: 1 };
    expect(findCloud("mine", files({ mine: entry }))).toMatchObject({
      auth: { password: "123456", projectName: "7" },
      region: "1",
    });
  });

  it.each([
    [["A", "B"], "A"],
    [[{ name: "A", values: { x: 1 } }, "B"], "A"],
    [[], undefined],
  ])("has its first region where no region_name says otherwise: %j", (regions, region) => {
    expect(findCloud("mine", files({ mine: { auth: AUTH, regions } })).region).toBe(region);
  });

  it("gets what secure.yaml holds of it, deeply", () => {
    const clouds = { mine: { auth: { ...AUTH, password: "old" }, region_name: "A" }, other: { auth: AUTH } };
    const secure = { mine: { auth: { password: "new", passcode: 1 } }, third: { auth: { password: "x" } } };
    expect(findCloud("mine", files(clouds, secure))).toMatchObject({
      auth: { authUrl: "https://keystone.example", username: "ada", password: "new", passcode: "1" },
      region: "A",
    });
  });

  it("that isn't there is an error that names those that are", () => {
    expect(() => findCloud("mien", files({ mine: {}, other: {} }, {}, "/etc/clouds.yaml"))).toThrow(
      expect.objectContaining({
        name: "AuthError",
        code: "ERR_AUTH_FAILED",
        available: ["mine", "other"],
        message: 'There is no cloud "mien" in /etc/clouds.yaml; there is mine, other',
      }),
    );
    expect(() => findCloud("toString", files({}))).toThrow('There is no cloud "toString" in clouds.yaml');
  });

  it.each([
    [{ auth: "hunter2" }, ["clouds", "mine", "auth"]],
    [{ auth: AUTH, verify: "hunter2" }, ["clouds", "mine", "verify"]],
    [{ auth: AUTH, regions: "hunter2" }, ["clouds", "mine", "regions"]],
    ["hunter2", ["clouds", "mine"]],
    [["hunter2"], ["clouds", "mine"]],
  ])("that is wrong is an error that names the place, not what stands there: %j", (entry, path) => {
    const find = () => findCloud("mine", files({ mine: entry }, {}, "/etc/clouds.yaml"));
    expect(find).toThrow(
      expect.objectContaining({
        code: "ERR_SPEC_INVALID",
        issues: [expect.objectContaining({ path })],
        message: expect.stringMatching(/^\/etc\/clouds\.yaml is invalid: (?!.*hunter2)/),
      }),
    );
  });
});

describe("a file of clouds", () => {
  it.each([undefined, null, {}, { clouds: null }, { cache: { expiration_time: 3600 } }])(
    "without a cloud is no error: %j",
    (content) => {
      expect(cloudEntries(content, "clouds.yaml")).toEqual({});
    },
  );

  it.each(["hunter2", ["hunter2"], { clouds: ["hunter2"] }, { clouds: "hunter2" }])(
    "that is something else is an error without its content: %j",
    (content) => {
      expect(() => cloudEntries(content, "clouds.yaml")).toThrow(
        "clouds.yaml is invalid: clouds: must be a map of clouds by name",
      );
    },
  );
});

describe("the OS_* variables", () => {
  it("become a configuration", () => {
    expect(
      environmentCloud({
        OS_AUTH_URL: "https://keystone.example",
        OS_USERNAME: "ada",
        OS_PASSWORD: "pw",
        OS_PROJECT_NAME: "demo",
        OS_USER_DOMAIN_NAME: "Users",
        OS_PROJECT_DOMAIN_ID: "d2",
        OS_APPLICATION_CREDENTIAL_ID: "a1",
        OS_REGION_NAME: "RegionOne",
        OS_INTERFACE: "internal",
        OS_IMAGE_ENDPOINT_OVERRIDE: "https://glance.example",
        OS_CACERT: "/ca.pem",
        HOME: "/root",
      }),
    ).toMatchObject({
      auth: {
        authUrl: "https://keystone.example",
        username: "ada",
        password: "pw",
        projectName: "demo",
        userDomainName: "Users",
        projectDomainId: "d2",
        applicationCredentialId: "a1",
      },
      region: "RegionOne",
      interface: "internal",
      imageEndpointOverride: "https://glance.example",
      cacert: "/ca.pem",
    });
  });

  it.each([
    ["true", false],
    ["1", false],
    ["Yes", false],
    ["false", undefined],
    ["0", undefined],
    ["", undefined],
  ])("OS_INSECURE=%s is verify: %s", (value, verify) => {
    expect(environmentCloud({ OS_INSECURE: value }).verify).toBe(verify);
  });

  it("of older clouds say tenant, one domain for both, and an endpoint type", () => {
    const old = {
      OS_TENANT_NAME: "demo",
      OS_TENANT_ID: "p1",
      OS_DOMAIN_NAME: "D",
      OS_ENDPOINT_TYPE: "internalURL",
    };
    expect(environmentCloud(old)).toMatchObject({
      auth: { projectName: "demo", projectId: "p1", domainName: "D" },
      interface: "internal",
    });
    expect(environmentCloud({ ...old, OS_PROJECT_NAME: "new" }).auth.projectName).toBe("new");
  });

  it("that are empty are not there", () => {
    expect(environmentCloud({ OS_AUTH_URL: "", OS_PASSWORD: "", OS_REGION_NAME: "" })).toMatchObject({
      auth: {},
      region: undefined,
    });
    expect(environmentCloud({ OS_PASSWORD: "" }).auth).not.toHaveProperty("password");
  });
});

it("what is laid over a configuration counts, what it doesn't say stays", () => {
  const under = { auth: { authUrl: "a", username: "ada" }, region: "A", interface: "public" };
  expect(
    overlay(under, { region: "B", interface: undefined, auth: { username: "bob", password: undefined } }),
  ).toEqual({
    auth: { authUrl: "a", username: "bob" },
    region: "B",
    interface: "public",
  });
});

function files(
  clouds: Readonly<Record<string, unknown>>,
  secure: Readonly<Record<string, unknown>> = {},
  path = "clouds.yaml",
): CloudFiles {
  return { clouds, secure, profiles: {}, path };
}

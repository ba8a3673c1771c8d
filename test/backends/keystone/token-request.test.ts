import { describe, expect, it } from "vitest";
import { type AuthOptions, tokenRequest, tokensUrl } from "../../../src/backends/keystone/auth.ts";

const PASSWORD = { username: "ada", password: "pw" };
const USER = { name: "ada", domain: { id: "default" }, password: "pw" };

describe("who one is", () => {
  it.each<[string, AuthOptions, object]>([
    ["a password, in the first domain", PASSWORD, { methods: ["password"], password: { user: USER } }],
    [
      "a password, in a domain by name",
      { ...PASSWORD, userDomainName: "Users" },
      { methods: ["password"], password: { user: { ...USER, domain: { name: "Users" } } } },
    ],
    [
      "a password, in a domain by id, which comes before its name",
      { ...PASSWORD, userDomainName: "Users", userDomainId: "d1" },
      { methods: ["password"], password: { user: { ...USER, domain: { id: "d1" } } } },
    ],
    [
      "a password of a user by id, which needs no domain",
      { userId: "u1", username: "ada", userDomainName: "Users", password: "pw" },
      { methods: ["password"], password: { user: { id: "u1", password: "pw" } } },
    ],
    [
      "a password and a one-time password",
      { ...PASSWORD, passcode: "123456" },
      {
        methods: ["password", "totp"],
        password: { user: USER },
        totp: { user: { name: "ada", domain: { id: "default" }, passcode: "123456" } },
      },
    ],
    [
      "a one-time password alone",
      { username: "ada", passcode: "123456" },
      {
        methods: ["totp"],
        totp: { user: { name: "ada", domain: { id: "default" }, passcode: "123456" } },
      },
    ],
    [
      "a password, in the domain for everything",
      { ...PASSWORD, domainName: "D" },
      { methods: ["password"], password: { user: { ...USER, domain: { name: "D" } } } },
    ],
    ["a token", { token: "t" }, { methods: ["token"], token: { id: "t" } }],
    [
      "a token, which comes before a password",
      { ...PASSWORD, token: "t" },
      { methods: ["token"], token: { id: "t" } },
    ],
    [
      "an application credential by id",
      { applicationCredentialId: "a1", applicationCredentialSecret: "s" },
      { methods: ["application_credential"], application_credential: { id: "a1", secret: "s" } },
    ],
    [
      "an application credential by name and user",
      {
        applicationCredentialName: "ci",
        username: "ada",
        userDomainName: "Users",
        applicationCredentialSecret: "s",
      },
      {
        methods: ["application_credential"],
        application_credential: { name: "ci", user: { name: "ada", domain: { name: "Users" } }, secret: "s" },
      },
    ],
    [
      "an application credential by name and user id",
      { applicationCredentialName: "ci", userId: "u1", applicationCredentialSecret: "s" },
      {
        methods: ["application_credential"],
        application_credential: { name: "ci", user: { id: "u1" }, secret: "s" },
      },
    ],
    [
      "an application credential, which comes before everything and has a scope of its own",
      {
        ...PASSWORD,
        token: "t",
        projectId: "p",
        applicationCredentialId: "a1",
        applicationCredentialSecret: "s",
      },
      { methods: ["application_credential"], application_credential: { id: "a1", secret: "s" } },
    ],
  ])("%s", (_what, auth, identity) => {
    const request = tokenRequest({ authUrl: "https://keystone.example", ...auth });
    expect(request.auth.identity).toEqual(identity);
    expect(request.auth.scope).toEqual(auth.domainName && { domain: { name: auth.domainName } });
  });
});

describe("auth_type says which credentials are used, whatever else there is:", () => {
  const ALL = {
    ...PASSWORD,
    token: "t",
    passcode: "123456",
    applicationCredentialId: "a1",
    applicationCredentialSecret: "s",
  };
  it.each<[string, readonly string[]]>([
    ["v3applicationcredential", ["application_credential"]],
    ["v3token", ["token"]],
    ["token", ["token"]],
    ["v3password", ["password", "totp"]],
    ["password", ["password", "totp"]],
    ["V3Password", ["password", "totp"]],
    ["v3multifactor", ["password", "totp"]],
    ["v3totp", ["totp"]],
  ])("%s", (authType, methods) => {
    expect(tokenRequest(ALL, authType).auth.identity).toMatchObject({ methods });
  });

  it.each<[string, keyof AuthOptions]>([
    ["v3applicationcredential", "applicationCredentialSecret"],
    ["v3token", "token"],
    ["v3password", "password"],
    ["v3multifactor", "password"],
    ["v3totp", "passcode"],
  ])("%s needs its own: %s", (authType, key) => {
    expect(() => tokenRequest({ username: "ada", applicationCredentialId: "a1" }, authType)).toThrow(
      expect.objectContaining({ issues: [{ path: ["auth", key], message: "is missing" }] }),
    );
  });

  it.each(["v3oidcpassword", "v2password", "none", ""])(
    "%j is an error that names those that work",
    (authType) => {
      expect(() => tokenRequest(ALL, authType)).toThrow(
        expect.objectContaining({
          code: "ERR_SPEC_INVALID",
          issues: [
            {
              path: ["authType"],
              message: `${JSON.stringify(authType)} is not supported: use one of password, v3password, token, v3token, v3applicationcredential, v3totp, v3multifactor`,
            },
          ],
        }),
      );
    },
  );
});

describe("what for", () => {
  it.each<[string, AuthOptions, object | undefined]>([
    ["nothing in particular", {}, undefined],
    ["a project by id", { projectId: "p1", projectName: "x" }, { project: { id: "p1" } }],
    ["a project by name", { projectName: "demo" }, { project: { name: "demo", domain: { id: "default" } } }],
    [
      "a project by name, in a domain by name",
      { projectName: "demo", projectDomainName: "D" },
      { project: { name: "demo", domain: { name: "D" } } },
    ],
    [
      "a project by name, in a domain by id",
      { projectName: "demo", projectDomainName: "D", projectDomainId: "d1" },
      { project: { name: "demo", domain: { id: "d1" } } },
    ],
    ["a domain by id", { domainId: "d1", domainName: "x" }, { domain: { id: "d1" } }],
    ["a domain by name", { domainName: "D" }, { domain: { name: "D" } }],
    [
      "a project, in the domain for everything",
      { projectName: "demo", domainId: "d1" },
      { project: { name: "demo", domain: { id: "d1" } } },
    ],
    [
      "a project, in a domain of its own",
      { projectName: "demo", domainId: "d1", projectDomainName: "P" },
      { project: { name: "demo", domain: { name: "P" } } },
    ],
    [
      "the whole cloud, whatever the domain",
      { systemScope: "all", domainId: "d1" },
      { system: { all: true } },
    ],
    ["the whole cloud", { systemScope: "all", projectId: "p1" }, { system: { all: true } }],
    ["a trust", { trustId: "t1", projectId: "p1" }, { "OS-TRUST:trust": { id: "t1" } }],
  ])("%s", (_what, scope, expected) => {
    expect(tokenRequest({ ...PASSWORD, ...scope }).auth.scope).toEqual(expected);
    expect(tokenRequest({ token: "t", ...scope }).auth.scope).toEqual(expected);
  });
});

describe("what is missing is named:", () => {
  it.each<[keyof AuthOptions, AuthOptions]>([
    ["password", { username: "ada" }],
    ["password", { username: "ada", password: "" }],
    ["username", { password: "pw" }],
    ["applicationCredentialSecret", { applicationCredentialId: "a1", password: "pw" }],
    ["username", { applicationCredentialName: "ci", applicationCredentialSecret: "s" }],
  ])("%s", (key, auth) => {
    expect(() => tokenRequest(auth)).toThrow(
      expect.objectContaining({
        code: "ERR_SPEC_INVALID",
        issues: [{ path: ["auth", key], message: "is missing" }],
        message: `The authentication is invalid: auth.${key}: is missing`,
      }),
    );
  });
});

it.each([
  "https://keystone.example/identity",
  "https://keystone.example/identity/",
  "https://keystone.example/identity/v3",
  "https://keystone.example/identity/v3//",
  "https://keystone.example/identity/v2.0",
])("tokens are given at the same place for %s", (authUrl) => {
  expect(tokensUrl(authUrl)).toBe("https://keystone.example/identity/v3/auth/tokens");
});

import { describe, expect, it } from "vitest";
import { accessOf } from "../../../src/backends/huaweicloud/credentials.ts";
import { endpointsOf, isRegion } from "../../../src/backends/huaweicloud/endpoints.ts";

const VARIABLES = {
  HW_REGION_NAME: "cn-north-4",
  HW_ACCESS_KEY: "ak",
  HW_SECRET_KEY: "sk",
  HW_PROJECT_ID: "p",
  HW_PROJECT_NAME: "cn-north-4_team",
  HW_AUTH_URL: "https://iam.example/v3",
  HW_ENTERPRISE_PROJECT_ID: "0",
};
const USER = { HW_USER_NAME: "ada", HW_PASSWORD: "pw", HW_DOMAIN_NAME: "account" };

describe("access", () => {
  it("is what the variables say", () => {
    expect(accessOf({}, { ...VARIABLES, HW_SECURITY_TOKEN: "st" })).toEqual({
      region: "cn-north-4",
      projectId: "p",
      projectName: "cn-north-4_team",
      enterpriseProjectId: "0",
      endpoints: { iam: "https://iam.example/v3" },
      credentials: { accessKey: "ak", secretKey: "sk", securityToken: "st", auth: undefined },
    });
  });

  it("is what the options say, over that", () => {
    const options = { projectId: "q", enterpriseProjectId: "e", endpoints: { iam: "https://iam.other" } };
    expect(accessOf(options, VARIABLES)).toMatchObject({ ...options, region: "cn-north-4" });
    expect(accessOf({ auth: { authUrl: "https://iam.third", projectId: "r" } }, VARIABLES)).toMatchObject({
      projectId: "r",
      endpoints: { iam: "https://iam.third" },
      credentials: { accessKey: "ak" },
    });
  });

  it("has no project of another region", () => {
    const { projectId, projectName } = accessOf({ region: "eu-west-101" }, VARIABLES);
    expect([projectId, projectName]).toEqual([undefined, undefined]);
    const { HW_REGION_NAME: _, ...elsewhere } = VARIABLES;
    expect(accessOf({ region: "eu-west-101" }, elsewhere).projectId).toBe("p");
  });
});

describe("credentials", () => {
  it("of the options leave those of the variables out", () => {
    const auth = { userId: "u", password: "pw" };
    expect(accessOf({ auth }, VARIABLES).credentials).toEqual({ auth });
    expect(accessOf({ accessKey: "a", secretKey: "s" }, { ...VARIABLES, HW_AUTH_TOKEN: "t" })).toMatchObject({
      credentials: { accessKey: "a", secretKey: "s", auth: undefined },
    });
  });

  it("are a token first", () => {
    const all = { ...VARIABLES, ...USER, HW_AUTH_TOKEN: "t" };
    expect(accessOf({}, all).credentials).toEqual({ auth: { token: "t" } });
  });

  it("are a key, with a password beside it", () => {
    expect(accessOf({}, { ...VARIABLES, ...USER }).credentials).toMatchObject({
      accessKey: "ak",
      auth: { username: "ada", password: "pw", userDomainName: "account" },
    });
  });

  it("are none where a variable is empty, or names an account alone", () => {
    const { credentials } = accessOf({}, { HW_ACCESS_KEY: "", HW_DOMAIN_NAME: "account" });
    expect(Object.values(credentials).every((value) => value === undefined)).toBe(true);
  });
});

describe("endpoints", () => {
  it("are of the region", () => {
    expect(endpointsOf("cn-north-4", {})).toEqual({
      ims: "https://ims.cn-north-4.myhuaweicloud.com",
      iam: "https://iam.cn-north-4.myhuaweicloud.com",
      eps: "https://eps.myhuaweicloud.com",
    });
    expect(endpointsOf("eu-west-101", {})).toEqual({
      ims: "https://ims.eu-west-101.myhuaweicloud.eu",
      iam: "https://iam.eu-west-101.myhuaweicloud.eu",
      eps: "https://eps.eu-west-101.myhuaweicloud.eu",
    });
  });

  it("are those that are given, without slashes and /v3", () => {
    const given = { ims: "https://ims.example/a/", iam: "https://iam.example/v3/", eps: undefined };
    expect(endpointsOf("cn-north-4", given)).toEqual({
      ims: "https://ims.example/a",
      iam: "https://iam.example",
      eps: "https://eps.myhuaweicloud.com",
    });
  });

  it.each([
    ["cn-north-4", true],
    ["my-kualalumpur-1", true],
    ["eu-west-101", true],
    ["", false],
    ["cn", false],
    ["CN-north-4", false],
    ["evil.example/cn-north-4", false],
    ["a@b-c", false],
    [`a-${"b".repeat(62)}`, false],
  ])("%j as a region: %s", (name, isOne) => {
    expect(isRegion(name)).toBe(isOne);
  });
});

import { describe, expect, it } from "vitest";
import { connect } from "../../../src/backends/huaweicloud/connection.ts";
import { expectNoSecret, rejectionOf } from "../../support/errors.ts";
import { fakeThroughMsw, tokenOf } from "../../support/huaweicloud.ts";

const IMAGES = "/v2/cloudimages";

describe("an access key", () => {
  it("signs every request, and asks for nothing before one is made", async () => {
    const fake = fakeThroughMsw();
    const { client, endpoints, projectId, session } = await connect(fake.options());
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
    const { projectId: _, ...options } = fake.options();
    expect((await connect(options)).projectId).toBe(fake.projectId());
  });

  it("is refused where its secret is wrong", async () => {
    const fake = fakeThroughMsw();
    const { client, endpoints } = await connect({ ...fake.options(), secretKey: "not-the-secret" });
    const error = await rejectionOf(client({ method: "GET", url: `${endpoints.ims}${IMAGES}` }));
    expect(error).toMatchObject({ name: "AuthError", code: "ERR_AUTH_FAILED" });
    expect(String(error)).toContain("APIGW.0301: Incorrect IAM authentication information");
    expectNoSecret(error, "not-the-secret");
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
  });
});

describe("nothing", () => {
  it("is a server of the cloud", async () => {
    const fake = fakeThroughMsw();
    const { region, endpoints } = fake.options();
    const { client, projectId } = await connect({ region, endpoints });
    expect(projectId).toBe(fake.projectId());
    expect(await client({ method: "GET", url: `${endpoints.ims}${IMAGES}` })).toMatchObject({ status: 200 });
  });
});

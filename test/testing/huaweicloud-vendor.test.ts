/** The fake, asked by the vendor's own client over HTTP: it finds its project, signs, and understands the answers. */
import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js";
import { HcClient, type HttpRequestOptions } from "@huaweicloud/huaweicloud-sdk-core/HcClient.js";
import { DefaultHttpClient } from "@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js";
import { LogLevel } from "@huaweicloud/huaweicloud-sdk-core/logger/index.js";
import { Region } from "@huaweicloud/huaweicloud-sdk-core/region/region.js";
import { expect, it, onTestFinished } from "vitest";
import { type FakeHuaweiAccessOptions, fakeHuaweiCloud } from "../../src/testing/index.ts";

it("finds its project, and makes, changes and lists an image", async () => {
  const { fake, send } = await client((server) => server.keyOptions());
  const created = await send({ method: "POST", url: "/v2/images", data: { name: "debian-13" } });
  expect(created).toMatchObject({ httpStatusCode: 201, owner: fake.projectId(), status: "queued" });
  const patched = await send({
    method: "PATCH",
    url: `/v2/images/${created.id}`,
    contentType: "application/openstack-images-v2.1-json-patch",
    data: [{ op: "add", path: "/__description", value: "a test" }],
  });
  expect(patched).toMatchObject({ __description: "a test" });
  const tags = [{ key: "ключ", value: "a b" }];
  const data = { action: "create", tags };
  await send({ method: "POST", url: `/v2/{project_id}/images/${created.id}/tags/action`, data });
  const queryParams = { tag: "ключ=a b", limit: 2, __isregistered: "true" };
  const listed = await send({ method: "GET", url: "/v2/cloudimages", queryParams });
  expect(listed).toMatchObject({ images: [{ id: created.id, tags: ["ключ=a b"] }] });
  expect(fake.journal[0]).toMatchObject({ method: "GET", status: 200 });
  expect(fake.journal[0]?.path).toBe("/iam/v3/projects?name=cn-north-4");
});

it("understands refusals", async () => {
  const { send } = await client((server) => ({ ...server.keyOptions(), secretKey: "wrong" }));
  await expect(send({ method: "GET", url: "/v2/cloudimages" })).rejects.toMatchObject({
    errorCode: "APIGW.0301",
  });
  const { send: sendWell } = await client((server) => server.keyOptions());
  const refused = sendWell({ method: "POST", url: "/v2/images", data: { name: "debian " } });
  await expect(refused).rejects.toMatchObject({ httpStatusCode: 400, errorCode: "IMG.0003" });
});

const nothing = () => {};
const SILENT = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};

async function client(
  optionsOf: (server: { keyOptions(): FakeHuaweiAccessOptions }) => FakeHuaweiAccessOptions,
) {
  const fake = fakeHuaweiCloud();
  const server = await fake.listen();
  onTestFinished(() => server.close());
  const { accessKey, secretKey, securityToken, endpoints, region } = optionsOf(server);
  const credentials = new BasicCredentials()
    .withAk(accessKey)
    .withSk(secretKey)
    .withSecurityToken(securityToken)
    .withIamEndpoint(endpoints.iam);
  const vendor = new HcClient(new DefaultHttpClient({ logger: SILENT }, [endpoints.ims]))
    .withRegion(new Region(region, endpoints.ims))
    .withEndpoints([endpoints.ims])
    .withCredential(credentials);
  const defaults = { contentType: "application/json", queryParams: {}, pathParams: {}, headers: {} };
  const send = async (request: Pick<HttpRequestOptions, "method" | "url"> & Partial<HttpRequestOptions>) =>
    Object(await vendor.sendRequest({ ...defaults, ...request }));
  return { fake, send };
}

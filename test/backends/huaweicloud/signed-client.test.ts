import { describe, expect, it } from "vitest";
import { controlClient } from "../../../src/backends/http/client.ts";
import { givenKey, type KeySource } from "../../../src/backends/huaweicloud/key-source.ts";
import { signedClient } from "../../../src/backends/huaweicloud/signed-client.ts";
import { expectNoSecret, rejectionOf } from "../../support/errors.ts";
import { mockNetwork } from "../../support/network.ts";

const ADDRESS = "https://ims.example/v2/cloudimages";
const KEY = { accessKey: "AK", secretKey: "the-secret-key", securityToken: undefined };
const NOW = Date.parse("2026-11-21T10:00:00Z");
const UNAUTHORIZED = {
  status: 401,
  headers: { date: new Date(NOW).toUTCString() },
  json: {
    error_code: "APIGW.0301",
    error_msg: "Incorrect IAM authentication information: verify aksk signature fail",
  },
};

it("signs each attempt anew", async () => {
  const network = mockNetwork();
  network.expect(`GET ${ADDRESS}`, { status: 503 }, { status: 429 }, {});
  let nowMs = NOW;
  const client = clientWith(givenKey(KEY), () => (nowMs += 60_000));
  await client({ method: "GET", url: ADDRESS });
  const dates = network.calls.map(({ headers }) => headers["x-sdk-date"]);
  expect(dates).toEqual(["20261121T100100Z", "20261121T100200Z", "20261121T100300Z"]);
  const signatures = network.calls.map(({ headers }) => headers["authorization"]);
  expect(new Set(signatures).size).toBe(3);
});

it("signs the type of the body that it sends, and the headers of the address", async () => {
  const network = mockNetwork();
  network.expect(`PATCH ${ADDRESS}`, {});
  const headersFor = (url: string) => ({ "x-project-id": `project of ${url}` });
  const client = signedClient({ client: controlClient(), keys: givenKey(KEY), headersFor, now: () => NOW });
  const headers = { "content-type": "application/openstack-images-v2.1-json-patch" };
  await client({ method: "PATCH", url: ADDRESS, headers, json: [] });
  expect(network.calls).toMatchObject([{ headers: { ...headers, "x-project-id": `project of ${ADDRESS}` } }]);
  expect(network.calls[0]?.headers["authorization"]).toContain(
    "SignedHeaders=content-type;host;x-project-id;x-sdk-date,",
  );
});

describe("a signature that is refused", () => {
  it("is an AuthError that has the cloud's words, and no secret", async () => {
    mockNetwork().expect(`GET ${ADDRESS}`, UNAUTHORIZED);
    const error = await rejectionOf(clientWith(givenKey(KEY))({ method: "GET", url: ADDRESS }));
    expect(error).toMatchObject({
      code: "ERR_AUTH_FAILED",
      message:
        "https://ims.example refused the signature of access key AK (GET): 401 Incorrect IAM authentication information: verify aksk signature fail (APIGW.0301)",
    });
    expectNoSecret(error, KEY.secretKey);
  });

  it.each([
    [16 * 60_000, "16 minutes ahead of"],
    [-90 * 60_000, "90 minutes behind"],
  ])("for a clock that is %d ms off says so", async (skewMs, words) => {
    mockNetwork().expect(`GET ${ADDRESS}`, UNAUTHORIZED);
    const error = await rejectionOf(
      clientWith(givenKey(KEY), () => NOW + skewMs)({ method: "GET", url: ADDRESS }),
    );
    expect(String(error)).toContain(`this machine's clock is ${words} the cloud's`);
  });

  it("of a key that is good for some time says that it may be over", async () => {
    mockNetwork().expect(`GET ${ADDRESS}`, UNAUTHORIZED);
    const key = { ...KEY, securityToken: "the-security-token" };
    const error = await rejectionOf(clientWith(givenKey(key))({ method: "GET", url: ADDRESS }));
    expect(String(error)).toContain("give a new one if it is over");
    expectNoSecret(error, KEY.secretKey, key.securityToken);
  });

  it("is made once more with another key", async () => {
    const network = mockNetwork();
    network.expect(`POST ${ADDRESS}`, UNAUTHORIZED, { status: 201 });
    const answer = await clientWith(changing())({ method: "POST", url: ADDRESS, json: { a: 1 } });
    expect(answer.status).toBe(201);
    expect(network.calls.map(({ body }) => body)).toEqual([{ a: 1 }, { a: 1 }]);
    expect(network.calls[1]?.headers["authorization"]).toContain("Access=NEW,");
  });

  it("is an AuthError where the other key is refused as well", async () => {
    mockNetwork().expect(`GET ${ADDRESS}`, UNAUTHORIZED, UNAUTHORIZED);
    expect(await rejectionOf(clientWith(changing())({ method: "GET", url: ADDRESS }))).toMatchObject({
      name: "AuthError",
      message: expect.stringContaining("access key NEW"),
    });
  });
});

it("sends nothing after an abort", async () => {
  mockNetwork();
  const signal = AbortSignal.abort("enough");
  expect(await rejectionOf(clientWith(givenKey(KEY))({ method: "GET", url: ADDRESS }, { signal }))).toBe(
    "enough",
  );
});

function clientWith(keys: KeySource, now = () => NOW) {
  return signedClient({ client: controlClient({ retry: { baseDelayMs: 1 } }), keys, now });
}

function changing(): KeySource {
  return { key: async () => KEY, renew: async () => ({ ...KEY, accessKey: "NEW" }) };
}

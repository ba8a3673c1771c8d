/** Signatures as the vendor's own packages make them: their known answers, and what the fake makes of requests. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalPaths,
  canonicalQuery,
  sha256,
  signatureOf,
} from "../../src/testing/huaweicloud/signature.ts";
import { fakeThroughMsw, type Key, signedByVendor } from "../support/huaweicloud.ts";

const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

describe("known answers", () => {
  const sdk = (method: string, path: string, query: string, payload: string) =>
    signatureOf("SecretKey", {
      method,
      path,
      query: new URLSearchParams(query),
      headers: new Map([["x-sdk-date", "20060102T150405Z"]]),
      payload,
      date: "20060102T150405Z",
    });

  it.each([
    ["GET", "limit=1", "", "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624"],
    [
      "POST",
      "key=value",
      '{"Name":"test","Id":1}\n',
      "cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59",
    ],
    [
      "POST",
      "key=value",
      '{"Name":"test","Id":1}',
      "83599e5230b5b31fb58837c5760b4c2d407542df1f9493834ead538696e17a35",
    ],
  ])("%s /path?%s of %j", (method, query, body, signature) => {
    expect(sdk(method, "/path/", query, sha256(body))).toBe(signature);
  });

  const ims = (
    method: string,
    path: string,
    query: string,
    headers: Readonly<Record<string, string>>,
    payload: string,
  ) =>
    signatureOf("SKEXAMPLE000000000000000000000000000000", {
      method,
      path,
      query: new URLSearchParams(query),
      headers: new Map(
        Object.entries({
          ...headers,
          "x-sdk-date": "20240115T083000Z",
          "x-project-id": "0b1e494e2660441a957313163095fe5c",
          host: "ims.cn-north-4.myhuaweicloud.com",
        }),
      ),
      payload,
      date: "20240115T083000Z",
    });

  it("of a listing", () => {
    const id = "33ad552d-1149-471c-8190-ff6776174a00";
    expect(ims("GET", "/v2/cloudimages/", `id=${id}`, {}, EMPTY)).toBe(
      "2e6d5f5e788ec2f8478a595e84d52a2a2a27fdf22b0a149cfa8530a74eea5e68",
    );
  });

  it("of an update", () => {
    const payload = sha256('[{"op":"replace","path":"/name","value":"ims_test"}]');
    const path = "/v2/cloudimages/33ad552d-1149-471c-8190-ff6776174a00/";
    expect(ims("PATCH", path, "", { "content-type": "application/json" }, payload)).toBe(
      "2a8c86cf4a49b6a864100cd280d4aea770b825c244a6c7de8f41ea7c661e479d",
    );
  });

  it("of a query with characters of every kind", () => {
    const query = new URLSearchParams([
      ["test", "一 (&=?!#%.*)"],
      ["path", "/tmp/123"],
      ["multi", "3"],
      ["multi", "1"],
      ["multi", "2"],
      ["limit", "1"],
      ["enable", "true"],
    ]);
    expect(canonicalQuery(query)).toBe(
      "enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29",
    );
  });

  it("of a path with escapes, by its meaning and as it is sent", () => {
    expect(canonicalPaths("/v2/a%20b")).toEqual(["/v2/a%20b/", "/v2/a%2520b/"]);
  });
});

describe("a request that the vendor's package has signed", () => {
  it("is accepted, whatever is in its query and its body", async () => {
    const { options } = served();
    const url = `${options.endpoints.ims}/v2/cloudimages`;
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom("name", "tag", "id"), fc.string({ unit: "grapheme" })),
        async (query) => {
          const request = signedByVendor(options, {
            method: "GET",
            url: `${url}?${new URLSearchParams(query)}`,
          });
          expect((await fetch(request)).status).toBe(200);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("is accepted with a body, and refused when one byte of it is another", async () => {
    const { options } = served();
    const request = () =>
      signedByVendor(options, {
        method: "POST",
        url: `${options.endpoints.ims}/v2/images`,
        body: { name: "debian-13" },
      });
    expect((await fetch(request())).status).toBe(201);
    const changed = new Request(request(), { body: JSON.stringify({ name: "debian-12" }) });
    const refused = await fetch(changed);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toEqual({
      error_code: "APIGW.0301",
      error_msg: "Incorrect IAM authentication information: verify aksk signature fail",
      request_id: refused.headers.get("x-request-id"),
    });
  });

  it("is refused when its path, its query, its method or a header that is signed is another", async () => {
    const { options } = served();
    const { ims } = options.endpoints;
    const call = { method: "GET", url: `${ims}/v2/cloudimages?limit=2` };
    const { headers } = signedByVendor(options, call);
    const others = [
      new Request(call.url, {
        headers: { ...Object.fromEntries(headers), "x-sdk-date": dateOf(Date.now() + 60_000) },
      }),
      new Request(`${ims}/v2/images?limit=2`, { headers }),
      new Request(`${ims}/v2/cloudimages?limit=3`, { headers }),
      new Request(call.url, { headers, method: "DELETE" }),
    ];
    expect((await fetch(new Request(call.url, { headers }))).status).toBe(200);
    for (const other of others) expect((await fetch(other)).status).toBe(401);
  });

  it("is refused when a header that is signed isn't there", async () => {
    const { options } = served();
    const call = {
      method: "GET",
      url: `${options.endpoints.ims}/v2/cloudimages`,
      headers: { "x-project-id": options.projectId },
    };
    const { headers } = signedByVendor(options, call);
    headers.delete("x-project-id");
    expect((await fetch(new Request(call.url, { headers }))).status).toBe(401);
  });

  it("is refused when it is more than 15 minutes old or early", async () => {
    let nowMs = Date.now();
    const { options } = served(() => new Date(nowMs));
    const request = () =>
      signedByVendor(options, { method: "GET", url: `${options.endpoints.ims}/v2/cloudimages` });
    nowMs += 14 * 60_000;
    expect((await fetch(request())).status).toBe(200);
    nowMs += 2 * 60_000;
    expect((await fetch(request())).status).toBe(401);
    nowMs -= 32 * 60_000;
    expect((await fetch(request())).status).toBe(401);
  });

  it("is accepted without its body's digest where it says so", async () => {
    const { options } = served();
    const call = {
      method: "POST",
      url: `${options.endpoints.ims}/v2/images`,
      body: { name: "debian-13" },
      headers: { "X-Sdk-Content-Sha256": "UNSIGNED-PAYLOAD" },
    };
    expect((await fetch(signedByVendor(options, call))).status).toBe(201);
  });

  it("is refused when the digest that it gives isn't its body's", async () => {
    const { options } = served();
    const call = {
      method: "POST",
      url: `${options.endpoints.ims}/v2/images`,
      body: { name: "debian-13" },
      headers: { "X-Sdk-Content-Sha256": EMPTY },
    };
    expect((await fetch(signedByVendor(options, call))).status).toBe(401);
  });

  it("is refused by a secret key that isn't the user's, and by an access key of nobody", async () => {
    const { options } = served();
    const call = { method: "GET", url: `${options.endpoints.ims}/v2/cloudimages` };
    const wrong: readonly Key[] = [
      { ...options, secretKey: "no" },
      { ...options, accessKey: "NOBODY" },
    ];
    for (const key of wrong) expect((await fetch(signedByVendor(key, call))).status).toBe(401);
  });

  it("is refused above 12 MB", async () => {
    const { options } = served();
    const call = {
      method: "POST",
      url: `${options.endpoints.ims}/v2/images`,
      body: { name: "x".repeat(12 * 1024 ** 2) },
    };
    expect((await fetch(signedByVendor(options, call))).status).toBe(413);
  });
});

describe("a key that is good for some time", () => {
  it("needs its token, and ends with it", async () => {
    let nowMs = Date.now();
    const { fake } = served(() => new Date(nowMs));
    const options = fake.temporaryOptions();
    const call = { method: "GET", url: `${options.endpoints.ims}/v2/cloudimages` };
    const { securityToken: _, ...bare } = options;
    expect((await fetch(signedByVendor(options, call))).status).toBe(200);
    expect((await fetch(signedByVendor(bare, call))).status).toBe(401);
    nowMs += 24 * 3_600_000;
    const headers = { "X-Sdk-Date": dateOf(nowMs) };
    expect((await fetch(signedByVendor(options, { ...call, headers }))).status).toBe(401);
  });

  it("is given to a server in the cloud", async () => {
    const { options } = served();
    const response = await fetch(new Request("http://169.254.169.254/openstack/latest/securitykey"));
    const body: unknown = await response.json();
    expect(body).toMatchObject({ credential: { expires_at: expect.stringMatching(/000Z$/) } });
    const { access, secret, securitytoken } = Object(Object(body).credential);
    const key = { accessKey: access, secretKey: secret, securityToken: securitytoken };
    const call = { method: "GET", url: `${options.endpoints.ims}/v2/cloudimages` };
    expect((await fetch(signedByVendor(key, call))).status).toBe(200);
  });
});

/** `20240115T083000Z`. */
function dateOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function served(clock?: () => Date) {
  const fake = fakeThroughMsw({ clock });
  return { fake, options: fake.keyOptions() };
}

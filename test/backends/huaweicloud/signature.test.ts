/** Signatures as the vendor's own packages make them. */
import { AKSKSigner } from "@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js";
import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalRequest, sha256 } from "../../../src/backends/huaweicloud/canonical-request.ts";
import { signatureHeaders } from "../../../src/backends/huaweicloud/signature.ts";

const KEY = { accessKey: "AKEXAMPLE0000000000", secretKey: "SKEXAMPLE000000000000000000000000000000" };
const NOW = Date.parse("2024-01-15T08:30:00.999Z");
const IMS = "https://ims.cn-north-4.myhuaweicloud.com";
const PROJECT = { "X-Project-Id": "0b1e494e2660441a957313163095fe5c", accept: "application/json" };

describe("known answers", () => {
  it("of a listing", () => {
    const url = `${IMS}/v2/cloudimages?id=33ad552d-1149-471c-8190-ff6776174a00`;
    const request = { method: "GET", url, headers: PROJECT, body: undefined };
    expect(signatureHeaders(request, KEY, NOW)).toEqual({
      "x-sdk-date": "20240115T083000Z",
      authorization:
        "SDK-HMAC-SHA256 Access=AKEXAMPLE0000000000, SignedHeaders=host;x-project-id;x-sdk-date, Signature=2e6d5f5e788ec2f8478a595e84d52a2a2a27fdf22b0a149cfa8530a74eea5e68",
    });
  });

  it("of an update", () => {
    const url = `${IMS}/v2/cloudimages/33ad552d-1149-471c-8190-ff6776174a00`;
    const headers = { ...PROJECT, "content-type": "application/json" };
    const body = '[{"op":"replace","path":"/name","value":"ims_test"}]';
    expect(signatureHeaders({ method: "PATCH", url, headers, body }, KEY, NOW)).toMatchObject({
      authorization:
        "SDK-HMAC-SHA256 Access=AKEXAMPLE0000000000, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=2a8c86cf4a49b6a864100cd280d4aea770b825c244a6c7de8f41ea7c661e479d",
    });
  });

  it("of a query with characters of every kind", () => {
    const query =
      "test=一+(%26%3D?!%23%25.*)&path=/tmp/123&multi=3&multi=1&multi=2&limit=1&enable=true&empty";
    const { text } = canonicalRequest({ method: "GET", url: `${IMS}/v2?${query}`, body: undefined }, {});
    expect(text.split("\n")[2]).toBe(
      "empty=&enable=true&limit=1&multi=1&multi=2&multi=3&path=%2Ftmp%2F123&test=%E4%B8%80%20%28%26%3D%3F%21%23%25.%2A%29",
    );
  });

  it("of requests without a body, and to the root", () => {
    const { text, signedHeaders } = canonicalRequest(
      { method: "GET", url: IMS, body: undefined },
      { host: " ims " },
    );
    expect(signedHeaders).toBe("host");
    expect(text).toBe(`GET\n/\n\nhost:ims\n\nhost\n${sha256("")}`);
  });
});

it("a security token is sent, and signed", () => {
  const request = { method: "GET", url: `${IMS}/v2/cloudimages`, headers: {}, body: undefined };
  const { authorization, ...sent } = signatureHeaders(request, { ...KEY, securityToken: "st" }, NOW);
  expect(sent).toEqual({ "x-sdk-date": "20240115T083000Z", "x-security-token": "st" });
  expect(authorization).toContain("SignedHeaders=host;x-sdk-date;x-security-token,");
});

it("is the vendor's own, whatever is signed", () => {
  const characters = [..."abcXYZ019-_.~!$&()*+,;=:@%", "é", "中", "🙂"];
  const segment = fc
    .string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 8 })
    .filter((part) => !/^\.\.?$/.test(part));
  const word = fc.string({ unit: "grapheme", maxLength: 8 });
  const request = fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE"),
    path: fc.array(segment, { maxLength: 4 }),
    isClosed: fc.boolean(),
    query: fc.dictionary(word, fc.array(word, { minLength: 1, maxLength: 3 }), { maxKeys: 4 }),
    headers: fc.record(
      {
        "content-type": fc.constantFrom("application/json", "application/openstack-images-v2.1-json-patch"),
        "x-project-id": fc.constantFrom("0b1e494e2660441a957313163095fe5c"),
      },
      { requiredKeys: [] },
    ),
    securityToken: fc.option(fc.constantFrom("st=/+"), { nil: undefined }),
    data: fc.option(fc.oneof(fc.object(), fc.array(fc.jsonValue())), { nil: undefined }),
    nowMs: fc.integer({ min: 0, max: Date.parse("2099-12-31") }),
  });
  fc.assert(
    fc.property(request, ({ method, path, isClosed, query, headers, securityToken, data, nowMs }) => {
      const end = isClosed && path.length > 0 ? "/" : "";
      const pairs = Object.entries(query).flatMap(([name, values]) =>
        values.map((value): [string, string] => [name, value]),
      );
      const url = `${IMS}/${path.map(encodeURIComponent).join("/")}${end}?${new URLSearchParams(pairs)}`;
      const body = data === undefined ? undefined : JSON.stringify(data);
      const ours = signatureHeaders({ method, url, headers, body }, { ...KEY, securityToken }, nowMs);
      const vendors = AKSKSigner.sign(
        {
          // The vendor's signer takes a path as it is meant.
          endpoint: `${IMS}/${path.join("/")}${end}`,
          method,
          queryParams: structuredClone(query),
          data,
          headers: {
            ...headers,
            ...(securityToken === undefined ? {} : { "x-security-token": securityToken }),
            "X-Sdk-Date": ours["x-sdk-date"] ?? "",
          },
        },
        new BasicCredentials().withAk(KEY.accessKey).withSk(KEY.secretKey),
      );
      expect(ours["authorization"]).toBe(Object(vendors).Authorization);
    }),
    { numRuns: 500 },
  );
});

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type HttpAnswer, parseBody, requestIdOf } from "../../../src/backends/http/answer.ts";
import { failureOf, httpError, networkError, readBody, reasonOf } from "../../../src/backends/http/errors.ts";
import { rejectionOf } from "../../support/errors.ts";

function answer(
  fields: Partial<Omit<HttpAnswer, "headers">> & { headers?: Record<string, string> } = {},
): HttpAnswer {
  return {
    method: "GET",
    url: "https://user:pw@cloud.example/v2/images?name=secret",
    status: 500,
    body: undefined,
    ...fields,
    headers: new Headers(fields.headers),
  };
}

describe("a body", () => {
  it.each([
    ["", undefined],
    [" \n", undefined],
    ['{"a":1}', { a: 1 }],
    ["null", null],
    ["<html>", "<html>"],
    ['{"a":', '{"a":'],
  ])("%j is %j", (text, body) => {
    expect(parseBody(text)).toEqual(body);
  });
});

describe("the request id", () => {
  it("is OpenStack's before any other", () => {
    const headers = { "x-openstack-request-id": "req-1", "x-request-id": "lb-1" };
    expect(requestIdOf(answer({ headers }))).toBe("req-1");
    expect(requestIdOf(answer({ headers: { "x-request-id": "lb-1" } }))).toBe("lb-1");
    expect(requestIdOf(answer())).toBeUndefined();
  });
});

describe("the reason of a refusal", () => {
  it.each<[string, unknown, string]>([
    [
      "Glance's JSON",
      { message: "Image not found<br /><br />\n\n\n", code: "404 Not Found", title: "Not Found" },
      "Image not found",
    ],
    [
      "Keystone's JSON",
      { error: { message: "Invalid user", code: 401, title: "Unauthorized" } },
      "Invalid user",
    ],
    [
      "what a gateway says",
      { error_code: "APIGW.0301", error_msg: "Wrong signature", request_id: "1" },
      "Wrong signature (APIGW.0301)",
    ],
    [
      "JSON with a code of manuals",
      { error: { code: "IMG.0035", message: "It is there" } },
      "It is there (IMG.0035)",
    ],
    [
      "a page of HTML",
      "<html>\n <head>\n  <title>409 Conflict</title>\n <style>b { color: red }</style></head>\n <body>\n  <h1>409 Conflict</h1>\n  Image is in use<br />\n </body>\n</html>",
      "409 Conflict Image is in use",
    ],
    ["plain text", "Quota\texceeded\n", "Quota exceeded"],
    ["no body", undefined, ""],
    ["JSON without words", { code: 1 }, ""],
    ["a list", ["a"], ""],
    ["null", null, ""],
  ])("is found in %s", (_what, body, words) => {
    expect(reasonOf(body)).toBe(words);
  });

  it("is cut when it is a book", () => {
    expect(reasonOf("x".repeat(5000))).toBe(`${"x".repeat(300)}…`);
  });
});

it("a status that a page begins with is said once", () => {
  const body = "<html><body><h1>413 Request Entity Too Large</h1><hr>nginx</body></html>";
  expect(httpError(answer({ status: 413, body }), "Upload").message).toBe(
    "Upload failed: 413 Request Entity Too Large nginx",
  );
  expect(httpError(answer({ status: 500, body: "413 is what it is" }), "Upload").message).toBe(
    "Upload failed: 500 413 is what it is",
  );
});

describe("the wait that a server asks for", () => {
  it.each([
    ["7", 7000],
    ["0", 0],
    ["1.5", 1500],
    ["-1", undefined],
    ["", undefined],
    ["soon", undefined],
  ])("Retry-After: %j is %j ms", (value, ms) => {
    expect(httpError(answer({ headers: { "retry-after": value } }), "It").retryAfterMs).toBe(ms);
  });
});

it("a refusal names no user information and no values of the query", () => {
  expect(httpError(answer(), "It")).toMatchObject({
    url: "https://cloud.example/v2/images?name=…",
    message: "It failed: 500",
  });
});

it("a body that is as promised is read, and no more than was promised", () => {
  expect(readBody(answer({ body: { a: 1, b: 2 } }), z.object({ a: z.number() }), "It")).toEqual({ a: 1 });
});

it("a body that isn't as promised doesn't show up in the error", async () => {
  const body = { token: { secret: "hunter2" } };
  const error = await rejectionOf(
    (async () => readBody(answer({ body }), z.object({ token: z.string() }), "It"))(),
  );
  expect(error).toMatchObject({ code: "ERR_RESPONSE_INVALID", issues: [{ path: ["token"] }] });
  expect(JSON.stringify(error)).not.toContain("hunter2");
});

describe("the reason of a failed connection", () => {
  it.each([
    [new Error("boom"), "boom"],
    [Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }), "ECONNREFUSED"],
    [new AggregateError([]), "AggregateError"],
    ["text", "text"],
  ])("%s", (cause, reason) => {
    expect(failureOf(cause)).toBe(reason);
  });
});

describe("an error of a certificate says what to do:", () => {
  it.each<[code: string, advice: string]>([
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "set cacert (OS_CACERT)"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "set cacert (OS_CACERT)"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "set cacert (OS_CACERT)"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "set cacert (OS_CACERT)"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "use a name of the certificate in authUrl"],
    ["CERT_HAS_EXPIRED", "only verify: false would accept it"],
  ])("%s", (code, advice) => {
    const error = networkError("GET", "https://a.example/x", "request", coded(code));
    expect(error.message).toContain(`GET https://a.example/x failed: no: `);
    expect(error.message).toContain(advice);
    expect(error.retryable).toBe(false);
  });

  it.each<[code: string, reason: string]>([
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "40:error:0A:SSL:tlsv13 alert certificate required:1:SSL"],
    ["EPROTO", "write EPROTO 40:error:0A:SSL:ssl/tls alert handshake failure:1:SSL"],
  ])("%s, of a server that asks for one", (code, reason) => {
    const error = networkError("GET", "https://a.example/x", "request", coded(code, reason));
    expect(error.message).toContain("set cert and key (OS_CERT, OS_KEY)");
    expect(error.retryable).toBe(false);
  });

  it("and other errors don't", () => {
    const error = networkError("GET", "https://a.example/x?name=y", "upload", coded("ECONNRESET"));
    expect(error).toMatchObject({
      message: "GET https://a.example/x?name=… failed: no",
      phase: "upload",
      retryable: true,
    });
  });

  function coded(code: string, reason = "no"): Error {
    return Object.assign(new Error(reason), { code });
  }
});

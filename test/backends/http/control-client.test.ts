import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { controlClient } from "../../../src/backends/http/client.ts";
import { rejectionOf } from "../../support/errors.ts";
import { closedPort, httpServer } from "../../support/loopback.ts";
import { mockNetwork } from "../../support/network.ts";

const URL_ = "https://cloud.example/v2/things";
const once = controlClient({ retry: { limit: 0 } });

it("sends JSON and reads JSON", async () => {
  const network = mockNetwork();
  network.expect(`POST ${URL_}`, { status: 201, json: { id: 1 }, headers: { "x-a": "b" } });
  const answer = await once({
    method: "POST",
    url: URL_,
    headers: { "x-auth-token": "t" },
    json: { name: "ü" },
  });
  expect(answer).toMatchObject({ method: "POST", url: URL_, status: 201, body: { id: 1 } });
  expect(answer.headers.get("x-a")).toBe("b");
  expect(network.calls[0]).toMatchObject({
    body: { name: "ü" },
    headers: { accept: "application/json", "content-type": "application/json", "x-auth-token": "t" },
  });
});

it.each(["GET", "DELETE"] as const)("a %s has neither body nor Content-Type", async (method) => {
  const network = mockNetwork();
  network.expect(`${method} ${URL_}`, { status: 204 });
  expect((await once({ method, url: URL_ })).body).toBeUndefined();
  expect(network.calls[0]).toMatchObject({ headers: { accept: "application/json" }, body: undefined });
  expect(Object.keys(network.calls[0]?.headers ?? {})).toEqual(["accept"]);
});

describe("an answer", () => {
  it.each([300, 302, 400, 401, 404, 409, 413, 500])("of status %i is an answer", async (status) => {
    mockNetwork().expect(`POST ${URL_}`, {
      status,
      json: { message: "m" },
      headers: { location: "https://b.example" },
    });
    expect(await once({ method: "POST", url: URL_, json: {} })).toMatchObject({
      status,
      body: { message: "m" },
    });
  });

  it("that calls a page of HTML JSON is that page", async () => {
    mockNetwork().expect(`GET ${URL_}`, {
      status: 500,
      text: "<html>oops</html>",
      headers: { "content-type": "application/json" },
    });
    expect(await once({ method: "GET", url: URL_ })).toMatchObject({
      status: 500,
      body: "<html>oops</html>",
    });
  });

  it("that calls JSON text is that JSON, when it is a success", async () => {
    mockNetwork().expect(`GET ${URL_}`, { text: '{"a":1}', headers: { "content-type": "text/plain" } });
    expect((await once({ method: "GET", url: URL_ })).body).toEqual({ a: 1 });
  });
});

it("a fetch of the caller's own makes the calls", async () => {
  const client = controlClient({ fetch: async () => new Response('{"own":true}') });
  expect((await client({ method: "GET", url: URL_ })).body).toEqual({ own: true });
});

it("a global fetch that is replaced later is used", async () => {
  const client = controlClient();
  mockNetwork().expect(`GET ${URL_}`, { json: 1 });
  expect((await client({ method: "GET", url: URL_ })).body).toBe(1);
});

describe("a server that takes too long", () => {
  it.each<[string, (response: ServerResponse) => void]>([
    ["for an answer", () => undefined],
    [
      "for the body of an answer",
      (response) => response.writeHead(200, { "content-length": "10" }).write("{"),
    ],
  ])("%s is ERR_TIMEOUT", async (_what, respond) => {
    const url = await httpServer((_request, response) => respond(response));
    const client = controlClient({ timeoutMs: 100, retry: { limit: 0 } });
    expect(await rejectionOf(client({ method: "GET", url: `${url}/x?token=1` }))).toMatchObject({
      name: "NetworkError",
      code: "ERR_TIMEOUT",
      phase: "request",
      retryable: true,
      message: `GET ${url}/x?token=… was not answered within 100 ms`,
    });
  });

  it("for the body of a refusal is a refusal without words", async () => {
    const url = await httpServer((_request, response) => {
      response.writeHead(403, { "content-length": "10" }).write("{");
    });
    const client = controlClient({ timeoutMs: 100, retry: { limit: 0 } });
    expect(await client({ method: "GET", url })).toMatchObject({ status: 403, body: undefined });
  });
});

describe("no answer", () => {
  it("from a port where nobody listens is ERR_NETWORK", async () => {
    const url = await closedPort();
    expect(await rejectionOf(once({ method: "GET", url }))).toMatchObject({
      name: "NetworkError",
      code: "ERR_NETWORK",
      phase: "request",
      retryable: true,
      cause: { code: "ECONNREFUSED" },
      message: expect.stringMatching(/^GET http:\/\/127.0.0.1:\d+\/ failed: connect ECONNREFUSED/),
    });
  });

  it("from a server that cuts its own answer is ERR_NETWORK", async () => {
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { "content-length": "10" }).write("{");
      setTimeout(() => response.destroy(), 20);
    });
    expect(await rejectionOf(once({ method: "GET", url }))).toMatchObject({ code: "ERR_NETWORK" });
  });
});

describe("an abort", () => {
  const reason = new Error("enough");

  it("before the call sends nothing", async () => {
    mockNetwork();
    const signal = AbortSignal.abort(reason);
    expect(await rejectionOf(once({ method: "GET", url: URL_, signal }))).toBe(reason);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ["while the answer is waited for", () => undefined],
    ["while the body is read", (response) => response.writeHead(200, { "content-length": "10" }).write("{")],
    [
      "while the body of a refusal is read",
      (response) => response.writeHead(500, { "content-length": "9" }).write("{"),
    ],
  ])("%s rejects with its own reason and leaves no listener", async (_what, respond) => {
    const controller = new AbortController();
    const url = await httpServer((_request, response) => {
      respond(response);
      setTimeout(() => controller.abort(reason), 20);
    });
    expect(await rejectionOf(once({ method: "GET", url, signal: controller.signal }))).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("while a repetition is waited for rejects with its own reason", async () => {
    const controller = new AbortController();
    mockNetwork().expect(`GET ${URL_}`, () => {
      setTimeout(() => controller.abort(reason), 20);
      return { status: 503, headers: { "retry-after": "30" } };
    });
    expect(await rejectionOf(controlClient()({ method: "GET", url: URL_, signal: controller.signal }))).toBe(
      reason,
    );
  });

  it("that never comes leaves no listener", async () => {
    const { signal } = new AbortController();
    mockNetwork().expect(`GET ${URL_}`, { status: 503, headers: { "retry-after": "0" } }, { json: 1 });
    await controlClient()({ method: "GET", url: URL_, signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

import { getEventListeners } from "node:events";
import type { RequestListener } from "node:http";
import { expect, it } from "vitest";
import { controlClient } from "../../../src/backends/http/client.ts";
import { nodeFetch } from "../../../src/backends/http/node-fetch.ts";
import { authority } from "../../support/certificates.ts";
import { rejectionOf } from "../../support/errors.ts";
import { httpServer, httpsServer } from "../../support/loopback.ts";

it("sends method, headers and body, and gives status, headers and body", async () => {
  const { url, fetch } = await trusted((request, response) => {
    response.writeHead(201, { "set-cookie": ["a=1", "b=2"], "x-got": request.headers["x-a"] });
    response.write(`${request.method} ${request.url} ${request.headers["content-length"]} `);
    request.pipe(response);
  });
  const response = await fetch(`${url}/x?y=1`, { method: "POST", headers: { "x-a": "b" }, body: "hé" });
  expect(response.status).toBe(201);
  expect(response.headers.get("x-got")).toBe("b");
  expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  expect(await response.text()).toBe("POST /x?y=1 3 hé");
});

it("takes a Request, and init over it", async () => {
  const { url, fetch } = await trusted((request, response) => {
    response.end(`${request.method} ${request.headers["x-a"]}`);
  });
  const response = await fetch(new Request(url, { headers: { "x-a": "b" } }), { method: "DELETE" });
  expect(await response.text()).toBe("DELETE b");
});

it("a GET has no body", async () => {
  const { url, fetch } = await trusted(({ headers }, response) => {
    response.end(JSON.stringify([headers["content-length"], headers["transfer-encoding"]]));
  });
  expect(await (await fetch(url)).json()).toEqual([null, null]);
});

it.each([204, 304])("an answer of status %i has no body", async (status) => {
  const { url, fetch } = await trusted((_request, response) => response.writeHead(status).end());
  expect(await fetch(url)).toMatchObject({ status, body: null });
});

it("a redirect is an answer", async () => {
  const { url, fetch } = await trusted((_request, response) => {
    response.writeHead(302, { location: "https://elsewhere.example" }).end();
  });
  const response = await fetch(url);
  expect(response.status).toBe(302);
  expect(response.headers.get("location")).toBe("https://elsewhere.example");
});

it("a status that isn't HTTP's rejects", async () => {
  const { url, fetch } = await trusted((_request, response) => response.writeHead(700).end());
  expect(await rejectionOf(fetch(url))).toBeInstanceOf(RangeError);
});

it("a server without TLS is reached as well", async () => {
  const url = await httpServer((_request, response) => response.end("plain"));
  const fetch = nodeFetch({});
  expect(await (await fetch(url)).text()).toBe("plain");
});

it("a connection is used again", async () => {
  const sockets = new Set<unknown>();
  const { url, fetch } = await trusted((request, response) => {
    sockets.add(request.socket);
    response.end("x");
  });
  for (let call = 0; call < 3; call++) await (await fetch(url)).text();
  expect(sockets.size).toBe(1);
});

it.each<[string, RequestListener]>([
  ["before the answer", () => undefined],
  ["in the body", (_request, response) => response.writeHead(200, { "content-length": "9" }).write("{")],
])("an abort %s rejects with its own reason and leaves no listener", async (_when, listener) => {
  const controller = new AbortController();
  const { signal } = controller;
  const reason = new Error("enough");
  const { url, fetch } = await trusted((request, response) => {
    listener(request, response);
    setTimeout(() => controller.abort(reason), 20);
  });
  expect(await rejectionOf(controlClient({ fetch })({ method: "GET", url, signal }))).toBe(reason);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

it("silence is ERR_TIMEOUT, before the answer and in its body", async () => {
  const { url, fetch } = await trusted((request, response) => {
    if (request.url === "/body") response.writeHead(200, { "content-length": "9" }).write("{");
  });
  const client = controlClient({ fetch, timeoutMs: 100 });
  for (const path of ["/head", "/body"])
    expect(await rejectionOf(client({ method: "GET", url: url + path }))).toMatchObject({
      code: "ERR_TIMEOUT",
    });
});

it("a connection that is cut is ERR_NETWORK, and the call is made again", async () => {
  let requests = 0;
  const { url, fetch } = await trusted((request, response) => {
    if (++requests === 1) request.socket.destroy();
    else if (requests === 2) {
      response.writeHead(200, { "content-length": "9" }).write("{");
      setTimeout(() => request.socket.destroy(), 20);
    } else response.end("1");
  });
  const client = controlClient({ fetch, retry: { baseDelayMs: 1 } });
  expect(await client({ method: "GET", url })).toMatchObject({ status: 200, body: 1 });
  expect(requests).toBe(3);
});

async function trusted(listener: RequestListener) {
  const { ca, server } = authority();
  const url = await httpsServer({ cert: server.cert, key: server.key }, listener);
  return { url, fetch: nodeFetch({ tls: { rejectUnauthorized: true, ca: ca.cert } }) };
}

import type { Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  type ControlClientOptions,
  type ControlRequest,
  controlClient,
} from "../../../src/backends/http/client.ts";
import { httpError, readBody } from "../../../src/backends/http/errors.ts";
import { nodeFetch } from "../../../src/backends/http/node-fetch.ts";
import { authority } from "../../support/certificates.ts";
import { rejectionOf } from "../../support/errors.ts";
import { closedPort, httpsServer, rawServer } from "../../support/loopback.ts";

/** What a server does with a request. `undefined`: nothing, ever. */
type Reaction = string | ((socket: Socket) => void) | undefined;

const GOOD = answer("200 OK", '{"a":1}');
const busy = (status: string, ...headers: readonly string[]) => answer(status, "", ...headers);

const reset: Reaction = (socket) => socket.resetAndDestroy();
const resetInHeaders: Reaction = (socket) =>
  socket.write("HTTP/1.1 200 OK\r\nContent-Le", () => socket.resetAndDestroy());
const cutBody: Reaction = (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":');

const RETRIED: readonly [what: string, fault: Reaction][] = [
  ["503", busy("503 Busy")],
  ["429 with Retry-After in seconds", busy("429 Slow", "Retry-After: 0")],
  ["429 with Retry-After as a date", busy("429 Slow", ...retryOn("10:00:00"))],
  ["502", busy("502 Bad Gateway")],
  ["a reset before the answer", reset],
  ["a reset in the headers", resetInHeaders],
  ["a body that is cut", cutBody],
];

/** What makes the calls: the global `fetch`, and the one for TLS settings and proxies. */
const FETCHES: readonly [what: string, fetch: typeof globalThis.fetch | undefined][] = [
  ["fetch", undefined],
  ["node:http", nodeFetch({})],
];

describe.each(FETCHES)("by %s", (_what, fetch) => {
  it.each(RETRIED)("%s, and the call is made again", async (_fault, fault) => {
    const { url, requests } = await faultyServer(fault, GOOD);
    expect(await read({ url }, { fetch })).toEqual({ a: 1 });
    expect(requests).toHaveLength(2);
  });

  it.each(
    RETRIED.flatMap(([what, fault]) =>
      (["POST", "PATCH", "PUT"] as const).map((method) => [what, method, fault] as const),
    ),
  )("%s: a %s is never sent twice", async (_fault, method, fault) => {
    const { url, requests } = await faultyServer(fault, GOOD);
    await rejectionOf(read({ url, method, json: { name: "x" } }, { fetch }));
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatch(new RegExp(`^${method} `));
  });

  it("502 after the write was done: it isn't done twice, and the error is retryable by who looks first", async () => {
    const made: string[] = [];
    const write: Reaction = (socket) => {
      made.push("image");
      socket.write(answer("502 Bad Gateway", "<h1>Bad Gateway</h1>", "Content-Type: text/html"));
    };
    const { url } = await faultyServer(write, write, write);
    const client = controlClient({ fetch, retry: { baseDelayMs: 1 } });
    const refusal = httpError(await client({ method: "POST", url, json: { name: "x" } }), "Creation");
    expect(refusal).toMatchObject({
      code: "ERR_HTTP_UNAVAILABLE",
      retryable: true,
      message: "Creation failed: 502 Bad Gateway",
    });
    expect(made).toEqual(["image"]);
  });

  it("a connection that is used again, and reset then, is replaced", async () => {
    const { url, requests, connections } = await faultyServer(GOOD, reset, GOOD);
    expect(await read({ url }, { fetch })).toEqual({ a: 1 });
    expect(await read({ url }, { fetch })).toEqual({ a: 1 });
    expect(requests).toHaveLength(3);
    expect(connections()).toBe(2);
  });

  it("a connection that is used again, and reset under a write, is no reason to write again", async () => {
    const { url, requests } = await faultyServer(GOOD, reset, GOOD);
    expect(await read({ url }, { fetch })).toEqual({ a: 1 });
    const error = await rejectionOf(read({ url, method: "POST", json: {} }, { fetch }));
    expect(error).toMatchObject({ code: "ERR_NETWORK", retryable: true });
    expect(requests).toHaveLength(2);
  });

  it.each<[string, Reaction]>([
    ["from the start", undefined],
    ["in the headers", "HTTP/1.1 200 OK\r\nContent-Le"],
    ["in the body", 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a"'],
  ])("silence %s is ERR_TIMEOUT, and the call isn't made again", async (_where, fault) => {
    const { url, requests } = await faultyServer(fault, GOOD);
    expect(await rejectionOf(read({ url }, { fetch, timeoutMs: 100 }))).toMatchObject({
      code: "ERR_TIMEOUT",
      retryable: true,
    });
    expect(requests).toHaveLength(1);
  });
});

it.each<[string, string]>([
  ["JSON that is cut", answer("200 OK", '{"a":')],
  [
    "a load balancer's page",
    answer("200 OK", "<html><h1>Maintenance</h1></html>", "Content-Type: text/html"),
  ],
])("%s in place of JSON is ERR_RESPONSE_INVALID, at once", async (_what, fault) => {
  const { url, requests } = await faultyServer(fault, GOOD);
  expect(await rejectionOf(read({ url }))).toMatchObject({ code: "ERR_RESPONSE_INVALID" });
  expect(requests).toHaveLength(1);
});

it("a load balancer's page with a refusal is tried again, and its words are in the error", async () => {
  const page = answer(
    "503 Busy",
    "<html><title>x</title><h1>Maintenance</h1></html>",
    "Content-Type: text/html",
  );
  const { url, requests } = await faultyServer(page, page, page);
  const client = controlClient({ retry: { baseDelayMs: 1 } });
  const refusal = httpError(await client({ method: "GET", url }), "Reading");
  expect(refusal.message).toBe("Reading failed: 503 Maintenance");
  expect(requests).toHaveLength(3);
});

it("an attempt has no more time than is left of the call's", async () => {
  const { url, requests } = await faultyServer(busy("503 Busy", "Retry-After: 0"), undefined);
  const client = controlClient({ timeoutMs: 60_000, retry: { maxElapsedMs: 300 } });
  expect(await rejectionOf(client({ method: "GET", url }))).toMatchObject({
    code: "ERR_TIMEOUT",
    message: expect.stringMatching(/ was not answered within \d+ ms, which were left for attempt 2$/),
  });
  expect(requests).toHaveLength(2);
});

it("a server that stays busy is asked three times, and its last words are the answer", async () => {
  const { url, requests } = await faultyServer(busy("503 A"), busy("503 B"), answer("503 C", '"last"'));
  const client = controlClient({ retry: { baseDelayMs: 1 } });
  expect(await client({ method: "GET", url })).toMatchObject({ status: 503, body: "last" });
  expect(requests).toHaveLength(3);
});

it("a wait beyond the time that there is isn't begun", async () => {
  const { url, requests } = await faultyServer(busy("503 Busy", "Retry-After: 30"), GOOD);
  const client = controlClient({ retry: { maxElapsedMs: 10_000 } });
  expect(await client({ method: "GET", url })).toMatchObject({ status: 503 });
  expect(requests).toHaveLength(1);
});

it("a port where nobody listens is tried again, and then ERR_NETWORK", async () => {
  const attempts: number[] = [];
  const url = await closedPort();
  const client = controlClient({ retry: { baseDelayMs: 1 } });
  const call = client({ method: "GET", url, onRetry: ({ attempt }) => attempts.push(attempt) });
  expect(await rejectionOf(call)).toMatchObject({ code: "ERR_NETWORK", retryable: true });
  expect(attempts).toEqual([1, 2]);
});

it("a host that doesn't exist isn't looked for again", async () => {
  let calls = 0;
  // As the global fetch rejects; a resolver of its own would be asked over the network.
  const fetch: typeof globalThis.fetch = async () => {
    calls++;
    const cause = Object.assign(new Error("getaddrinfo ENOTFOUND name.invalid"), { code: "ENOTFOUND" });
    throw new TypeError("fetch failed", { cause });
  };
  const error = await rejectionOf(controlClient({ fetch })({ method: "GET", url: "https://name.invalid" }));
  expect(error).toMatchObject({
    code: "ERR_NETWORK",
    retryable: false,
    message: "GET https://name.invalid/ failed: getaddrinfo ENOTFOUND name.invalid",
  });
  expect(calls).toBe(1);
});

it("a certificate that nobody vouches for isn't asked for again", async () => {
  const { ca } = authority();
  const connections = new Set<unknown>();
  const url = await httpsServer({ cert: ca.cert, key: ca.key }, () => undefined);
  const fetch: typeof globalThis.fetch = (input, init) => {
    connections.add(input);
    return globalThis.fetch(input, init);
  };
  expect(await rejectionOf(controlClient({ fetch })({ method: "GET", url }))).toMatchObject({
    code: "ERR_NETWORK",
    retryable: false,
    cause: { code: "DEPTH_ZERO_SELF_SIGNED_CERT" },
  });
  expect(connections.size).toBe(1);
});

async function read(
  request: Partial<ControlRequest> & { readonly url: string },
  options: ControlClientOptions = {},
) {
  const client = controlClient({ timeoutMs: 5_000, retry: { baseDelayMs: 1 }, ...options });
  return readBody(await client({ method: "GET", ...request }), z.object({ a: z.number() }), "It");
}

/** A server with one reaction to each request in turn. */
async function faultyServer(...reactions: readonly Reaction[]) {
  const left = [...reactions];
  const requests: string[] = [];
  let connections = 0;
  const url = await rawServer((socket) => {
    connections++;
    // Requests are short here: each comes in one part, but for its body.
    socket.on("data", (part) => {
      const text = part.toString();
      if (!/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(text)) return;
      requests.push(text);
      const reaction = left.shift();
      if (typeof reaction === "string") socket.write(reaction);
      else reaction?.(socket);
    });
  });
  return { url, requests, connections: () => connections };
}

function answer(status: string, body: string, ...headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status}`, `Content-Length: ${Buffer.byteLength(body)}`, ...headers];
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

function retryOn(time: string): readonly string[] {
  return [`Date: Sat, 21 Nov 2026 10:00:00 GMT`, `Retry-After: Sat, 21 Nov 2026 ${time} GMT`];
}

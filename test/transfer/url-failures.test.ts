import dns from "node:dns";
import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, it, vi } from "vitest";
import { openSource } from "../../src/transfer/index.ts";
import { collect, someBytes } from "../support/bytes.ts";
import { expectNoSecret, rejectionOf } from "../support/errors.ts";
import { closedPort, httpServer, rawServer } from "../support/loopback.ts";

const PART = someBytes(100_000);

describe("a refusal", () => {
  it.each([
    [204, "ERR_HTTP_STATUS", false],
    [304, "ERR_HTTP_STATUS", false],
    [401, "ERR_HTTP_STATUS", false],
    [403, "ERR_HTTP_FORBIDDEN", false],
    [404, "ERR_HTTP_NOT_FOUND", false],
    [429, "ERR_HTTP_RATE_LIMITED", true],
    [500, "ERR_HTTP_STATUS", false],
    [503, "ERR_HTTP_UNAVAILABLE", true],
  ])("of status %i is %s", async (status, code, retryable) => {
    const url = await httpServer((_request, response) => response.writeHead(status).end());
    const error = await rejectionOf(
      openSource({
        url: `${url}/x?sig=s3cret`,
        username: "ada",
        password: "hunter2",
        headers: { "x-t": "s3cret" },
      }),
    );
    expect(error).toMatchObject({
      name: "HttpError",
      code,
      status,
      retryable,
      method: "GET",
      url: `${url}/x?sig=…`,
      message: expect.stringMatching(/^Download of http:\/\/127.0.0.1:\d+\/x\?sig=… failed: \d+ \w/),
    });
    expectNoSecret(error, "s3cret", "hunter2");
  });

  it("closes the connection, however much there would be to read", async () => {
    const closed = vi.fn();
    const url = await httpServer((_request, response) => {
      response.on("close", closed);
      response.writeHead(404).write(PART);
    });
    await rejectionOf(openSource({ url }));
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });
});

it("a source that says it has no bytes is ERR_TRANSFER_INCOMPLETE", async () => {
  const url = await httpServer((_request, response) =>
    response.writeHead(200, { "content-length": 0 }).end(),
  );
  expect(await rejectionOf(openSource({ url }))).toMatchObject({
    code: "ERR_TRANSFER_INCOMPLETE",
    message: "The source has no bytes",
  });
});

describe("a download that is cut", () => {
  it.each([
    ["with Content-Length", { "content-length": "200000" }, 200_000],
    ["in chunks", {}, undefined],
  ])("%s is ERR_TRANSFER_INCOMPLETE at that byte", async (_how, headers, expected) => {
    const url = await httpServer((_request, response) => {
      response.writeHead(200, headers);
      response.write(PART, () => setTimeout(() => response.destroy(), 50));
    });
    const { chunks } = await openSource({ url });
    expect(await rejectionOf(collect(chunks))).toMatchObject({
      name: "TransferError",
      code: "ERR_TRANSFER_INCOMPLETE",
      retryable: true,
      expected,
      actual: PART.length,
      offset: PART.length,
    });
  });

  it("before anybody reads it is ERR_TRANSFER_INCOMPLETE as well", async () => {
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { "content-length": "200000" });
      response.write(PART, () => setTimeout(() => response.destroy(), 20));
    });
    const { chunks } = await openSource({ url });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await rejectionOf(collect(chunks))).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
  });
});

describe("a server that is silent", () => {
  const SILENT = { name: "NetworkError", code: "ERR_TIMEOUT", phase: "download", retryable: true };

  it("before it answers is ERR_TIMEOUT", async () => {
    const url = await rawServer(() => undefined);
    expect(await rejectionOf(openSource({ url }, { idleTimeoutMs: 50 }))).toMatchObject({
      ...SILENT,
      message: `Download of ${url}/: the server was silent for 50 ms`,
    });
  });

  it("in the middle of the data is ERR_TIMEOUT, and the connection is closed", async () => {
    const closed = vi.fn();
    const url = await httpServer((_request, response) => {
      response.on("close", closed);
      response.writeHead(200, { "content-length": "200000" }).write(PART);
    });
    const { chunks } = await openSource({ url }, { idleTimeoutMs: 50 });
    expect(await rejectionOf(collect(chunks))).toMatchObject(SILENT);
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });

  it("isn't one that speaks slowly", async () => {
    const url = await httpServer((_request, response) => {
      let written = 0;
      const timer = setInterval(() => {
        response.write("x");
        if (++written === 8) {
          clearInterval(timer);
          response.end();
        }
      }, 30);
    });
    const { chunks } = await openSource({ url }, { idleTimeoutMs: 150 });
    expect(await collect(chunks)).toHaveLength(8);
  });

  it("isn't one whose reader is slow", async () => {
    const url = await httpServer((_request, response) => response.end(someBytes(1_000_000)));
    const { chunks } = await openSource({ url }, { idleTimeoutMs: 50 });
    let first = true;
    let length = 0;
    for await (const chunk of chunks) {
      length += chunk.length;
      if (first) await new Promise((resolve) => setTimeout(resolve, 150));
      first = false;
    }
    expect(length).toBe(1_000_000);
  });
});

describe("no answer", () => {
  it.each<[string, () => Promise<string>]>([
    ["because nobody listens", closedPort],
    [
      "because the connection is cut",
      () => rawServer((socket) => socket.once("data", () => socket.destroy())),
    ],
    [
      "because the server speaks something else",
      () => rawServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n")),
    ],
  ])("%s is ERR_NETWORK", async (_why, start) => {
    const url = await start();
    const error = await rejectionOf(openSource({ url, username: "ada", password: "hunter2" }));
    expect(error).toMatchObject({
      name: "NetworkError",
      code: "ERR_NETWORK",
      phase: "download",
      retryable: true,
      message: expect.stringMatching(/^Download of http:\/\/127.0.0.1:\d+\/ failed: ./),
    });
    expectNoSecret(error, "hunter2", Buffer.from("ada:hunter2").toString("base64"));
  });

  it("from any of a host's addresses has a reason", async () => {
    const { port } = new URL(await closedPort());
    const addresses = [
      { address: "127.0.0.1", family: 4 },
      { address: "::1", family: 6 },
    ];
    const lookup = vi.spyOn(dns, "lookup").mockImplementation(((...parameters: readonly unknown[]) => {
      const done = parameters.at(-1);
      if (typeof done === "function") process.nextTick(done, null, addresses);
    }) as typeof dns.lookup);
    const error = await rejectionOf(openSource({ url: `http://localhost:${port}/` }));
    lookup.mockRestore();
    expect(error).toMatchObject({ code: "ERR_NETWORK", message: expect.stringContaining("ECONNREFUSED") });
  });
});

describe("an abort", () => {
  const reason = { why: "enough" };

  it("before the call sends nothing", async () => {
    const url = await httpServer(() => expect.unreachable());
    expect(await rejectionOf(openSource({ url }, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ["while the answer is waited for", () => undefined],
    [
      "while data is waited for",
      (response) => response.writeHead(200, { "content-length": "200000" }).write(PART),
    ],
    ["after a redirect", (response) => response.writeHead(302, { location: "/again" }).end()],
  ])("%s rejects with its own reason, and leaves no listener", async (_when, respond) => {
    const controller = new AbortController();
    const { signal } = controller;
    const url = await httpServer((_request, response) => {
      respond(response);
      setTimeout(() => controller.abort(reason), 5);
    });
    const read = async () => collect((await openSource({ url }, { signal })).chunks);
    expect(await rejectionOf(read())).toBe(reason);
    await vi.waitFor(() => expect(getEventListeners(signal, "abort")).toEqual([]));
  });

  it("before the data is read rejects the reader with its own reason", async () => {
    const controller = new AbortController();
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { "content-length": "200000" }).write(PART);
    });
    const { chunks } = await openSource({ url }, { signal: controller.signal });
    controller.abort(reason);
    expect(await rejectionOf(collect(chunks))).toBe(reason);
  });

  it("that never comes leaves no listener", async () => {
    const { signal } = new AbortController();
    const url = await httpServer((_request, response) => response.end("x"));
    await collect((await openSource({ url }, { signal })).chunks);
    await vi.waitFor(() => expect(getEventListeners(signal, "abort")).toEqual([]));
  });
});

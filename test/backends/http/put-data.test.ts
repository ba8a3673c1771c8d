import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { putData } from "../../../src/backends/http/data.ts";
import { chunksOf, collect, endless, failingWith, inChunks, someBytes } from "../../support/bytes.ts";
import { httpServer, rawServer } from "../../support/loopback.ts";

const DATA = someBytes(3_000_001);

it.each([
  ["Content-Length", DATA.length],
  ["chunks", undefined],
])("sends every byte, in order, with %s", async (_how, sizeBytes) => {
  const { url, received } = await storingServer();
  const chunks = inChunks(DATA, 10_000);
  const answer = await putData({ url, headers: { "x-a": "b" }, data: { sizeBytes, chunks } });
  expect(answer).toMatchObject({
    method: "PUT",
    url,
    status: 201,
    sentBytes: DATA.length,
    body: { stored: true },
  });
  expect(answer.headers.get("x-c")).toBe("d");
  const { bytes, headers } = await received;
  expect(bytes.equals(DATA)).toBe(true);
  expect(headers).toMatchObject({ "x-a": "b", expect: "100-continue" });
  expect(headers["content-length"]).toBe(sizeBytes?.toString());
  expect(headers["transfer-encoding"]).toBe(sizeBytes === undefined ? "chunked" : undefined);
});

it("chunks without bytes don't end a body", async () => {
  const { url, received } = await storingServer();
  const chunks = chunksOf(
    Buffer.alloc(0),
    Buffer.from("he"),
    Buffer.alloc(0),
    Buffer.from("llo"),
    Buffer.alloc(0),
  );
  await putData({ url, headers: {}, data: { sizeBytes: undefined, chunks } });
  expect((await received).bytes.toString()).toBe("hello");
});

it("reads its source no faster than the server takes it", async () => {
  const url = await rawServer((socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      socket.pause();
    });
  });
  let pulledBytes = 0;
  const controller = new AbortController();
  const counted = (async function* () {
    for await (const chunk of endless()) {
      pulledBytes += chunk.length;
      yield chunk;
    }
  })();
  const put = putData({
    url,
    headers: {},
    data: { sizeBytes: undefined, chunks: counted },
    signal: controller.signal,
  });
  await settled(() => pulledBytes);
  // What the two ends of a loopback connection hold by themselves is a few MiB.
  expect(pulledBytes).toBeLessThan(16 * 1024 * 1024);
  controller.abort();
  await expect(put).rejects.toThrow();
});

describe("before the body", () => {
  it("waits for the server's agreement", async () => {
    let pulled = false;
    let pulledBeforeAgreement: boolean | undefined;
    const url = await httpServer(
      () => undefined,
      (request, response) => {
        setTimeout(() => {
          pulledBeforeAgreement = pulled;
          response.writeContinue();
          request.resume().on("end", () => response.writeHead(204).end());
        }, 100);
      },
    );
    const chunks = (async function* () {
      pulled = true;
      yield Buffer.from("x");
    })();
    await putData({ url, headers: {}, data: { sizeBytes: 1, chunks } });
    expect(pulledBeforeAgreement).toBe(false);
    expect(pulled).toBe(true);
  });

  it("takes early hints for what they are", async () => {
    const url = await httpServer(
      () => undefined,
      (request, response) => {
        response.writeEarlyHints({ link: "</style.css>; rel=preload" });
        response.writeContinue();
        request.resume().on("end", () => response.writeHead(204).end());
      },
    );
    const answer = await putData({
      url,
      headers: {},
      data: { sizeBytes: 1, chunks: chunksOf(Buffer.from("x")) },
    });
    expect(answer).toMatchObject({ status: 204, sentBytes: 1 });
  });

  it("gives a server that never agrees a second, and then the body", async () => {
    const url = await rawServer((socket) => {
      let text = "";
      socket.on("data", (part) => {
        text += part.toString("latin1");
        if (text.endsWith("hello")) socket.end("HTTP/1.1 204 No Content\r\n\r\n");
      });
    });
    const start = performance.now();
    const answer = await putData({
      url,
      headers: {},
      data: { sizeBytes: 5, chunks: chunksOf(Buffer.from("hello")) },
    });
    expect(answer).toMatchObject({ status: 204, sentBytes: 5, body: undefined });
    expect(performance.now() - start).toBeGreaterThan(900);
  });

  it.each([401, 403, 404, 409, 417])("a refusal of status %i leaves the data whole", async (status) => {
    const url = await httpServer(
      () => undefined,
      (_request, response) =>
        response.writeHead(status, { "content-type": "application/json" }).end('{"message":"no"}'),
    );
    const chunks = failingWith(new Error("the data was touched"));
    const answer = await putData({ url, headers: {}, data: { sizeBytes: 5, chunks } });
    expect(answer).toMatchObject({ status, sentBytes: undefined, body: { message: "no" } });
  });

  it("a refusal leaves no timer behind", async () => {
    const url = await httpServer(
      () => undefined,
      (_request, response) => response.writeHead(409).end(),
    );
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    await putData({ url, headers: {}, data: { sizeBytes: 5, chunks: endless() } });
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

async function storingServer() {
  const received = Promise.withResolvers<{ bytes: Buffer; headers: IncomingMessage["headers"] }>();
  const url = await httpServer(async (request, response) => {
    const bytes = await collect(request);
    received.resolve({ bytes, headers: request.headers });
    response.writeHead(201, { "content-type": "application/json", "x-c": "d" }).end('{"stored":true}');
  });
  return { url, received: received.promise };
}

/** Waits until a number has stopped growing. */
async function settled(read: () => number): Promise<void> {
  for (let before = -1; before !== read() || before === 0; ) {
    before = read();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

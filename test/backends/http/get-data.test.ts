import { getEventListeners } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { type DataAnswer, getData } from "../../../src/backends/http/data.ts";
import { collect, someBytes } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { closedPort, httpServer, rawServer } from "../../support/loopback.ts";

const DATA = someBytes(2_000_000);

it("gets the data and says its size", async () => {
  const url = await httpServer((request, response) => {
    expect(request.headers).toMatchObject({ "x-a": "b" });
    expect(request.headers["content-type"]).toBeUndefined();
    expect(request.headers["content-length"]).toBeUndefined();
    response.writeHead(200, { "content-length": DATA.length }).end(DATA);
  });
  const answer = data(await getData({ url, headers: { "x-a": "b" } }));
  expect(answer.sizeBytes).toBe(DATA.length);
  expect((await collect(answer.chunks)).equals(DATA)).toBe(true);
});

it("gets data whose size nobody says", async () => {
  const url = await httpServer((_request, response) => {
    response.write(DATA.subarray(0, 1000));
    response.end(DATA.subarray(1000));
  });
  const answer = data(await getData({ url, headers: {} }));
  expect(answer.sizeBytes).toBeUndefined();
  expect((await collect(answer.chunks)).equals(DATA)).toBe(true);
});

it.each([204, 302, 401, 404, 503])("an answer of status %i is a refusal, with its words", async (status) => {
  const url = await httpServer((_request, response) => {
    response
      .writeHead(status, { "x-openstack-request-id": "req-1", location: "/elsewhere" })
      .end(status === 204 ? undefined : '{"message":"no"}');
  });
  const answer = await getData({ url, headers: {} });
  expect(answer).toMatchObject({ kind: "refusal", method: "GET", url, status });
  if (answer.kind === "refusal") {
    expect(answer.headers.get("x-openstack-request-id")).toBe("req-1");
    expect(answer.body).toEqual(status === 204 ? undefined : { message: "no" });
  }
});

describe("data that is cut", () => {
  const PART = DATA.subarray(0, 100_000);

  it.each([
    ["with Content-Length", { "content-length": "200000" }, 200_000],
    ["in chunks", {}, undefined],
  ])("%s is ERR_TRANSFER_INCOMPLETE at that byte", async (_how, headers, sizeBytes) => {
    const url = await httpServer((_request, response) => {
      response.writeHead(200, headers);
      response.write(PART, () => setTimeout(() => response.destroy(), 50));
    });
    const answer = data(await getData({ url, headers: {} }));
    expect(await rejectionOf(collect(answer.chunks))).toMatchObject({
      name: "TransferError",
      code: "ERR_TRANSFER_INCOMPLETE",
      retryable: true,
      expected: sizeBytes,
      actual: PART.length,
      offset: PART.length,
    });
  });

  it("before anybody reads it is ERR_TRANSFER_INCOMPLETE as well", async () => {
    const cut = Promise.withResolvers<void>();
    const url = await httpServer((_request, response) => {
      response.on("close", () => cut.resolve());
      response.writeHead(200, { "content-length": "200000" });
      response.write(PART, () => setTimeout(() => response.destroy(), 20));
    });
    const answer = data(await getData({ url, headers: {} }));
    await cut.promise;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await rejectionOf(collect(answer.chunks))).toMatchObject({ code: "ERR_TRANSFER_INCOMPLETE" });
  });
});

describe("no answer", () => {
  it.each<[string, () => Promise<string>]>([
    ["because nobody listens", closedPort],
    [
      "because the connection is cut",
      () => rawServer((socket) => socket.once("data", () => socket.destroy())),
    ],
  ])("%s is ERR_NETWORK", async (_why, start) => {
    expect(await rejectionOf(getData({ url: `${await start()}/?a=b`, headers: {} }))).toMatchObject({
      name: "NetworkError",
      code: "ERR_NETWORK",
      phase: "download",
      retryable: true,
      message: expect.stringMatching(/^GET http:\/\/127.0.0.1:\d+\/\?a=… failed: ./),
    });
  });
});

it("a reader that stops closes the connection", async () => {
  const closed = vi.fn();
  const url = await httpServer((_request, response) => {
    response.on("close", closed);
    response.writeHead(200, { "content-length": 10 * DATA.length }).write(DATA);
  });
  const { signal } = new AbortController();
  for await (const _chunk of data(await getData({ url, headers: {}, signal })).chunks) break;
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

describe("an abort", () => {
  const reason = { why: "enough" };

  it("before the call sends nothing", async () => {
    const url = await httpServer(() => expect.unreachable());
    expect(await rejectionOf(getData({ url, headers: {}, signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it("while the answer is waited for rejects with its own reason", async () => {
    const controller = new AbortController();
    const url = await httpServer(() => controller.abort(reason));
    expect(await rejectionOf(getData({ url, headers: {}, signal: controller.signal }))).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("while the words of a refusal are read rejects with its own reason", async () => {
    const controller = new AbortController();
    const url = await httpServer((_request, response) => {
      response.writeHead(403, { "content-length": "100" }).write("no");
      setTimeout(() => controller.abort(reason), 20);
    });
    expect(await rejectionOf(getData({ url, headers: {}, signal: controller.signal }))).toBe(reason);
  });

  it("while data is waited for rejects with its own reason, and leaves no listener", async () => {
    const controller = new AbortController();
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("data");
      setTimeout(() => controller.abort(reason), 20);
    });
    const { chunks } = data(await getData({ url, headers: {}, signal: controller.signal }));
    expect(await rejectionOf(collect(chunks))).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("before the data is read rejects the reader with its own reason", async () => {
    const controller = new AbortController();
    const url = await httpServer((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("data");
    });
    const { chunks } = data(await getData({ url, headers: {}, signal: controller.signal }));
    controller.abort(reason);
    expect(await rejectionOf(collect(chunks))).toBe(reason);
  });

  it("after the data leaves no listener", async () => {
    const { signal } = new AbortController();
    const url = await httpServer((_request, response) => response.end("data"));
    await collect(data(await getData({ url, headers: {}, signal })).chunks);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("after a refusal leaves no listener", async () => {
    const { signal } = new AbortController();
    const url = await httpServer((_request, response) => response.writeHead(204).end());
    expect(await getData({ url, headers: {}, signal })).toMatchObject({ status: 204 });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

function data(answer: DataAnswer): Extract<DataAnswer, { kind: "data" }> {
  if (answer.kind === "data") return answer;
  throw new Error(`It was refused: ${answer.status}`);
}

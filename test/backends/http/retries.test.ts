import { afterEach, describe, expect, it, vi } from "vitest";
import { type ControlRequest, controlClient } from "../../../src/backends/http/client.ts";
import type { RequestRetryEvent } from "../../../src/model/index.ts";
import { rejectionOf } from "../../support/errors.ts";
import { httpServer } from "../../support/loopback.ts";
import { mockNetwork, type Reply } from "../../support/network.ts";

const URL_ = "https://cloud.example/v2/things";
const AT_ONCE = { "retry-after": "0" };

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a call that may be repeated", () => {
  it.each([408, 429, 502, 503, 504])("is made again after %i", async (status) => {
    withoutWaiting();
    const events: RequestRetryEvent[] = [];
    const answer = await call({}, [{ status, headers: AT_ONCE }, { json: 1 }], events);
    expect(answer.body).toBe(1);
    expect(events).toEqual([{ method: "GET", url: `${URL_}?name=…`, attempt: 1, status }]);
  });

  it.each([400, 401, 403, 404, 409, 413, 500, 501])("isn't made again after %i", async (status) => {
    const events: RequestRetryEvent[] = [];
    expect((await call({}, [{ status, headers: AT_ONCE }], events)).status).toBe(status);
    expect(events).toEqual([]);
  });

  it("is made three times at most by default, and the last refusal is the answer", async () => {
    const events: RequestRetryEvent[] = [];
    const refusal = { status: 503, headers: AT_ONCE };
    const answer = await call({}, [refusal, refusal, { ...refusal, json: { message: "last" } }], events);
    expect(answer).toMatchObject({ status: 503, body: { message: "last" } });
    expect(events.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it("waits as long as Retry-After says", async () => {
    const start = performance.now();
    await call({}, [{ status: 429, headers: { "retry-after": "1" } }, { json: 1 }]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(990);
  });

  it("is made again when the connection was cut", async () => {
    withoutWaiting();
    let requests = 0;
    const url = await httpServer((request, response) => {
      if (++requests === 1) request.socket.destroy();
      else response.end("1");
    });
    const events: RequestRetryEvent[] = [];
    const onRetry = (event: RequestRetryEvent) => events.push(event);
    expect((await controlClient()({ method: "GET", url, onRetry })).body).toBe(1);
    expect(events).toEqual([{ method: "GET", url: `${url}/`, attempt: 1, status: undefined }]);
  });

  it("isn't made again after a timeout", async () => {
    let requests = 0;
    const url = await httpServer(() => {
      requests++;
    });
    const client = controlClient({ timeoutMs: 50 });
    expect(await rejectionOf(client({ method: "GET", url }))).toMatchObject({ code: "ERR_TIMEOUT" });
    expect(requests).toBe(1);
  });

  it("sends the same body again", async () => {
    const network = mockNetwork();
    network.expect(`POST ${URL_}`, { status: 503, headers: AT_ONCE }, { json: 1 });
    await controlClient()({ method: "POST", url: URL_, json: { a: 1 }, repeatable: true });
    expect(network.calls.map(({ body }) => body)).toEqual([{ a: 1 }, { a: 1 }]);
  });
});

describe("a call that changes something", () => {
  it.each(["POST", "PATCH", "PUT"] as const)("is made once: %s", async (method) => {
    const events: RequestRetryEvent[] = [];
    const answer = await call({ method, json: {} }, [{ status: 503, headers: AT_ONCE }], events);
    expect(answer.status).toBe(503);
    expect(events).toEqual([]);
  });

  it("is made once, even if the connection was cut", async () => {
    let requests = 0;
    const url = await httpServer((request) => {
      requests++;
      request.socket.destroy();
    });
    const error = await rejectionOf(controlClient()({ method: "POST", url, json: {} }));
    expect(error).toMatchObject({ code: "ERR_NETWORK", retryable: true });
    expect(requests).toBe(1);
  });

  it("is a DELETE that may be repeated", async () => {
    expect(
      (await call({ method: "DELETE" }, [{ status: 503, headers: AT_ONCE }, { status: 204 }])).status,
    ).toBe(204);
  });
});

it("a limit of 0 makes every call once", async () => {
  mockNetwork().expect(`GET ${URL_}`, { status: 503, headers: AT_ONCE });
  expect((await controlClient({ retry: { limit: 0 } })({ method: "GET", url: URL_ })).status).toBe(503);
});

async function call(
  request: Partial<ControlRequest>,
  replies: readonly Reply[],
  events: RequestRetryEvent[] = [],
) {
  const method = request.method ?? "GET";
  mockNetwork().expect(`${method} ${URL_}`, ...replies);
  const onRetry = (event: RequestRetryEvent) => events.push(event);
  return await controlClient()({ method, url: `${URL_}?name=x`, onRetry, ...request });
}

/** The wait before a repetition is a random part of some hundred milliseconds. */
function withoutWaiting(): void {
  vi.spyOn(Math, "random").mockReturnValue(0);
}

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, it, onTestFinished, vi } from "vitest";
import { controlClient } from "../../../src/backends/http/client.ts";
import { publishRequest, type RequestMessage } from "../../../src/backends/http/diagnostics.ts";
import { expectNoSecret, rejectionOf } from "../../support/errors.ts";
import { closedPort } from "../../support/loopback.ts";
import { mockNetwork } from "../../support/network.ts";

const URL_ = "https://cloud.example/v2/images";
const client = controlClient({ retry: { baseDelayMs: 0 } });

it("every attempt is published, without secrets", async () => {
  const messages = listen();
  const headers = { "x-openstack-request-id": "req-1" };
  mockNetwork().expect(`GET ${URL_}`, { status: 503, headers }, { json: {} });
  await client({ method: "GET", url: `${URL_}?name=hunter2`, headers: { "x-auth-token": "t0k3n" } });
  const common = { method: "GET", url: `${URL_}?name=…`, durationMs: expect.any(Number) };
  expect(messages).toEqual([
    { ...common, status: 503, requestId: "req-1", attempt: 1 },
    { ...common, status: 200, requestId: undefined, attempt: 2 },
  ]);
  expectNoSecret(messages, "hunter2", "t0k3n");
});

it("an attempt without an answer has no status", async () => {
  const messages = listen();
  const url = await closedPort();
  await rejectionOf(client({ method: "POST", url, json: {} }));
  expect(messages).toMatchObject([{ method: "POST", status: undefined, requestId: undefined, attempt: 1 }]);
});

it("where nobody listens nothing is made", () => {
  const message = vi.fn<() => RequestMessage>();
  publishRequest(message);
  expect(message).not.toHaveBeenCalled();
});

function listen(): readonly unknown[] {
  const messages: unknown[] = [];
  const listener = (message: unknown) => messages.push(message);
  subscribe("imagewright:request", listener);
  onTestFinished(() => {
    unsubscribe("imagewright:request", listener);
  });
  return messages;
}

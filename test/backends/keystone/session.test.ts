import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { controlClient } from "../../../src/backends/http/client.ts";
import { keystoneSession, type Session } from "../../../src/backends/keystone/session.ts";
import type { RequestRetryEvent } from "../../../src/model/index.ts";
import { rejectionOf } from "../../support/errors.ts";
import { mockNetwork, type Reply } from "../../support/network.ts";

const AUTH_URL = "https://keystone.example/identity";
const TOKENS = `POST ${AUTH_URL}/v3/auth/tokens`;
const START = Date.parse("2026-11-21T10:00:00Z");
const HOUR = 3_600_000;

it("asks for a token by one POST, without a token", async () => {
  const network = mockNetwork();
  network.expect(TOKENS, token("t1"));
  expect(await session().token()).toEqual({
    id: "t1",
    expiresAtMs: START + HOUR,
    projectId: "p1",
    catalog: [{ type: "image", endpoints: [{ interface: "public", url: "https://glance.example" }] }],
  });
  expect(network.calls).toMatchObject([
    {
      headers: { accept: "application/json", "content-type": "application/json" },
      body: {
        auth: {
          identity: {
            methods: ["password"],
            password: { user: { name: "ada", domain: { id: "default" }, password: "pw" } },
          },
          scope: { project: { name: "demo", domain: { id: "default" } } },
        },
      },
    },
  ]);
  expect(network.calls[0]?.headers["x-auth-token"]).toBeUndefined();
});

it("keeps a token while it is good, and gets another a minute before it isn't", async () => {
  mockNetwork().expect(TOKENS, token("t1"), token("t2"));
  let now = START;
  const kept = session(() => now);
  expect((await kept.token()).id).toBe("t1");
  now = START + HOUR - 61_000;
  expect((await kept.token()).id).toBe("t1");
  now = START + HOUR - 59_000;
  expect((await kept.token()).id).toBe("t2");
});

it("gets another token for who needs it longer", async () => {
  mockNetwork().expect(TOKENS, token("t1"), token("t2"));
  const kept = session(() => START + HOUR - 300_000);
  await kept.token();
  expect((await kept.token()).id).toBe("t1");
  expect((await kept.token({ validForMs: 600_000 })).id).toBe("t2");
});

it("asks once for many who want the first token", async () => {
  mockNetwork().expect(TOKENS, token("t1"));
  const kept = session();
  const tokens = await Promise.all(Array.from({ length: 10 }, () => kept.token()));
  expect(new Set(tokens.map(({ id }) => id))).toEqual(new Set(["t1"]));
});

describe("a renewal", () => {
  it("is shared by all who ask at the same time, and not made again for who comes late", async () => {
    mockNetwork().expect(TOKENS, token("t1"), token("t2"));
    const kept = session();
    const first = await kept.token();
    const renewed = await Promise.all([kept.renew(first), kept.renew(first), kept.token()]);
    expect(renewed.map(({ id }) => id)).toEqual(["t2", "t2", "t1"]);
    expect((await kept.renew(first)).id).toBe("t2");
    expect((await kept.token()).id).toBe("t2");
  });
});

describe("an abort", () => {
  const reason = new Error("enough");

  it("before the call sends nothing", async () => {
    mockNetwork();
    expect(await rejectionOf(session().token({ signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it("ends the waiting of one, not of the others", async () => {
    const answer = Promise.withResolvers<Reply>();
    mockNetwork().expect(TOKENS, () => answer.promise);
    const kept = session();
    const controller = new AbortController();
    const one = kept.token({ signal: controller.signal });
    const other = kept.token();
    controller.abort(reason);
    expect(await rejectionOf(one)).toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
    answer.resolve(token("t1"));
    expect((await other).id).toBe("t1");
  });

  it("of the only one who waits leaves nothing unhandled when Keystone refuses later", async () => {
    const answer = Promise.withResolvers<Reply>();
    mockNetwork().expect(TOKENS, () => answer.promise);
    const kept = session();
    const controller = new AbortController();
    const waiting = kept.token({ signal: controller.signal });
    controller.abort(reason);
    expect(await rejectionOf(waiting)).toBe(reason);
    answer.resolve({ status: 401 });
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
});

describe("a refusal", () => {
  it.each([401, 403])("of status %i is an AuthError with Keystone's words", async (status) => {
    const words = "The request you have made requires authentication.";
    mockNetwork().expect(TOKENS, {
      status,
      headers: { "x-openstack-request-id": "req-1" },
      json: { error: { code: status, message: words, title: "Unauthorized" } },
    });
    expect(await rejectionOf(session().token())).toMatchObject({
      name: "AuthError",
      code: "ERR_AUTH_FAILED",
      authUrl: AUTH_URL,
      requestId: "req-1",
      retryable: false,
      message: `Keystone at ${AUTH_URL} refused the credentials: ${status} ${words} [req-1]`,
    });
  });

  it("of status 404 is no Keystone", async () => {
    mockNetwork().expect(TOKENS, { status: 404 });
    expect(await rejectionOf(session().token())).toMatchObject({
      code: "ERR_AUTH_FAILED",
      message: `There is no Keystone v3 at ${AUTH_URL}: 404`,
    });
  });

  it.each([300, 400, 500])("of status %i is an HttpError", async (status) => {
    mockNetwork().expect(TOKENS, { status, json: { error: { message: "no" } } });
    expect(await rejectionOf(session().token())).toMatchObject({
      name: "HttpError",
      status,
      method: "POST",
      message: `Authentication at ${AUTH_URL} failed: ${status} no`,
    });
  });

  it("isn't remembered", async () => {
    mockNetwork().expect(TOKENS, { status: 401 }, token("t1"));
    const kept = session();
    await rejectionOf(kept.token());
    expect((await kept.token()).id).toBe("t1");
  });
});

it("a passing refusal is repeated, and said", async () => {
  mockNetwork().expect(TOKENS, { status: 503, headers: { "retry-after": "0" } }, token("t1"));
  const events: RequestRetryEvent[] = [];
  await session().token({ onRetry: (event) => events.push(event) });
  expect(events).toEqual([{ method: "POST", url: `${AUTH_URL}/v3/auth/tokens`, attempt: 1, status: 503 }]);
});

describe("an answer that isn't what Keystone promises", () => {
  it.each<[string, Reply, string]>([
    ["a page of HTML", { status: 201, text: "<html>Login</html>" }, "ERR_RESPONSE_INVALID"],
    ["a body without a token", { status: 201, json: {} }, "ERR_RESPONSE_INVALID"],
    ["no token", { status: 201, json: { token: { expires_at: "2100-01-01T00:00:00Z" } } }, "ERR_AUTH_FAILED"],
  ])("%s is an error", async (_what, reply, code) => {
    mockNetwork().expect(TOKENS, reply);
    expect(await rejectionOf(session().token())).toMatchObject({ code });
  });

  it.each([{}, { expires_at: null }, { expires_at: "soon" }])(
    "%o says no end of a token, which is kept then",
    async (token) => {
      mockNetwork().expect(TOKENS, { status: 201, headers: { "x-subject-token": "t1" }, json: { token } });
      const kept = session();
      expect((await kept.token()).expiresAtMs).toBe(Number.POSITIVE_INFINITY);
      expect((await kept.token()).id).toBe("t1");
    },
  );

  it("without a project or catalog is a token all the same", async () => {
    mockNetwork().expect(TOKENS, {
      status: 201,
      headers: { "x-subject-token": "t1" },
      json: { token: { expires_at: "2100-01-01T00:00:00Z", project: null, catalog: null } },
    });
    expect(await session().token()).toMatchObject({ id: "t1", projectId: undefined, catalog: [] });
  });
});

function session(now = () => START): Session {
  return keystoneSession({
    auth: { authUrl: AUTH_URL, username: "ada", password: "pw", projectName: "demo" },
    client: controlClient(),
    now,
  });
}

function token(id: string): Reply {
  return {
    status: 201,
    headers: { "x-subject-token": id },
    json: {
      token: {
        expires_at: new Date(START + HOUR).toISOString(),
        project: { id: "p1", name: "demo" },
        catalog: [
          {
            type: "image",
            name: "glance",
            endpoints: [{ interface: "public", url: "https://glance.example" }],
          },
        ],
        user: { name: "ada" },
      },
    },
  };
}

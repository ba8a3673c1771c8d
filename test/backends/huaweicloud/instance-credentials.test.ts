import { describe, expect, it } from "vitest";
import { controlClient } from "../../../src/backends/http/client.ts";
import { instanceKey } from "../../../src/backends/huaweicloud/instance-credentials.ts";
import { rejectionOf } from "../../support/errors.ts";
import { mockNetwork } from "../../support/network.ts";

const SECURITY_KEY = "GET http://169.254.169.254/openstack/latest/securitykey";
const START = Date.parse("2026-11-21T10:00:00Z");
const HOUR = 3_600_000;

it("is kept until 10 minutes before it expires", async () => {
  const network = mockNetwork();
  network.expect(SECURITY_KEY, key("one", START + HOUR), key("two", START + 2 * HOUR));
  let nowMs = START;
  const keys = keysAt(() => nowMs);
  expect(await keys.key()).toMatchObject({
    accessKey: "one",
    secretKey: "secret of one",
    securityToken: "token of one",
  });
  nowMs = START + HOUR - 600_001;
  expect(await keys.key()).toMatchObject({ accessKey: "one" });
  nowMs += 1;
  expect(await keys.key()).toMatchObject({ accessKey: "two" });
});

it("is asked for once by many", async () => {
  const network = mockNetwork();
  network.expect(SECURITY_KEY, key("one", START + HOUR));
  const keys = keysAt(() => START);
  const all = await Promise.all([keys.key(), keys.key(), keys.key()]);
  expect(all.map(({ accessKey }) => accessKey)).toEqual(["one", "one", "one"]);
  expect(network.calls).toHaveLength(1);
});

it("ends the wait of who aborts, and of nobody else", async () => {
  mockNetwork().expect(SECURITY_KEY, key("one", START + HOUR));
  const keys = keysAt(() => START);
  const { signal, abort } = abortable();
  const aborted = rejectionOf(keys.key({ signal }));
  const other = keys.key();
  abort("enough");
  expect(await aborted).toBe("enough");
  expect(await other).toMatchObject({ accessKey: "one" });
});

describe("where there is no new key", () => {
  it("the old one is used for as long as it is good", async () => {
    mockNetwork().expect(SECURITY_KEY, key("one", START + HOUR), { status: 404 }, { status: 404 });
    let nowMs = START;
    const keys = keysAt(() => nowMs);
    await keys.key();
    nowMs = START + HOUR - 1;
    expect(await keys.key()).toMatchObject({ accessKey: "one" });
    nowMs = START + HOUR;
    expect(await rejectionOf(keys.key())).toMatchObject({ name: "AuthError", code: "ERR_AUTH_FAILED" });
  });
});

describe("a key that was refused", () => {
  it("is renewed once for all that it was refused to", async () => {
    const network = mockNetwork();
    network.expect(SECURITY_KEY, key("one", START + HOUR), key("two", START + HOUR));
    const keys = keysAt(() => START);
    const refused = await keys.key();
    expect(await keys.renew(refused)).toMatchObject({ accessKey: "two" });
    expect(await keys.renew(refused)).toMatchObject({ accessKey: "two" });
    expect(network.calls).toHaveLength(2);
  });

  it("has no other while the server gives the same", async () => {
    mockNetwork().expect(SECURITY_KEY, key("one", START + HOUR), key("one", START + HOUR));
    const keys = keysAt(() => START);
    expect(await keys.renew(await keys.key())).toBeUndefined();
  });
});

function keysAt(now: () => number) {
  return instanceKey(controlClient(), now);
}

function key(name: string, expiresAtMs: number) {
  return {
    json: {
      credential: {
        access: name,
        secret: `secret of ${name}`,
        securitytoken: `token of ${name}`,
        expires_at: new Date(expiresAtMs).toISOString().replace("Z", "000Z"),
      },
    },
  };
}

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason: unknown) => controller.abort(reason) };
}

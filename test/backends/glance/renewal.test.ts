import { beforeEach, expect, it } from "vitest";
import { controlClient } from "../../../src/backends/http/client.ts";
import { keystoneSession } from "../../../src/backends/keystone/session.ts";
import { rejectionOf } from "../../support/errors.ts";
import { type GlanceBackend, glance, ID, IMAGES, REQUEST_ID, wireImage } from "../../support/glance.ts";
import { type Call, mockNetwork, type Network, type Reply } from "../../support/network.ts";

const TOKENS = "POST https://keystone.example/v3/auth/tokens";

let issued = 0;
beforeEach(() => {
  issued = 0;
});

it("a refused token is renewed once, and the call made again", async () => {
  const network = mockNetwork();
  network.expect(TOKENS, issue, issue);
  network.expect(`GET ${IMAGES}/${ID}`, { status: 401 }, { json: wireImage() });
  expect(await backend().get(ID)).toMatchObject({ id: ID });
  expect(tokensOf(network)).toEqual(["t1", "t2"]);
});

it("calls at the same time share one renewal", async () => {
  const network = mockNetwork();
  network.expect(TOKENS, issue, issue);
  const good = ({ headers }: Call): Reply =>
    headers["x-auth-token"] === "t1" ? { status: 401 } : { json: wireImage() };
  network.expect(`GET ${IMAGES}/${ID}`, ...Array.from({ length: 20 }, () => good));
  const glance = backend();
  await Promise.all(Array.from({ length: 10 }, () => glance.get(ID)));
  expect(issued).toBe(2);
});

it("a write is made again as well: a refused token wrote nothing", async () => {
  const network = mockNetwork();
  network.expect(TOKENS, issue, issue);
  network.expect(`POST ${IMAGES}`, { status: 401 }, { status: 201, json: wireImage() });
  await backend().create({ id: ID, name: "a" });
  expect(network.calls.at(1)?.body).toEqual(network.calls.at(3)?.body);
});

it("a fresh token that is refused as well is an AuthError", async () => {
  const network = mockNetwork();
  network.expect(TOKENS, issue, issue);
  const refusal: Reply = {
    status: 401,
    text: "Authentication required",
    headers: { "x-openstack-request-id": REQUEST_ID },
  };
  network.expect(`GET ${IMAGES}/${ID}`, refusal, refusal);
  expect(await rejectionOf(backend().get(ID))).toMatchObject({
    name: "AuthError",
    code: "ERR_AUTH_FAILED",
    requestId: REQUEST_ID,
    message: `The image service at https://glance.example:9292 refused a fresh token (GET): 401 Authentication required [${REQUEST_ID}]`,
  });
});

it("a renewal that fails is the failure of all who wait for it, and the next call tries again", async () => {
  const network = mockNetwork();
  network.expect(TOKENS, issue, { status: 503 }, issue);
  network.expect(
    `GET ${IMAGES}/${ID}`,
    { status: 401 },
    { status: 401 },
    { status: 401 },
    { json: wireImage() },
  );
  const glance = backend();
  await glanceToken(glance, network);
  const errors = await Promise.all([rejectionOf(glance.get(ID)), rejectionOf(glance.get(ID))]);
  for (const error of errors) expect(error).toMatchObject({ code: "ERR_HTTP_UNAVAILABLE", status: 503 });
  expect(await glance.get(ID)).toMatchObject({ id: ID });
});

/** Gets the first token, so that what follows begins with calls. */
async function glanceToken(glance: GlanceBackend, network: Network): Promise<void> {
  network.expect(`DELETE ${IMAGES}/${ID}`, { status: 204 });
  await glance.delete(ID);
}

function issue(): Reply {
  issued++;
  return {
    status: 201,
    headers: { "x-subject-token": `t${issued}` },
    json: { token: { expires_at: "2100-01-01T00:00:00.000000Z" } },
  };
}

function backend(): GlanceBackend {
  const session = keystoneSession({
    auth: { authUrl: "https://keystone.example", userId: "u", password: "p" },
    client: controlClient({ retry: { limit: 0 } }),
    now: Date.now,
  });
  return glance({ session });
}

function tokensOf({ calls }: Network): (string | undefined)[] {
  return calls.filter(({ url }) => url.startsWith(IMAGES)).map(({ headers }) => headers["x-auth-token"]);
}

import { describe, expect, it } from "vitest";
import { rejectionOf } from "../../support/errors.ts";
import { type GlanceBackend, glance, ID, IMAGES, REQUEST_ID, wireImage } from "../../support/glance.ts";
import { mockNetwork } from "../../support/network.ts";

const REASON = "You are not authorized";

const CALLS = {
  list: {
    call: `GET ${IMAGES}`,
    what: "Listing of images",
    run: (backend: GlanceBackend) => backend.list({ hidden: false })[Symbol.asyncIterator]().next(),
  },
  get: {
    call: `GET ${IMAGES}/${ID}`,
    what: `Reading of image ${ID}`,
    run: (backend: GlanceBackend) => backend.get(ID),
  },
  create: {
    call: `POST ${IMAGES}`,
    what: "Creation of image debian-13",
    run: (backend: GlanceBackend) => backend.create({ id: ID, name: "debian-13" }),
  },
  update: {
    call: `PATCH ${IMAGES}/${ID}`,
    what: `Update of image ${ID}`,
    run: (backend: GlanceBackend) =>
      backend.update(ID, [{ kind: "property", op: "add", name: "a", to: "1" }]),
  },
  delete: {
    call: `DELETE ${IMAGES}/${ID}`,
    what: `Deletion of image ${ID}`,
    run: (backend: GlanceBackend) => backend.delete(ID),
  },
  members: {
    call: `POST ${IMAGES}/${ID}/members`,
    what: `Sharing of image ${ID} with p2`,
    run: (backend: GlanceBackend) => backend.members.add(ID, "p2"),
  },
} satisfies Record<string, { call: string; what: string; run: (backend: GlanceBackend) => Promise<unknown> }>;

type CallName = keyof typeof CALLS;

/** Status × call → what the caller gets. */
const TABLE: readonly [status: number, calls: readonly CallName[], code: string, retryable: boolean][] = [
  [400, ["list", "get", "create", "update", "delete", "members"], "ERR_HTTP_STATUS", false],
  [403, ["list", "get", "create", "update", "delete", "members"], "ERR_HTTP_FORBIDDEN", false],
  [404, ["list", "create", "update", "members"], "ERR_HTTP_NOT_FOUND", false],
  [409, ["create", "update", "delete"], "ERR_HTTP_CONFLICT", false],
  [410, ["get", "update"], "ERR_HTTP_NOT_FOUND", false],
  [413, ["create", "update", "members"], "ERR_HTTP_QUOTA", false],
  [415, ["update"], "ERR_HTTP_STATUS", false],
  [429, ["list", "get", "create", "update", "delete", "members"], "ERR_HTTP_RATE_LIMITED", true],
  [500, ["list", "get", "create", "update", "delete", "members"], "ERR_HTTP_STATUS", false],
  [502, ["get", "create"], "ERR_HTTP_UNAVAILABLE", true],
  [503, ["list", "get", "create", "update", "delete", "members"], "ERR_HTTP_UNAVAILABLE", true],
  [504, ["create", "delete"], "ERR_HTTP_UNAVAILABLE", true],
];

describe.each(TABLE)("a refusal of status %i", (status, names, code, retryable) => {
  it.each(names)("of %s has every fact", async (name) => {
    const { call, what, run } = CALLS[name];
    const network = mockNetwork();
    if (name === "update") network.expect(`GET ${IMAGES}/${ID}`, { json: wireImage() });
    network.expect(call, {
      status,
      headers: { "x-openstack-request-id": REQUEST_ID, "retry-after": "7" },
      json: { message: `${REASON}.<br /><br />\n\n\n`, code: `${status} Refused`, title: "Refused" },
    });
    const error = await rejectionOf(run(glance()));
    const [method, url] = call.split(" ");
    expect(error).toMatchObject({
      name: "HttpError",
      code,
      status,
      method,
      requestId: REQUEST_ID,
      retryAfterMs: 7000,
      retryable,
      message: expect.stringContaining(`${what} failed: ${status} ${REASON}. [${REQUEST_ID}]`),
    });
    expect(error).toHaveProperty("url", name === "list" ? `${url}?limit=…` : url);
  });
});

it("a deletion that is refused because the image is in use says what to do", async () => {
  const reason = "Image 1bea47ed could not be deleted because it is in use: snapshot(s)";
  mockNetwork().expect(`DELETE ${IMAGES}/${ID}`, { status: 409, json: { message: reason } });
  expect(await rejectionOf(glance().delete(ID))).toMatchObject({
    name: "HttpError",
    code: "ERR_HTTP_CONFLICT",
    status: 409,
    method: "DELETE",
    retryable: false,
    message: expect.stringMatching(
      /in use: snapshot\(s\).*: volumes or servers .* Delete those first, or hide/,
    ),
  });
});

describe("an answer that isn't what the API promises", () => {
  const proxy = {
    text: "<html><title>Login</title><body>Welcome</body></html>",
    headers: { "x-openstack-request-id": REQUEST_ID },
  };

  it.each(["get", "list", "update"] as const)("to %s is ERR_RESPONSE_INVALID", async (name) => {
    const { call, what, run } = CALLS[name];
    const network = mockNetwork();
    if (name === "update") network.expect(`GET ${IMAGES}/${ID}`, { json: wireImage() });
    network.expect(call, proxy);
    expect(await rejectionOf(run(glance()))).toMatchObject({
      name: "ResponseError",
      code: "ERR_RESPONSE_INVALID",
      requestId: REQUEST_ID,
      issues: [{ path: [] }],
      message: expect.stringContaining(`${what}: the answer of https://glance.example:9292/v2/images`),
    });
  });

  it("names the field", async () => {
    mockNetwork().expect(`GET ${IMAGES}/${ID}`, { json: wireImage({ tags: "golden", min_disk: "2" }) });
    expect(await rejectionOf(glance().get(ID))).toMatchObject({
      code: "ERR_RESPONSE_INVALID",
      issues: [{ path: ["min_disk"] }, { path: ["tags"] }],
    });
  });

  it("can be a success of another status", async () => {
    mockNetwork().expect(`POST ${IMAGES}`, { status: 200, json: wireImage() });
    expect(await rejectionOf(glance().create({ id: ID, name: "a" }))).toMatchObject({
      name: "HttpError",
      status: 200,
    });
  });
});

it("a redirect isn't followed: the token would go with it", async () => {
  mockNetwork().expect(`GET ${IMAGES}/${ID}`, {
    status: 302,
    headers: { location: "https://elsewhere.example/" },
  });
  expect(await rejectionOf(glance().get(ID))).toMatchObject({
    name: "HttpError",
    code: "ERR_HTTP_STATUS",
    status: 302,
  });
});

import { describe, expect, it } from "vitest";
import { chunksOf, failingWith, inChunks, someBytes } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { GLANCE, glance, ID, sessionWith, TOKEN } from "../../support/glance.ts";
import { httpServer } from "../../support/loopback.ts";
import { mockNetwork } from "../../support/network.ts";

const DATA = someBytes(200_000);

it("puts data whose size is known with Content-Length and x-openstack-image-size", async () => {
  const network = mockNetwork();
  network.expect(`PUT ${GLANCE}/v2/images/${ID}/file`, { status: 204 });
  await glance().upload(ID, { sizeBytes: 5, chunks: chunksOf(Buffer.from("he"), Buffer.from("llo")) });
  expect(network.calls).toMatchObject([{ body: "hello" }]);
  expect(network.calls[0]?.headers).toEqual({
    accept: "application/json",
    "content-length": "5",
    "content-type": "application/octet-stream",
    expect: "100-continue",
    "x-auth-token": TOKEN,
    "x-openstack-image-size": "5",
  });
});

it("puts data whose size nobody knows in chunks", async () => {
  const network = mockNetwork();
  network.expect(`PUT ${GLANCE}/v2/images/${ID}/file`, { status: 204 });
  await glance().upload(ID, {
    sizeBytes: undefined,
    chunks: chunksOf(Buffer.from("he"), Buffer.from("llo")),
  });
  expect(network.calls).toMatchObject([{ body: "hello" }]);
  expect(network.calls[0]?.headers).toEqual({
    accept: "application/json",
    "content-type": "application/octet-stream",
    expect: "100-continue",
    "transfer-encoding": "chunked",
    "x-auth-token": TOKEN,
  });
});

it("renews a token that is refused before the body, and sends the same data", async () => {
  const received: Buffer[] = [];
  const tokens: unknown[] = [];
  const endpoint = await httpServerWithContinue((token) => {
    tokens.push(token);
    return token === "new" ? 204 : 401;
  }, received);
  const session = sessionWith("old", "new");
  await glance({ endpoint, session }).upload(ID, { sizeBytes: DATA.length, chunks: inChunks(DATA) });
  expect(tokens).toEqual(["old", "new"]);
  expect(session.renewals()).toBe(1);
  expect(Buffer.concat(received).equals(DATA)).toBe(true);
});

it("a fresh token that is refused as well is an AuthError, and the data is whole", async () => {
  const endpoint = await httpServerWithContinue(() => 401, []);
  const session = sessionWith("old", "new");
  const untouched = failingWith(new Error("the data was touched"));
  const error = await rejectionOf(
    glance({ endpoint, session }).upload(ID, { sizeBytes: 5, chunks: untouched }),
  );
  expect(error).toMatchObject({ name: "AuthError", code: "ERR_AUTH_FAILED" });
  expect(session.renewals()).toBe(1);
});

it("a token refused in the middle of the body isn't renewed: the data is half gone", async () => {
  const network = mockNetwork();
  network.expect(`PUT ${GLANCE}/v2/images/${ID}/file`, {
    status: 401,
    headers: { "x-openstack-request-id": "req-1" },
  });
  const session = sessionWith("old", "new");
  const error = await rejectionOf(
    glance({ session }).upload(ID, { sizeBytes: 5, chunks: chunksOf(Buffer.from("hello")) }),
  );
  expect(error).toMatchObject({ code: "ERR_AUTH_FAILED", requestId: "req-1" });
  expect(session.renewals()).toBe(0);
});

describe("a refusal", () => {
  it.each([
    [400, "HttpError", "ERR_HTTP_STATUS"],
    [403, "HttpError", "ERR_HTTP_FORBIDDEN"],
    [404, "HttpError", "ERR_HTTP_NOT_FOUND"],
    [409, "HttpError", "ERR_HTTP_CONFLICT"],
    [410, "HttpError", "ERR_HTTP_NOT_FOUND"],
    [413, "HttpError", "ERR_HTTP_QUOTA"],
    [415, "FormatError", "ERR_FORMAT_MISMATCH"],
    [503, "HttpError", "ERR_HTTP_UNAVAILABLE"],
  ])("of status %i is a %s with %s", async (status, name, code) => {
    const endpoint = await httpServerWithContinue(() => status, []);
    const error = await rejectionOf(
      glance({ endpoint }).upload(ID, { sizeBytes: DATA.length, chunks: inChunks(DATA) }),
    );
    expect(error).toMatchObject({
      name,
      code,
      message: expect.stringContaining(`Upload of image ${ID} (RegionOne) failed: ${status}`),
    });
  });

  it.each([
    [410, "deleted, or got its data from somebody else"],
    [413, "more than the cloud takes in one image, than the project's quota leaves"],
    [503, "store takes no data at the moment"],
  ])("of status %i says what it means", async (status, meaning) => {
    const endpoint = await httpServerWithContinue(() => status, []);
    const error = await rejectionOf(
      glance({ endpoint }).upload(ID, { sizeBytes: DATA.length, chunks: inChunks(DATA) }),
    );
    expect(error).toMatchObject({ status, message: expect.stringContaining(meaning) });
  });

  it("of the format keeps the answer as its cause", async () => {
    const endpoint = await httpServerWithContinue(() => 415, []);
    const error = await rejectionOf(
      glance({ endpoint }).upload(ID, { sizeBytes: 1, chunks: chunksOf(Buffer.from("x")) }),
    );
    expect(error).toMatchObject({
      retryable: false,
      cause: { status: 415, method: "PUT", url: `${endpoint}/v2/images/${ID}/file` },
      message: expect.stringContaining("the cloud inspected the data"),
    });
  });
});

/** Answers by the token before the body, as Glance does; 2xx after it. */
async function httpServerWithContinue(
  statusFor: (token: unknown) => number,
  received: Buffer[],
): Promise<string> {
  return await httpServer(
    () => undefined,
    (request, response) => {
      const status = statusFor(request.headers["x-auth-token"]);
      if (status >= 300) {
        response.writeHead(status).end();
        return;
      }
      response.writeContinue();
      request.on("data", (part: Buffer) => received.push(part));
      request.on("end", () => response.writeHead(status).end());
    },
  );
}

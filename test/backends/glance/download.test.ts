import { describe, expect, it } from "vitest";
import { collect, someBytes } from "../../support/bytes.ts";
import { rejectionOf } from "../../support/errors.ts";
import { GLANCE, glance, ID, REQUEST_ID, sessionWith, TOKEN } from "../../support/glance.ts";
import { httpServer } from "../../support/loopback.ts";
import { mockNetwork } from "../../support/network.ts";

const FILE = `GET ${GLANCE}/v2/images/${ID}/file`;

it("gets the data with its size, asking for no JSON", async () => {
  const network = mockNetwork();
  network.expect(FILE, { text: "hello", headers: { "content-length": "5" } });
  const { sizeBytes, chunks } = await glance().download(ID);
  expect(sizeBytes).toBe(5);
  expect((await collect(chunks)).toString()).toBe("hello");
  expect(network.calls[0]).toMatchObject({
    body: undefined,
    headers: { accept: "*/*", "x-auth-token": TOKEN },
  });
  expect(network.calls[0]?.headers["content-type"]).toBeUndefined();
});

it("gets every byte of more than a few chunks", async () => {
  const bytes = someBytes(3_000_000);
  const endpoint = await httpServer((_request, response) => response.end(bytes));
  const { sizeBytes, chunks } = await glance({ endpoint }).download(ID);
  expect(sizeBytes).toBe(bytes.length);
  expect((await collect(chunks)).equals(bytes)).toBe(true);
});

it("a 204 is an image without data", async () => {
  mockNetwork().expect(FILE, { status: 204 });
  expect(await rejectionOf(glance().download(ID))).toMatchObject({
    name: "TransferError",
    code: "ERR_TRANSFER_INCOMPLETE",
    message: `Image ${ID} has no data`,
  });
});

it("renews a refused token once", async () => {
  const network = mockNetwork();
  network.expect(FILE, { status: 401 }, { text: "hello" });
  const session = sessionWith("old", "new");
  const { chunks } = await glance({ session }).download(ID);
  expect((await collect(chunks)).toString()).toBe("hello");
  expect(network.calls.map(({ headers }) => headers["x-auth-token"])).toEqual(["old", "new"]);
});

it("a fresh token that is refused as well is an AuthError", async () => {
  const refusal = { status: 401, headers: { "x-openstack-request-id": REQUEST_ID } };
  mockNetwork().expect(FILE, refusal, refusal);
  expect(await rejectionOf(glance({ session: sessionWith("old", "new") }).download(ID))).toMatchObject({
    name: "AuthError",
    code: "ERR_AUTH_FAILED",
    requestId: REQUEST_ID,
  });
});

describe("a refusal", () => {
  it.each([
    [302, "ERR_HTTP_STATUS"],
    [403, "ERR_HTTP_FORBIDDEN"],
    [404, "ERR_HTTP_NOT_FOUND"],
    [410, "ERR_HTTP_NOT_FOUND"],
    [503, "ERR_HTTP_UNAVAILABLE"],
  ])("of status %i is %s", async (status, code) => {
    mockNetwork().expect(FILE, {
      status,
      headers: { location: "https://elsewhere.example/", "x-openstack-request-id": REQUEST_ID },
      json: { message: "no" },
    });
    expect(await rejectionOf(glance().download(ID))).toMatchObject({
      code,
      status,
      method: "GET",
      requestId: REQUEST_ID,
      message: `Download of image ${ID} (RegionOne) failed: ${status} no [${REQUEST_ID}]`,
    });
  });
});

describe("from some byte on", () => {
  it("a range is asked for, and the answer says where it begins", async () => {
    const network = mockNetwork();
    const headers = { "content-range": "bytes 2-4/5", "content-length": "3" };
    network.expect(FILE, { status: 206, text: "llo", headers });
    const { sizeBytes, startByte, chunks } = await glance().download(ID, { startByte: 2 });
    expect([sizeBytes, startByte, (await collect(chunks)).toString()]).toEqual([3, 2, "llo"]);
    expect(network.calls[0]?.headers).toMatchObject({ range: "bytes=2-" });
  });
  it("an answer with all begins at the first", async () => {
    mockNetwork().expect(FILE, { text: "hello" });
    const { startByte, chunks } = await glance().download(ID, { startByte: 2 });
    expect([startByte, (await collect(chunks)).toString()]).toEqual([0, "hello"]);
  });
  it("a partial answer that doesn't say of what is refused", async () => {
    mockNetwork().expect(FILE, { status: 206, text: "llo" });
    expect(await rejectionOf(glance().download(ID, { startByte: 2 }))).toMatchObject({
      code: "ERR_HTTP_STATUS",
      status: 206,
    });
  });
  it("no range is asked for from the first byte on", async () => {
    const network = mockNetwork();
    network.expect(FILE, { text: "hello" });
    await collect((await glance().download(ID, { startByte: 0 })).chunks);
    expect(network.calls[0]?.headers["range"]).toBeUndefined();
  });
});

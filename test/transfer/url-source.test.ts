import type { IncomingHttpHeaders } from "node:http";
import { describe, expect, it, vi } from "vitest";
import { openSource, openTransfer, type UrlSource } from "../../src/transfer/index.ts";
import { collect, digestOf, someBytes } from "../support/bytes.ts";
import { rejectionOf } from "../support/errors.ts";
import { httpServer } from "../support/loopback.ts";

const DATA = someBytes(2_000_000);

it("the bytes behind a URL come as they are, with their number", async () => {
  const url = await httpServer((_request, response) => {
    response.writeHead(200, { "content-length": DATA.length }).end(DATA);
  });
  const opened = await openSource({ url });
  expect(opened.sizeBytes).toBe(DATA.length);
  expect((await collect(opened.chunks)).equals(DATA)).toBe(true);
});

it("their number is unknown where the server doesn't say", async () => {
  const url = await httpServer((_request, response) => {
    response.write(DATA.subarray(0, 10));
    response.end(DATA.subarray(10));
  });
  const opened = await openSource({ url });
  expect(opened.sizeBytes).toBeUndefined();
  expect((await collect(opened.chunks)).equals(DATA)).toBe(true);
});

describe("the request", () => {
  it("is for the bytes as they are", async () => {
    expect(await headersFor({})).toMatchObject({
      accept: "*/*",
      "accept-encoding": "identity",
      "user-agent": "imagewright",
    });
  });

  it.each<[string, Partial<UrlSource>, string]>([
    ["a name and a password", { username: "ada", password: "pä:ss" }, "ada:pä:ss"],
    ["a name alone", { username: "ada" }, "ada:"],
    ["a password alone", { password: "pw" }, ":pw"],
  ])("has basic authentication for %s", async (_what, source, credentials) => {
    const { authorization } = await headersFor(source);
    expect(authorization).toBe(`Basic ${Buffer.from(credentials, "utf8").toString("base64")}`);
  });

  it("has the headers of the source, an Authorization among them before any password", async () => {
    const headers = { "X-Token": "t", Authorization: "Bearer b", "User-Agent": "mine" };
    expect(await headersFor({ headers, username: "ada", password: "pw" })).toMatchObject({
      "x-token": "t",
      authorization: "Bearer b",
      "user-agent": "mine",
    });
  });
});

it("a reader that stops, or closes, closes the connection", async () => {
  const closed = vi.fn();
  const url = await httpServer((_request, response) => {
    response.on("close", closed);
    response.writeHead(200, { "content-length": 10 * DATA.length }).write(DATA);
  });
  for await (const _chunk of (await openSource({ url })).chunks) break;
  await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(1));
  await (await openSource({ url })).close();
  await vi.waitFor(() => expect(closed).toHaveBeenCalledTimes(2));
});

it("a checksum is held against what came", async () => {
  const url = await httpServer((_request, response) => response.end(DATA));
  const checksum = `sha512:${digestOf("sha512", DATA)}`;
  const transfer = await openTransfer({ url, checksum }, { algorithms: [] });
  expect((await collect(transfer.chunks)).equals(DATA)).toBe(true);
  const wrong = await openTransfer({ url, checksum: `md5:${"0".repeat(32)}` }, { algorithms: [] });
  expect(await rejectionOf(collect(wrong.chunks))).toMatchObject({ code: "ERR_DIGEST_MISMATCH" });
});

async function headersFor(source: Partial<UrlSource>): Promise<IncomingHttpHeaders> {
  let headers: IncomingHttpHeaders = {};
  const url = await httpServer((request, response) => {
    headers = request.headers;
    response.end("x");
  });
  await collect((await openSource({ ...source, url })).chunks);
  return headers;
}

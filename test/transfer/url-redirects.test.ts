import type { IncomingHttpHeaders } from "node:http";
import { describe, expect, it } from "vitest";
import { openSource } from "../../src/transfer/index.ts";
import { collect } from "../support/bytes.ts";
import { expectNoSecret, rejectionOf } from "../support/errors.ts";
import { httpServer } from "../support/loopback.ts";
import { mockNetwork } from "../support/network.ts";

const SECRETS = { username: "ada", password: "hunter2", headers: { "X-Token": "s3cret" } };

it.each([301, 302, 303, 307, 308])("a redirect of status %i is followed", async (status) => {
  const { url } = await server({ "/": [status, "/a"], "/a": [status, "b?c=d"], "/b": "data" });
  expect(await read(url)).toBe("data");
});

it("twenty redirects are followed, one more is ERR_URL_REFUSED", async () => {
  const steps = Object.fromEntries(
    Array.from({ length: 21 }, (_, step) => [`/${step}`, [302, `/${step + 1}`] as const]),
  );
  const { url } = await server({ ...steps, "/21": "data" });
  expect(await read(`${url}/1`)).toBe("data");
  expect(await rejectionOf(read(`${url}/0`))).toMatchObject({
    name: "TransferError",
    code: "ERR_URL_REFUSED",
    message: expect.stringContaining("more than 20 redirects"),
  });
});

it("a redirect in circles is ERR_URL_REFUSED", async () => {
  const { url } = await server({ "/": [302, "/"] });
  expect(await rejectionOf(read(url))).toMatchObject({ code: "ERR_URL_REFUSED", retryable: false });
});

describe("what is secret", () => {
  it("goes with a redirect to the same origin", async () => {
    const { url, requests } = await server({ "/": [302, "/a"], "/a": "data" });
    await collect((await openSource({ ...SECRETS, url })).chunks);
    expect(requests.map(secretsOf)).toEqual([
      ["Basic YWRhOmh1bnRlcjI=", "s3cret"],
      ["Basic YWRhOmh1bnRlcjI=", "s3cret"],
    ]);
  });

  it("doesn't go to another origin: another port is one", async () => {
    const other = await server({ "/": "data" });
    const { url, requests } = await server({ "/": [302, other.url] });
    await collect((await openSource({ ...SECRETS, url })).chunks);
    expect(requests.map(secretsOf)).toEqual([["Basic YWRhOmh1bnRlcjI=", "s3cret"]]);
    expect(other.requests.map(secretsOf)).toEqual([[undefined, undefined]]);
  });

  it("of the redirect's own choice goes nowhere", async () => {
    const other = await server({ "/": "data" });
    const { url } = await server({ "/": [302, other.url.replace("http://", "http://eve:pw@")] });
    await read(url);
    expect(other.requests.map(secretsOf)).toEqual([[undefined, undefined]]);
  });

  it("isn't in the error", async () => {
    const { url } = await server({ "/": [302, "ftp://eve:hunter2@elsewhere.example/x?sig=s3cret"] });
    const error = await rejectionOf(openSource({ ...SECRETS, url }));
    expectNoSecret(error, "hunter2", "s3cret", "YWRhOmh1bnRlcjI=");
  });
});

describe("a redirect", () => {
  it.each([
    ["to nowhere", undefined, "redirects to nowhere"],
    ["to what is no URL", "http://[", "redirects to nowhere"],
    ["to another protocol", "ftp://elsewhere.example/x", "redirects to ftp:"],
    ["to a file", "file:///etc/passwd", "redirects to file:"],
  ])("%s is ERR_URL_REFUSED", async (_where, location, message) => {
    const { url } = await server({ "/": [302, location] });
    expect(await rejectionOf(read(url))).toMatchObject({
      code: "ERR_URL_REFUSED",
      message: expect.stringContaining(message),
    });
  });

  it("from https: to http: is ERR_URL_REFUSED", async () => {
    mockNetwork().expect("GET https://a.example/image", {
      status: 302,
      headers: { location: "http://b.example/image?sig=s3cret" },
    });
    const error = await rejectionOf(openSource({ ...SECRETS, url: "https://a.example/image" }));
    expect(error).toMatchObject({
      code: "ERR_URL_REFUSED",
      message:
        "https://a.example/image redirects to http://b.example/image?sig=…, which is not encrypted: give the final URL as source.url",
    });
    expectNoSecret(error, "hunter2", "s3cret");
  });

  it("from http: to https:, or from https: to https:, is followed without what is secret", async () => {
    const network = mockNetwork();
    network.expect("GET http://a.example/", { status: 301, headers: { location: "https://a.example/" } });
    network.expect("GET https://a.example/", { status: 301, headers: { location: "https://b.example/" } });
    network.expect("GET https://b.example/", { text: "data" });
    const { chunks } = await openSource({ ...SECRETS, url: "http://a.example/" });
    expect((await collect(chunks)).toString()).toBe("data");
    expect(network.calls.map(({ headers }) => headers["x-token"])).toEqual(["s3cret", undefined, undefined]);
  });
});

type Route = string | readonly [status: number, location: string | undefined];

async function server(routes: Readonly<Record<string, Route>>) {
  const requests: IncomingHttpHeaders[] = [];
  const url = await httpServer((request, response) => {
    requests.push(request.headers);
    const route = routes[(request.url ?? "/").replace(/\?.*$/, "")] ?? [404, undefined];
    if (typeof route === "string") return response.end(route);
    const [status, location] = route;
    return response.writeHead(status, location === undefined ? {} : { location }).end("moved");
  });
  return { url, requests };
}

async function read(url: string): Promise<string> {
  return (await collect((await openSource({ url })).chunks)).toString();
}

function secretsOf(headers: IncomingHttpHeaders) {
  return [headers.authorization, headers["x-token"]];
}

import type { RequestListener } from "node:http";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type OpenStackOptions, openstack } from "../../../src/backends/openstack/index.ts";
import { openSource } from "../../../src/transfer/index.ts";
import { chunksOf, collect } from "../../support/bytes.ts";
import { type Authority, authority } from "../../support/certificates.ts";
import { expectNoSecret, rejectionOf } from "../../support/errors.ts";
import { ID, wireImage } from "../../support/glance.ts";
import { closedPort, httpServer, httpsServer } from "../../support/loopback.ts";
import { type ProxyOptions, proxyServer } from "../../support/proxy.ts";

const USER = { username: "ada", password: "hunter2", projectName: "demo" };
const CREDENTIALS = "user:pr0xy-secret";

describe("calls, image data and sources go through the proxy", () => {
  it("to servers with TLS, by a tunnel, with the settings for the cloud", async () => {
    const { ca, server } = authority();
    const { authUrl, requests } = await cloud(server);
    const proxy = await proxyServer({ credentials: CREDENTIALS });
    environment({ HTTPS_PROXY: `http://${CREDENTIALS}@${proxy.host}` });
    await useImages({ auth: { ...USER, authUrl }, cacert: ca.certPath });
    expect(requests).toHaveLength(5);
    // One for all calls, and one for each upload and download.
    expect(proxy.requests).toEqual(Array(3).fill(`CONNECT ${new URL(authUrl).host}`));
  });

  it("to servers without, by whole URLs", async () => {
    const { authUrl, requests } = await cloud();
    const proxy = await proxyServer({ credentials: CREDENTIALS });
    environment({ http_proxy: `http://${CREDENTIALS}@${proxy.host}` });
    await useImages({ auth: { ...USER, authUrl } });
    expect(proxy.requests).toEqual(requests.map((request) => request.replace(" ", ` ${authUrl}`)));
    expect(requests).toHaveLength(5);
  });

  it("to names that only the proxy knows", async () => {
    const { ca, stranger } = authority();
    const { authUrl, requests } = await cloud(stranger, "other.example");
    environment({ ALL_PROXY: (await proxyServer()).url });
    await useImages({ auth: { ...USER, authUrl }, cacert: ca.certPath });
    expect(requests).toHaveLength(5);
  });

  it("a proxy may speak TLS: Node is asked whether to trust it, and cacert is for the cloud", async () => {
    const made = authority();
    const proxyMade = authority();
    const { authUrl } = await cloud(made.server);
    const proxy = await proxyServer({ tls: proxyMade.server });
    environment({ HTTPS_PROXY: proxy.url });
    const options = { auth: { ...USER, authUrl }, cacert: made.ca.certPath };
    expect(await rejectionOf(openstack(options))).toMatchObject({
      code: "ERR_NETWORK",
      retryable: false,
      message: expect.stringMatching(
        new RegExp(`the proxy ${proxy.url} \\(HTTPS_PROXY\\) can't be reached: .*: set NODE_EXTRA_CA_CERTS`),
      ),
    });
    environment({ NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_NO_WARNINGS: "1" });
    await useImages(options);
    const other = { auth: { ...USER, authUrl }, cacert: proxyMade.ca.certPath };
    expect(await rejectionOf(openstack(other))).toMatchObject({
      message: expect.stringMatching(/: set cacert \(OS_CACERT\)/),
    });
  });

  it("the source of an image as well, and where it leads to", async () => {
    const target = await httpServer((_request, response) => response.end("data"));
    const source = await httpServer((_request, response) => {
      response.writeHead(302, { location: `${target.replace("127.0.0.1", "mirror.example")}/b` }).end();
    });
    const proxy = await proxyServer({ credentials: CREDENTIALS });
    environment({ HTTP_PROXY: `http://${CREDENTIALS}@${proxy.host}`, NO_PROXY: "127.0.0.1" });
    const opened = await openSource({ url: `${source}/a` });
    expect((await collect(opened.chunks)).toString()).toBe("data");
    expect(proxy.requests).toEqual([`GET ${target.replace("127.0.0.1", "mirror.example")}/b`]);
  });
});

describe("not through the proxy", () => {
  it("goes what NO_PROXY names", async () => {
    const { ca, server } = authority();
    const { authUrl } = await cloud(server);
    environment({ HTTPS_PROXY: await closedPort(), NO_PROXY: "127.0.0.0/8" });
    await useImages({ auth: { ...USER, authUrl }, cacert: ca.certPath });
  });

  it("go calls by a fetch of the caller's own; data does", async () => {
    const { authUrl } = await cloud();
    const proxy = await proxyServer();
    environment({ HTTP_PROXY: proxy.url });
    await useImages({ auth: { ...USER, authUrl }, fetch: globalThis.fetch });
    expect(proxy.requests).toEqual([
      `PUT ${authUrl}/v2/images/${ID}/file`,
      `GET ${authUrl}/v2/images/${ID}/file`,
    ]);
  });
});

describe("an error of the proxy names it and its variable, without credentials:", () => {
  const refused = (words: string) => new RegExp(`the proxy http://[^ ]* \\(HTTPS_PROXY\\) ${words}`);

  it.each<[string, ProxyOptions, RegExp, boolean]>([
    [
      "407",
      { credentials: "other:one" },
      refused(
        "refused to connect to 127.0.0.1:\\d+: 407 Proxy Authentication Required: give a user and password that it takes in HTTPS_PROXY",
      ),
      false,
    ],
    [
      "403",
      { refusal: "403 Forbidden" },
      refused("refused to connect to 127.0.0.1:\\d+: 403 Forbidden$"),
      false,
    ],
    [
      "502",
      { refusal: "502 Bad Gateway" },
      refused("refused to connect to 127.0.0.1:\\d+: 502 Bad Gateway$"),
      true,
    ],
  ])("%s to CONNECT", async (_what, options, message, retryable) => {
    const { authUrl, requests } = await cloud(authority().server);
    const proxy = await proxyServer(options);
    environment({ HTTPS_PROXY: `http://${CREDENTIALS}@${proxy.host}` });
    await expectEverywhere(authUrl, { code: "ERR_NETWORK", message, retryable });
    expect(requests).toEqual([]);
  });

  it("407 to a request without TLS", async () => {
    const { authUrl, requests } = await cloud();
    const proxy = await proxyServer({ credentials: "other:one" });
    environment({ HTTP_PROXY: `http://${CREDENTIALS}@${proxy.host}` });
    const message = /the proxy http:.* \(HTTP_PROXY\) refused to connect to 127.0.0.1:\d+: 407/;
    await expectEverywhere(authUrl, { code: "ERR_NETWORK", message, retryable: false });
    expect(requests).toEqual([]);
  });

  it.each(["http", "https"])("nobody listens: %s", async (scheme) => {
    const url = (await closedPort()).replace("http://", `http://${CREDENTIALS}@`);
    environment({ ALL_PROXY: url });
    const message = /the proxy http:.* \(ALL_PROXY\) can't be reached: connect ECONNREFUSED/;
    await expectEverywhere(`${scheme}://cloud.example`, { code: "ERR_NETWORK", message, retryable: true });
  });

  it("a variable that names no proxy", async () => {
    environment({ ALL_PROXY: `socks5://${CREDENTIALS}@proxy.example` });
    const message = /^The environment is invalid: ALL_PROXY: names a proxy of the kind socks5/;
    await expectEverywhere("https://cloud.example", { code: "ERR_SPEC_INVALID", message });
  });
});

it.each(["tunnel", "call"])("an abort ends a %s that the proxy keeps waiting", async (what) => {
  const proxy = await proxyServer({ refusal: "silence" });
  environment({ HTTPS_PROXY: proxy.url });
  const reason = new Error("enough");
  const controller = new AbortController();
  const call =
    what === "tunnel"
      ? openSource({ url: "https://mirror.example/a" }, { signal: controller.signal })
      : backendAt("https://cloud.example").then((backend) =>
          backend.upload?.(
            ID,
            { sizeBytes: 4, chunks: chunksOf(Buffer.from("data")) },
            { signal: controller.signal },
          ),
        );
  await vi.waitFor(() => expect(proxy.requests).toHaveLength(1));
  controller.abort(reason);
  expect(await rejectionOf(call)).toBe(reason);
  await vi.waitFor(async () => expect(await proxy.connections()).toBe(0));
});

it("an attempt that is over leaves no tunnel behind", async () => {
  const proxy = await proxyServer({ refusal: "silence" });
  environment({ HTTPS_PROXY: proxy.url });
  const call = openstack({ auth: { ...USER, authUrl: "https://cloud.example" }, timeoutMs: 100 });
  expect(await rejectionOf(call)).toMatchObject({ code: "ERR_TIMEOUT" });
  await vi.waitFor(async () => expect(await proxy.connections()).toBe(0));
});

/** Tries a call, an upload, a download and a source. */
async function expectEverywhere(
  origin: string,
  { message, ...facts }: { readonly message: RegExp; readonly code: string; readonly retryable?: boolean },
): Promise<void> {
  const retry = { limit: 0 };
  const backend = await backendAt(origin);
  const chunks = chunksOf(Buffer.from("data"));
  for (const call of [
    async () => openstack({ auth: { ...USER, authUrl: origin }, retry }),
    async () => backend.upload?.(ID, { sizeBytes: 4, chunks }),
    async () => backend.download?.(ID),
    async () => openSource({ url: `${origin}/debian.qcow2` }),
  ]) {
    const error = await rejectionOf(call());
    expect(error).toMatchObject({ ...facts, message: expect.stringMatching(message) });
    expectNoSecret(error, "pr0xy-secret", btoa(CREDENTIALS), "hunter2");
  }
}

/** A backend whose calls need no server. */
function backendAt(origin: string) {
  const fetch: typeof globalThis.fetch = async () =>
    Response.json(token(origin), { status: 201, headers: { "x-subject-token": "t1" } });
  return openstack({ auth: { ...USER, authUrl: origin }, fetch });
}

/** Reads an image twice, uploads data and downloads it. */
async function useImages(options: OpenStackOptions): Promise<void> {
  const backend = await openstack(options);
  expect(await backend.get(ID)).toMatchObject({ id: ID });
  expect(await backend.get(ID)).toMatchObject({ id: ID });
  await backend.upload?.(ID, { sizeBytes: 4, chunks: chunksOf(Buffer.from("data")) });
  const data = await backend.download?.(ID);
  expect(data && (await collect(data.chunks)).toString()).toBe("data");
}

/** Keystone and Glance in one server, with what was asked of it. */
async function cloud(certificate?: Authority["server"], name = "127.0.0.1") {
  const requests: string[] = [];
  const respond: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (request.headers["proxy-authorization"] !== undefined) response.writeHead(500).end();
    else if (request.url === "/v3/auth/tokens") {
      response.writeHead(201, { "x-subject-token": "t1" }).end(JSON.stringify(token(authUrl)));
    } else if (request.method === "PUT") {
      request.resume().on("end", () => response.writeHead(204).end());
    } else if (request.url?.endsWith("/file")) response.end("data");
    else response.end(JSON.stringify(wireImage()));
  };
  const url = await (certificate === undefined
    ? httpServer(respond)
    : httpsServer({ cert: certificate.cert, key: certificate.key }, respond));
  const authUrl = url.replace("127.0.0.1", name);
  return { authUrl, requests };
}

function token(url: string) {
  const endpoint = { interface: "public", region: "RegionOne", region_id: "RegionOne", url };
  const catalog = [{ type: "image", endpoints: [endpoint] }];
  return { token: { expires_at: "2100-01-01T00:00:00Z", project: { id: "p1" }, catalog } };
}

function environment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

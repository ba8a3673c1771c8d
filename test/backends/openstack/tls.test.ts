import { writeFileSync } from "node:fs";
import type { IncomingMessage, RequestListener } from "node:http";
import type { ServerOptions } from "node:https";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type OpenStackOptions, openstack } from "../../../src/backends/openstack/index.ts";
import { chunksOf, collect } from "../../support/bytes.ts";
import { type Authority, authority, type Certificate } from "../../support/certificates.ts";
import { rejectionOf } from "../../support/errors.ts";
import { ID, wireImage } from "../../support/glance.ts";
import { httpsServer, rawServer } from "../../support/loopback.ts";

const USER = { username: "ada", password: "hunter2", projectName: "demo" };

describe("a cloud with a certificate of its own authority is used where it is said whom to trust:", () => {
  it.each<[string, (made: Authority) => OpenStackOptions]>([
    ["cacert", ({ ca }) => ({ cacert: ca.certPath })],
    ["verify: false", () => ({ verify: false })],
    ["verify: false, whatever cacert says", ({ client }) => ({ verify: false, cacert: client.certPath })],
  ])("%s, as an option", async (_what, options) => {
    const made = authority();
    const { authUrl } = await cloud(made.server);
    await useImages({ auth: { ...USER, authUrl }, ...options(made) });
  });

  it.each<[string, (made: Authority) => string]>([
    ["cacert", ({ ca }) => `cacert: ${ca.certPath}`],
    ["verify", () => "verify: false"],
    ["insecure", () => "insecure: true"],
  ])("%s in clouds.yaml", async (_what, line) => {
    const made = authority();
    const { authUrl } = await cloud(made.server);
    const path = join(made.folder, "clouds.yaml");
    const auth = `auth: { auth_url: "${authUrl}", username: ada, password: hunter2, project_name: demo }`;
    writeFileSync(path, `clouds:\n  mine:\n    ${auth}\n    ${line(made)}\n`);
    environment({ OS_CLIENT_CONFIG_FILE: path });
    await useImages({ cloud: "mine" });
  });

  it.each<[string, (made: Authority) => Record<string, string>]>([
    ["OS_CACERT", ({ ca }) => ({ OS_CACERT: ca.certPath })],
    ["OS_INSECURE", () => ({ OS_INSECURE: "true" })],
  ])("%s", async (_what, variables) => {
    const made = authority();
    const { authUrl } = await cloud(made.server);
    const user = { OS_USERNAME: "ada", OS_PASSWORD: "hunter2", OS_PROJECT_NAME: "demo" };
    environment({ OS_AUTH_URL: authUrl, ...user, ...variables(made) });
    await useImages({});
  });
});

it("a cloud that asks for a certificate gets the one that is given, from calls and from data", async () => {
  const made = authority();
  const { ca, client, server } = made;
  const { authUrl, requests } = await cloud(server, { ca: ca.cert, requestCert: true });
  await useImages({
    auth: { ...USER, authUrl },
    cacert: ca.certPath,
    cert: client.certPath,
    key: client.keyPath,
  });
  expect(requests.map(({ subject }) => subject)).toEqual(requests.map(() => "client"));
  expect(requests.length).toBe(4);
});

it("calls that fetch makes have its own settings, and data has those of the options", async () => {
  const { ca, server } = authority();
  const { authUrl } = await cloud(server);
  const urls: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = input instanceof Request ? input.url : String(input);
    urls.push(url);
    return url.endsWith("/tokens")
      ? Response.json(token(authUrl), { status: 201, headers: { "x-subject-token": "t1" } })
      : Response.json(wireImage());
  };
  await useImages({ auth: { ...USER, authUrl }, cacert: ca.certPath, fetch });
  expect(urls).toEqual([`${authUrl}/v3/auth/tokens`, `${authUrl}/v2/images/${ID}`]);
});

describe("what is wrong with a certificate is said, and which option is about it:", () => {
  it.each<[string, (made: Authority) => Certificate, (made: Authority) => OpenStackOptions, RegExp]>([
    ["nobody is said to be trusted", ({ server }) => server, () => ({}), /: set cacert \(OS_CACERT\)/],
    [
      "another is trusted",
      ({ server }) => server,
      ({ stranger }) => ({ cacert: stranger.certPath }),
      /: set cacert \(OS_CACERT\)/,
    ],
    [
      "it is for another name",
      ({ stranger }) => stranger,
      ({ ca }) => ({ cacert: ca.certPath }),
      /: use a name of the certificate in authUrl/,
    ],
  ])("%s", async (_what, certificate, options, message) => {
    const made = authority();
    const { authUrl, requests } = await cloud(certificate(made));
    expect(await rejectionOf(openstack({ auth: { ...USER, authUrl }, ...options(made) }))).toMatchObject({
      name: "NetworkError",
      code: "ERR_NETWORK",
      retryable: false,
      message: expect.stringMatching(message),
    });
    expect(requests).toEqual([]);
  });

  it("of the data's server alone", async () => {
    const { authUrl } = await cloud(authority().server);
    const fetch: typeof globalThis.fetch = async () =>
      Response.json(token(authUrl), { status: 201, headers: { "x-subject-token": "t1" } });
    const backend = await openstack({ auth: { ...USER, authUrl }, fetch });
    const chunks = chunksOf(Buffer.from("data"));
    for (const call of [backend.download?.(ID), backend.upload?.(ID, { sizeBytes: 4, chunks })])
      expect(await rejectionOf(Promise.resolve(call))).toMatchObject({
        code: "ERR_NETWORK",
        retryable: false,
        message: expect.stringMatching(/: set cacert \(OS_CACERT\)/),
      });
  });
});

it("a file that is missing is said before anything is sent", async () => {
  let connections = 0;
  const url = await rawServer(() => connections++);
  const call = openstack({ auth: { ...USER, authUrl: url }, cacert: "/nowhere/ca.pem" });
  expect(await rejectionOf(call)).toMatchObject({
    name: "SpecError",
    code: "ERR_SPEC_INVALID",
    issues: [{ path: ["cacert"], message: "/nowhere/ca.pem can't be read (ENOENT)" }],
  });
  expect(connections).toBe(0);
});

/** Reads an image, uploads data and downloads it. */
async function useImages(options: OpenStackOptions): Promise<void> {
  const backend = await openstack(options);
  expect(await backend.get(ID)).toMatchObject({ id: ID });
  await backend.upload?.(ID, { sizeBytes: 4, chunks: chunksOf(Buffer.from("data")) });
  const data = await backend.download?.(ID);
  expect(data && (await collect(data.chunks)).toString()).toBe("data");
}

/** Keystone and Glance in one server, with what was asked of it, and by whom. */
async function cloud({ cert, key }: Certificate, options: ServerOptions = {}) {
  const requests: { readonly call: string; readonly subject: string | undefined }[] = [];
  const respond: RequestListener = (request, response) => {
    requests.push({ call: `${request.method} ${request.url}`, subject: subjectOf(request) });
    if (request.url === "/v3/auth/tokens") {
      response.writeHead(201, { "x-subject-token": "t1" }).end(JSON.stringify(token(authUrl)));
    } else if (request.method === "PUT") {
      request.resume().on("end", () => response.writeHead(204).end());
    } else if (request.url?.endsWith("/file")) response.end("data");
    else response.end(JSON.stringify(wireImage()));
  };
  const authUrl = await httpsServer({ cert, key, ...options }, respond);
  return { authUrl, requests };
}

function subjectOf({ socket }: IncomingMessage): string | undefined {
  return socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject?.CN) : undefined;
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

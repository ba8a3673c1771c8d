import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, it, onTestFinished, vi } from "vitest";
import type { AuthOptions } from "../../../src/backends/keystone/auth.ts";
import { openstack } from "../../../src/backends/openstack/index.ts";
import type { RequestRetryEvent } from "../../../src/model/index.ts";
import { chunksOf } from "../../support/bytes.ts";
import { expectNoSecret, rejectionOf } from "../../support/errors.ts";
import { ID } from "../../support/glance.ts";
import { httpServer } from "../../support/loopback.ts";
import { proxyServer } from "../../support/proxy.ts";

const SECRETS = ["hunter2", "t0k3n", "cr3dential", "123456", "pr0xy-secret", btoa("user:pr0xy-secret")];

const METHODS: readonly [string, AuthOptions][] = [
  ["password", { username: "ada", password: "hunter2", passcode: "123456" }],
  ["token", { token: "t0k3n" }],
  ["application credential", { applicationCredentialId: "a", applicationCredentialSecret: "cr3dential" }],
];

it.each(METHODS)(
  "a backend by %s shows no secret, nor do its errors, events and diagnostics",
  async (_what, auth) => {
    const diagnostics: unknown[] = [];
    const listener = (message: unknown) => diagnostics.push(message);
    subscribe("imagewright:request", listener);
    const proxy = await proxyServer({ credentials: "user:pr0xy-secret" });
    vi.stubEnv("HTTP_PROXY", `http://user:pr0xy-secret@${proxy.host}`);
    onTestFinished(() => {
      unsubscribe("imagewright:request", listener);
      vi.unstubAllEnvs();
    });
    const authUrl = await busyCloud();
    const backend = await openstack({ auth: { authUrl, ...auth }, retry: { baseDelayMs: 1 } });
    expectNoSecret(backend, ...SECRETS);

    const events: RequestRetryEvent[] = [];
    const options = { onRetry: (event: RequestRetryEvent) => void events.push(event) };
    const chunks = chunksOf(Buffer.from("data"));
    for (const call of [
      async () => backend.get(ID, options),
      async () => backend.list({ name: "hunter2" }, options)[Symbol.asyncIterator]().next(),
      async () => backend.upload?.(ID, { sizeBytes: 4, chunks }, options),
      async () => backend.download?.(ID, options),
    ]) {
      const error = await rejectionOf(call());
      expect(error).toMatchObject({ code: "ERR_HTTP_UNAVAILABLE" });
      expectNoSecret(error, ...SECRETS);
    }
    expect(events.length).toBeGreaterThan(0);
    expect(diagnostics.length).toBeGreaterThan(events.length);
    expectNoSecret([events, diagnostics], ...SECRETS);
  },
);

it.each<[string, (url: string) => Parameters<typeof openstack>[0]]>([
  ["authUrl", (authUrl) => ({ auth: { authUrl } })],
  [
    "imageEndpointOverride",
    (url) => ({ auth: { authUrl: "https://k.example" }, imageEndpointOverride: url }),
  ],
])("a password in %s is refused, and not shown", async (key, options) => {
  const error = await rejectionOf(openstack(options("https://ada:hunter2@cloud.example")));
  expect(error).toMatchObject({
    code: "ERR_SPEC_INVALID",
    message: expect.stringMatching(new RegExp(`${key}: must be without user and password`)),
  });
  expectNoSecret(error, "hunter2");
});

/** A Keystone that gives a token, and a Glance that is always busy. */
async function busyCloud(): Promise<string> {
  const url = await httpServer((request, response) => {
    if (request.url !== "/v3/auth/tokens") return void response.writeHead(503).end();
    const endpoint = { interface: "public", region_id: "RegionOne", url };
    const catalog = [{ type: "image", endpoints: [endpoint] }];
    const token = { expires_at: "2100-01-01T00:00:00Z", project: { id: "p1" }, catalog };
    response.writeHead(201, { "x-subject-token": "t0k3n" }).end(JSON.stringify({ token }));
  });
  return url;
}

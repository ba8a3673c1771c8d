/** From options to a backend: credentials, where the services are, the token. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type KakaoCloudOptions, kakaocloud } from "../../../src/backends/kakaocloud/index.ts";
import { rejectionOf } from "../../support/errors.ts";
import { mockNetwork, type Reply } from "../../support/network.ts";
import { ID, PROJECT, SERVICES, wireImage } from "./wire.ts";

const CREDENTIALS = { applicationCredentialId: "credential", applicationCredentialSecret: "s3cret-of-mine" };
const OPTIONS = { ...CREDENTIALS, endpoints: SERVICES };
const RESOLVE = "/api/v1/client-endpoints/resolve";
const HEIMDALL = `GET https://heimdall.kr-central-2.kakaocloud.com${RESOLVE}`;
const TOKENS = "/identity/v3/auth/tokens";

beforeEach(() => {
  vi.stubEnv("KAKAOCLOUD_APPLICATION_CREDENTIAL_ID", undefined);
  vi.stubEnv("KAKAOCLOUD_APPLICATION_CREDENTIAL_SECRET", undefined);
});
afterEach(() => vi.unstubAllEnvs());

function token(id: string, fields: object = { expires_at: "2999-01-01T00:00:00.000000Z" }): Reply {
  const body = { token: { ...fields, project: { id: PROJECT } } };
  return { status: 201, headers: { "x-subject-token": id }, json: body };
}

function endpoints(services: object, success = true): Reply {
  return { json: { success, data: { id: "x", service_endpoints: services }, message: null } };
}

describe("credentials", () => {
  it("are an application credential's, without a scope", async () => {
    const network = mockNetwork();
    network.expect(`POST ${SERVICES.iam}${TOKENS}`, token("t1"));
    expect(await kakaocloud(OPTIONS)).toMatchObject({
      name: "kakaocloud",
      region: "kr-central-2",
      projectId: PROJECT,
      idsAreGivenBy: "cloud",
    });
    expect(network.calls[0]?.headers["content-type"]).toBe("application/json");
    expect(network.calls[0]?.body).toEqual({
      auth: {
        identity: {
          methods: ["application_credential"],
          application_credential: { id: "credential", secret: "s3cret-of-mine" },
        },
      },
    });
  });

  it("are the environment's where they aren't given", async () => {
    vi.stubEnv("KAKAOCLOUD_APPLICATION_CREDENTIAL_ID", "of the environment");
    vi.stubEnv("KAKAOCLOUD_APPLICATION_CREDENTIAL_SECRET", "secret");
    const network = mockNetwork();
    network.expect(`POST ${SERVICES.iam}${TOKENS}`, token("t1"));
    await kakaocloud({ endpoints: SERVICES });
    const credential = { id: "of the environment", secret: "secret" };
    expect(network.calls[0]?.body).toMatchObject({
      auth: { identity: { application_credential: credential } },
    });
  });

  it("that are missing are named, with their variables", async () => {
    mockNetwork();
    expect(await rejectionOf(kakaocloud({ endpoints: SERVICES }))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [
        {
          path: ["applicationCredentialId"],
          message: expect.stringContaining("KAKAOCLOUD_APPLICATION_CREDENTIAL_ID"),
        },
        {
          path: ["applicationCredentialSecret"],
          message: expect.stringContaining("KAKAOCLOUD_APPLICATION_CREDENTIAL_SECRET"),
        },
      ],
    });
  });

  it("that are refused are so with IAM's words, and without the secret", async () => {
    const error = {
      code: 401,
      message: "The request you have made requires authentication.",
      title: "Unauthorized",
    };
    mockNetwork().expect(`POST ${SERVICES.iam}${TOKENS}`, { status: 401, json: { error } });
    const refusal = await rejectionOf(kakaocloud(OPTIONS));
    expect(refusal).toMatchObject({
      code: "ERR_AUTH_FAILED",
      message: expect.stringContaining("requires authentication"),
    });
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain("s3cret-of-mine");
  });
});

describe("a token that doesn't say until when it is good", () => {
  it.each([{}, { expires_at: null }, { expires_at: "soon" }])(
    "%o is kept until it is refused",
    async (fields) => {
      const network = mockNetwork();
      network.expect(`POST ${SERVICES.iam}${TOKENS}`, token("t1", fields), token("t2", fields));
      const image = { json: { image: wireImage() } };
      network.expect(`GET ${SERVICES.image}/api/v1/images/${ID}`, image, { status: 401 }, image);
      const backend = await kakaocloud(OPTIONS);
      await backend.get(ID);
      await backend.get(ID);
      expect(network.calls.map(({ headers }) => headers["x-auth-token"])).toEqual([
        undefined,
        "t1",
        "t1",
        undefined,
        "t2",
      ]);
    },
  );
});

describe("services", () => {
  async function askedHosts(options: KakaoCloudOptions, discovered?: Reply): Promise<readonly string[]> {
    const hosts: string[] = [];
    const fetch: typeof globalThis.fetch = async (input) => {
      const url = new URL(input instanceof Request ? input.url : input);
      hosts.push(url.origin);
      if (url.pathname === RESOLVE) {
        if (discovered === undefined) throw new TypeError("fetch failed");
        return new Response(discovered.text ?? JSON.stringify(discovered.json), {
          status: discovered.status ?? 200,
        });
      }
      const { status, headers, json } = token("t1");
      return url.pathname === TOKENS
        ? new Response(JSON.stringify(json), { status: status ?? 200, headers: { ...headers } })
        : new Response("{}", { status: 404 });
    };
    const backend = await kakaocloud({ ...CREDENTIALS, ...options, fetch });
    await backend.get(ID);
    return hosts;
  }

  it("are where the cloud says", async () => {
    expect(await askedHosts({}, endpoints({ ...SERVICES, bcs: "https://bcs.example" }))).toEqual([
      "https://heimdall.kr-central-2.kakaocloud.com",
      SERVICES.iam,
      SERVICES.image,
    ]);
  });

  it.each<[string, Reply | undefined]>([
    ["nobody answers", undefined],
    ["there is an error", { status: 500, json: {} }],
    ["there is a page", { text: "<html></html>" }],
    ["there is no success", endpoints(SERVICES, false)],
    [
      "it names addresses that are no https",
      endpoints({ iam: "http://iam.example", image: "ftp://x", volume: 3 }),
    ],
    [
      "it names addresses with credentials",
      endpoints({ iam: "https://a:b@iam.example", image: "https://a@b.example" }),
    ],
  ])("are where they usually are, in the region, when %s", async (_what, discovered) => {
    expect(await askedHosts({ region: "kr-central-1" }, discovered)).toEqual([
      "https://heimdall.kr-central-1.kakaocloud.com",
      "https://iam.kakaocloud.com",
      "https://image.kr-central-1.kakaocloud.com",
    ]);
  });

  it("are where the caller says, each for itself", async () => {
    const discovery = "https://discovery.example/";
    expect(
      await askedHosts(
        { endpoints: { discovery, image: "https://mine.example/api/v1/" } },
        endpoints(SERVICES),
      ),
    ).toEqual(["https://discovery.example", SERVICES.iam, "https://mine.example"]);
  });

  it("aren't asked for where the caller says all", async () => {
    expect(await askedHosts({ endpoints: { ...SERVICES, iam: `${SERVICES.iam}/identity/v3` } })).toEqual([
      SERVICES.iam,
      SERVICES.image,
    ]);
  });

  it("are asked for without the credentials", async () => {
    const network = mockNetwork();
    network.expect(HEIMDALL, endpoints(SERVICES));
    network.expect(`POST ${SERVICES.iam}${TOKENS}`, token("t1"));
    await kakaocloud(CREDENTIALS);
    expect(network.calls[0]?.headers).toEqual({ accept: "application/json" });
    expect(network.calls[0]?.body).toBeUndefined();
  });
});

describe("an option", () => {
  it.each<[options: object, path: readonly string[], words: string]>([
    [{ credentialId: "a" }, ["credentialId"], "unknown key"],
    [{ retry: { times: 3 } }, ["retry", "times"], "unknown key"],
    [{ endpoints: { images: "https://a" } }, ["endpoints", "images"], '"image"'],
    [{ region: "kr central" }, ["region"], "kr-central-2"],
    [{ region: "evil.example/" }, ["region"], "kr-central-2"],
    [{ endpoints: { iam: "iam.example" } }, ["endpoints", "iam"], "absolute URL"],
    [{ endpoints: { iam: "https://a:b@iam.example" } }, ["endpoints", "iam"], "without user"],
  ])("%o is refused before anything is sent", async (options, path, words) => {
    mockNetwork();
    expect(await rejectionOf(kakaocloud({ ...CREDENTIALS, ...options }))).toMatchObject({
      code: "ERR_SPEC_INVALID",
      issues: [{ path, message: expect.stringContaining(words) }],
    });
  });
});

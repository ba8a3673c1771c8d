import { AKSKSigner } from "@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js";
import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js";
import { http } from "msw";
import { setupServer } from "msw/node";
import { onTestFinished } from "vitest";
import {
  type FakeHuaweiAccessOptions,
  type FakeHuaweiCloud,
  type FakeHuaweiCloudOptions,
  type FakeHuaweiPasswordOptions,
  fakeHuaweiCloud,
} from "../../src/testing/index.ts";

/** A fake of this test, through msw. */
export function fakeThroughMsw(options: FakeHuaweiCloudOptions = {}): FakeHuaweiCloud {
  const fake = fakeHuaweiCloud(options);
  const server = setupServer(...fake.handlers({ http }));
  server.listen({ onUnhandledFrame: "error" });
  onTestFinished(() => server.close());
  return fake;
}

/** What a request is made of. */
export interface SignedCall {
  readonly method: string;
  readonly url: string;
  /** Given as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A key, perhaps one that is good for some time. */
export interface Key {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken?: string;
}

/** A request that the vendor's own package has signed. */
export function signedByVendor(key: Key, { method, url, body, headers = {} }: SignedCall): Request {
  const { searchParams } = new URL(url);
  const queryParams = Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
  );
  const json = body === undefined ? {} : { "content-type": "application/json" };
  const token = key.securityToken === undefined ? {} : { "x-security-token": key.securityToken };
  const credentials = new BasicCredentials().withAk(key.accessKey).withSk(key.secretKey);
  const signed = AKSKSigner.sign(
    { endpoint: url, method, queryParams, data: body, headers: { ...json, ...token, ...headers } },
    credentials,
  );
  // The transport has its own host.
  const { host: _, ...sent } = { ...signed, host: "" };
  return new Request(url, { method, headers: sent, body: body === undefined ? null : JSON.stringify(body) });
}

/** What came of a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** `undefined` where there is none. */
  readonly body: unknown;
}

/** Asks IMS, signed; a path that begins with `http` is asked as it is. */
export type Ask = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** Asks with a key. */
export function askWith(options: FakeHuaweiAccessOptions): Ask {
  return async (method, path, body, headers = {}) => {
    const url = path.startsWith("http") ? path : `${options.endpoints.ims}${path}`;
    return answerOf(await fetch(signedByVendor(options, { method, url, body, headers })));
  };
}

/** Gets a token with a password. */
export async function tokenOf({ auth }: FakeHuaweiPasswordOptions): Promise<string> {
  const { authUrl, username: name, password, userDomainName, projectName } = auth;
  const user = { name, password, domain: { name: userDomainName } };
  const response = await fetch(`${authUrl}/auth/tokens`, {
    method: "POST",
    body: JSON.stringify({
      auth: {
        identity: { methods: ["password"], password: { user } },
        scope: { project: { name: projectName } },
      },
    }),
  });
  return response.headers.get("x-subject-token") ?? "";
}

/** Uploads data with a token. */
export async function putFile(
  { endpoints }: FakeHuaweiPasswordOptions,
  token: string,
  id: string,
  data: string,
): Promise<Answer> {
  const headers = { "x-auth-token": token, "content-type": "application/octet-stream" };
  const url = `${endpoints.ims}/v2/images/${id}/file`;
  return answerOf(await fetch(url, { method: "PUT", headers, body: data }));
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, body: text === "" ? undefined : JSON.parse(text) };
}

/** A part of what came, at a path such as `images.0.id`. */
export function at(value: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (part, name) => (typeof part === "object" && part !== null ? Reflect.get(part, name) : undefined),
      value,
    );
}

import { AKSKSigner } from "@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js";
import { BasicCredentials } from "@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js";
import { http } from "msw";
import { setupServer } from "msw/node";
import { onTestFinished } from "vitest";
import {
  type FakeHuaweiCloud,
  type FakeHuaweiCloudOptions,
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

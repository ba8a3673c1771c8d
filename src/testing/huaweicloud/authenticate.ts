import type { FakeRequest } from "../fake/wire.ts";
import { GatewayRefusal, unauthenticated } from "./refusals.ts";
import { type Authorization, authorizationOf, canonicalPaths, sha256, signatureOf } from "./signature.ts";
import type { Cloud, Session, User } from "./state.ts";

/** Who makes a request, and the request with its body if that had to be read. */
export interface Authenticated {
  readonly user: User;
  /** Where a token is good; `undefined` with a signature: everywhere. */
  readonly session: Session | undefined;
  readonly request: FakeRequest;
}

const MAX_SKEW_MS = 15 * 60_000;
const MAX_SIGNED_BYTES = 12 * 1024 ** 2;
const UNSIGNED = "UNSIGNED-PAYLOAD";

/** By its token, else by its signature. */
export async function authenticate(cloud: Cloud, request: FakeRequest): Promise<Authenticated> {
  const { headers } = request;
  const token = headers.get("x-auth-token");
  if (token !== null) {
    const session = cloud.tokens.get(token);
    if (session === undefined || session.expiresAtMs <= cloud.nowMs())
      throw unauthenticated("decrypt token fail");
    return { user: session.user, session, request };
  }
  const authorization = authorizationOf(headers.get("authorization") ?? "");
  if (authorization === undefined) throw unauthenticated("x-auth-token not found");
  return signed(cloud, request, authorization);
}

async function signed(
  cloud: Cloud,
  request: FakeRequest,
  authorization: Authorization,
): Promise<Authenticated> {
  const { headers, method, url } = request;
  const date = headers.get("x-sdk-date") ?? "";
  if (!authorization.signedHeaders.includes("x-sdk-date")) throw unauthenticated("x-sdk-date is not signed");
  if (!(Math.abs(msOf(date) - cloud.nowMs()) <= MAX_SKEW_MS))
    throw unauthenticated("verify aksk signature fail, x-sdk-date is too far from the time");
  const { user, secretKey } = keyOf(cloud, authorization.accessKey, headers);
  const body = await limited(request);
  const signedHeaders = new Map(
    authorization.signedHeaders.map((name) => [name, signedHeader(request, name)] as const),
  );
  const payload = headers.get("x-sdk-content-sha256") ?? sha256(body);
  const isAuthentic = canonicalPaths(url.pathname).some(
    (path) =>
      signatureOf(secretKey, {
        method,
        path,
        query: url.searchParams,
        headers: signedHeaders,
        payload,
        date,
      }) === authorization.signature,
  );
  if (!isAuthentic || (payload !== UNSIGNED && payload !== sha256(body)))
    throw unauthenticated("verify aksk signature fail");
  return { user, session: undefined, request: { ...request, body: once(body) } };
}

function keyOf(
  cloud: Cloud,
  accessKey: string,
  headers: Headers,
): { readonly user: User; readonly secretKey: string } {
  const user = cloud.users.find((one) => one.accessKey === accessKey);
  if (user !== undefined) return { user, secretKey: user.secretKey };
  const temporary = cloud.temporaryKeys.get(accessKey);
  if (temporary === undefined) throw unauthenticated("verify aksk signature fail, unknown access key");
  if (headers.get("x-security-token") !== temporary.securityToken)
    throw unauthenticated("verify aksk signature fail, x-security-token is wrong");
  if (temporary.expiresAtMs <= cloud.nowMs()) throw unauthenticated("the security token has expired");
  return temporary;
}

/** `20240115T083000Z` in milliseconds. */
function msOf(date: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (match === null) return Number.NaN;
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hours, minutes, seconds);
}

/** A transport in the process has no `host` among its headers. */
function signedHeader({ headers, url }: FakeRequest, name: string): string {
  const value = headers.get(name) ?? (name === "host" ? url.host : null);
  if (value === null) throw unauthenticated(`verify aksk signature fail, ${name} is signed and not there`);
  return value;
}

async function limited({ body }: FakeRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_SIGNED_BYTES)
      throw new GatewayRefusal(413, "APIGW.0201", "Request entity too large: signed requests have 12 MB");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* once(body: Uint8Array): AsyncGenerator<Uint8Array> {
  if (body.length > 0) yield body;
}

import { createHmac } from "node:crypto";
import type { SentRequest } from "../http/client.ts";
import { canonicalRequest, sha256 } from "./canonical-request.ts";

/** A key to sign with. */
export interface AccessKey {
  readonly accessKey: string;
  /** Secret. */
  readonly secretKey: string;
  /** Secret. Belongs to a key that is good for some time. */
  readonly securityToken?: string | undefined;
}

const ALGORITHM = "SDK-HMAC-SHA256";

/** Signed where they are there, beside `host`, `x-sdk-date` and `x-security-token`; others may change on their way. */
const SIGNED_WHERE_GIVEN: readonly string[] = ["content-type", "x-project-id"];

/**
 * The headers that sign a request: to be sent beside those that it has.
 *
 * @param nowMs - The time of the signature. A server takes it for about 15 minutes.
 */
export function signatureHeaders(
  request: SentRequest,
  { accessKey, secretKey, securityToken }: AccessKey,
  nowMs: number,
): Readonly<Record<string, string>> {
  const date = sdkDate(nowMs);
  const added = {
    "x-sdk-date": date,
    ...(securityToken === undefined ? {} : { "x-security-token": securityToken }),
  };
  const given = Object.entries(request.headers)
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => SIGNED_WHERE_GIVEN.includes(name));
  const { text, signedHeaders } = canonicalRequest(request, {
    ...Object.fromEntries(given),
    ...added,
    host: new URL(request.url).host,
  });
  const toSign = [ALGORITHM, date, sha256(text)].join("\n");
  const signature = createHmac("sha256", secretKey).update(toSign).digest("hex");
  const authorization = `${ALGORITHM} Access=${accessKey}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
  return { ...added, authorization };
}

/** `20240115T083000Z`. */
function sdkDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

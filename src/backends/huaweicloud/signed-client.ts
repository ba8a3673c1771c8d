import { AuthError } from "../../model/index.ts";
import { type HttpAnswer, requestIdOf } from "../http/answer.ts";
import type { ControlClient } from "../http/client.ts";
import { reasonOf } from "../http/errors.ts";
import type { AuthorizedClient } from "../keystone/authorized-client.ts";
import type { KeySource } from "./key-source.ts";
import { type AccessKey, signatureHeaders } from "./signature.ts";

/** Options of {@link signedClient}. */
export interface SignedClientOptions {
  readonly client: ControlClient;
  readonly keys: KeySource;
  /** Headers of calls to an address, beside those of the call. */
  readonly headersFor?: ((url: string) => Readonly<Record<string, string>>) | undefined;
  readonly now: () => number;
}

/** A signature is refused when it is this old. */
const MAX_SKEW_MS = 15 * 60_000;

/**
 * A client that signs each attempt of each call. A key that is refused is renewed once, where there can be another.
 *
 * @throws AuthError `ERR_AUTH_FAILED` when the signature is refused.
 */
export function signedClient({ client, keys, headersFor, now }: SignedClientOptions): AuthorizedClient {
  return async (request, options = {}) => {
    const send = (key: AccessKey) =>
      client({
        ...request,
        ...options,
        headers: { ...headersFor?.(request.url), ...request.headers },
        sign: (sent) => signatureHeaders(sent, key, now()),
      });
    const key = await keys.key(options);
    const answer = await send(key);
    if (answer.status !== 401) return answer;
    const renewed = await keys.renew(key, options);
    if (renewed === undefined) throw refused(answer, key, now());
    const second = await send(renewed);
    if (second.status === 401) throw refused(second, renewed, now());
    return second;
  };
}

function refused(answer: HttpAnswer, key: AccessKey, nowMs: number): AuthError {
  const requestId = requestIdOf(answer);
  const words = [
    `${new URL(answer.url).origin} refused the signature of access key ${key.accessKey} (${answer.method}): 401`,
    reasonOf(answer.body),
    requestId === undefined ? "" : `[${requestId}]`,
  ];
  const message = words.filter((word) => word !== "").join(" ") + adviceOn(answer, key, nowMs);
  return new AuthError(message, { code: "ERR_AUTH_FAILED", requestId });
}

function adviceOn({ headers }: HttpAnswer, { securityToken }: AccessKey, nowMs: number): string {
  const skewMs = nowMs - Date.parse(headers.get("date") ?? "");
  if (Math.abs(skewMs) >= MAX_SKEW_MS) {
    const minutes = Math.round(Math.abs(skewMs) / 60_000);
    return `: this machine's clock is ${minutes} minutes ${skewMs > 0 ? "ahead of" : "behind"} the cloud's, which takes signatures for 15; set it`;
  }
  return securityToken === undefined
    ? ""
    : ": the key is good for some time only; give a new one if it is over";
}

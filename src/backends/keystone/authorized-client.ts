import { AuthError } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { type HttpAnswer, requestIdOf } from "../http/answer.ts";
import type { ControlClient, ControlRequest } from "../http/client.ts";
import { reasonOf } from "../http/errors.ts";
import type { Session } from "./session.ts";

/** Makes calls with a token: a refused token is renewed once, and shared with all calls at the time. */
export type AuthorizedClient = (
  request: Omit<ControlRequest, "signal" | "onRetry">,
  options?: CallOptions,
) => Promise<HttpAnswer>;

/** A client that speaks for a session. */
export function authorizedClient(client: ControlClient, session: Session): AuthorizedClient {
  return async (request, options = {}) => {
    const send = (token: string) =>
      client({ ...request, ...options, headers: { ...request.headers, "x-auth-token": token } });
    const token = await session.token(options);
    const answer = await send(token.id);
    if (answer.status !== 401) return answer;
    const renewed = await session.renew(token, options);
    const second = await send(renewed.id);
    if (second.status === 401) throw refused(second);
    return second;
  };
}

/** A service refuses a token that Keystone has just given. */
export function refused(answer: HttpAnswer): AuthError {
  const requestId = requestIdOf(answer);
  const words = [
    `The image service at ${new URL(answer.url).origin} refused a fresh token (${answer.method}): 401`,
    reasonOf(answer.body),
    requestId === undefined ? "" : `[${requestId}]`,
  ];
  return new AuthError(words.filter((word) => word !== "").join(" "), { code: "ERR_AUTH_FAILED", requestId });
}

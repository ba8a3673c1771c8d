import type { CallOptions } from "../backend.ts";
import type { HttpAnswer } from "../http/answer.ts";
import type { ControlClient } from "../http/client.ts";
import { type AuthorizedClient, authorizedClient } from "../keystone/authorized-client.ts";
import type { Session } from "../keystone/session.ts";
import type { KakaoCloudUrls } from "./endpoints.ts";
import { isMalformedId } from "./errors.ts";

/** The version of the API that this is written for; Terraform's provider asks for the same. */
const API_VERSION = "1.3.0";

/** What the calls of a backend have in common. */
export interface Calls {
  readonly client: AuthorizedClient;
  readonly urls: KakaoCloudUrls;
  /** How many items a listing asks for at a time. */
  readonly pageSize: number;
  /** How long the cloud may take to do what it has agreed to. */
  readonly timeoutMs: number;
}

/** A client that speaks for a session, to the services of KakaoCloud. */
export function kakaocloudClient(client: ControlClient, session: Session): AuthorizedClient {
  const authorized = authorizedClient(client, session);
  return (request, options?: CallOptions) =>
    authorized({ ...request, headers: { "x-api-version": API_VERSION, ...request.headers } }, options);
}

/** Whether there is no such image, or no image can be called so. */
export function isNowhere(answer: HttpAnswer): boolean {
  return answer.status === 404 || isMalformedId(answer);
}

export function isDone({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

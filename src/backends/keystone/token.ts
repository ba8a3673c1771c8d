import { z } from "zod";
import { AuthError } from "../../model/index.ts";
import { type HttpAnswer, requestIdOf } from "../http/answer.ts";
import { httpError, readBody, reasonOf } from "../http/errors.ts";
import { Catalog } from "./catalog.ts";

/** A token and what Keystone says of it. */
export interface Token {
  /** Secret. */
  readonly id: string;
  /** Infinite where nobody says: it is renewed when it is refused. */
  readonly expiresAtMs: number;
  /** The project that the token is for; absent for a token of a domain or of the whole cloud. */
  readonly projectId: string | undefined;
  readonly catalog: Catalog;
}

const TokenBody = z.object({
  token: z.object({
    expires_at: z.string().nullish(),
    project: z.object({ id: z.string() }).nullish(),
    catalog: Catalog.nullish(),
  }),
});

/**
 * What Keystone's answer to `POST /v3/auth/tokens` means.
 *
 * @throws AuthError `ERR_AUTH_FAILED` when the credentials were refused.
 */
export function readToken(answer: HttpAnswer, authUrl: string): Token {
  if (answer.status === 401 || answer.status === 403) {
    const requestId = requestIdOf(answer);
    const words = [`Keystone at ${authUrl} refused the credentials: ${answer.status}`, reasonOf(answer.body)];
    if (requestId !== undefined) words.push(`[${requestId}]`);
    throw new AuthError(words.join(" "), { code: "ERR_AUTH_FAILED", authUrl, requestId });
  }
  if (answer.status === 404) {
    throw new AuthError(`There is no Keystone v3 at ${authUrl}: 404`, { code: "ERR_AUTH_FAILED", authUrl });
  }
  if (answer.status !== 201 && answer.status !== 200) throw httpError(answer, `Authentication at ${authUrl}`);
  const { token } = readBody(answer, TokenBody, "Authentication");
  const id = answer.headers.get("x-subject-token");
  if (id === null) {
    throw new AuthError(`Keystone at ${authUrl} gave no token`, { code: "ERR_AUTH_FAILED", authUrl });
  }
  return {
    id,
    expiresAtMs: expiryOf(token.expires_at),
    projectId: token.project?.id,
    catalog: token.catalog ?? [],
  };
}

function expiryOf(time: string | null | undefined): number {
  const ms = Date.parse(time ?? "");
  return Number.isNaN(ms) ? Number.POSITIVE_INFINITY : ms;
}

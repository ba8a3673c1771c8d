import { orAbort } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import type { ControlClient } from "../http/client.ts";
import { type AuthOptions, tokenRequest, tokensUrl } from "./auth.ts";
import { readToken, type Token } from "./token.ts";

/** A token that is always good: fetched once, renewed before it expires or when a service refuses it. */
export interface Session {
  /** The current token; renewed when it would expire within `validForMs` (default: 60,000). */
  token(options?: CallOptions & { readonly validForMs?: number }): Promise<Token>;
  /** A token other than `refused`. Calls at the same time share one request. */
  renew(refused: Token, options?: CallOptions): Promise<Token>;
}

/** Options of {@link keystoneSession}. */
export interface SessionOptions {
  readonly auth: AuthOptions & { readonly authUrl: string };
  /** Default: what the credentials are for. */
  readonly authType?: string | undefined;
  readonly client: ControlClient;
  readonly now: () => number;
}

/** A session with Keystone v3. Nothing is sent before the first token is asked for. */
export function keystoneSession({ auth, authType, client, now }: SessionOptions): Session {
  const url = tokensUrl(auth.authUrl);
  const json = tokenRequest(auth, authType);
  let current: Token | undefined;
  let pending: Promise<Token> | undefined;

  const fetchToken = async (onRetry: CallOptions["onRetry"]): Promise<Token> => {
    // A token request changes nothing but Keystone's own memory: it can be repeated.
    const answer = await client({ method: "POST", url, json, repeatable: true, onRetry });
    return readToken(answer, auth.authUrl);
  };
  const shared = ({ signal, onRetry }: CallOptions): Promise<Token> => {
    pending ??= fetchToken(onRetry)
      .then((token) => {
        current = token;
        return token;
      })
      .finally(() => {
        pending = undefined;
      });
    const request = pending;
    // Others may wait for the same request: an abort ends the waiting only.
    return orAbort(() => request, signal);
  };

  return {
    async token({ validForMs = 60_000, ...options } = {}) {
      options.signal?.throwIfAborted();
      if (current !== undefined && current.expiresAtMs - now() > validForMs) return current;
      return shared(options);
    },
    async renew(refused, options = {}) {
      options.signal?.throwIfAborted();
      if (current !== undefined && current.id !== refused.id) return current;
      return shared(options);
    },
  };
}

import { AuthError } from "../../model/index.ts";
import type { ControlClient } from "../http/client.ts";
import { keystoneSession, type Session } from "../keystone/session.ts";
import type { ResolvedAccess } from "./resolve.ts";

/** Tokens for the project of a region; `undefined` where nothing was given to get them with. */
export function sessionOf(
  { region, projectId, projectName = region, auth }: ResolvedAccess,
  iam: string,
  client: ControlClient,
): Session | undefined {
  if (auth === undefined) return undefined;
  if (auth.token) return givenToken(auth.token);
  const project = projectId === undefined ? { projectName } : { projectId };
  return keystoneSession({
    auth: { ...auth, ...project, authUrl: auth.authUrl ?? iam },
    client,
    now: Date.now,
  });
}

/** A session with the one token that was given: it is used as it is, and there is no other. */
function givenToken(id: string): Session {
  const token = { id, expiresAtMs: Number.POSITIVE_INFINITY, projectId: undefined, catalog: [] };
  return {
    async token({ signal } = {}) {
      signal?.throwIfAborted();
      return token;
    },
    async renew() {
      throw new AuthError(
        "The cloud refused the token that was given (401): it has expired, or is of another region; give a new one as auth.token (HW_AUTH_TOKEN), or give what tokens are got with",
        { code: "ERR_AUTH_FAILED" },
      );
    },
  };
}

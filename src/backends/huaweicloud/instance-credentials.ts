import { z } from "zod";
import { AuthError, orAbort } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import type { ControlClient } from "../http/client.ts";
import { readBody } from "../http/errors.ts";
import type { KeySource } from "./key-source.ts";
import type { AccessKey } from "./signature.ts";

/** What a server in the cloud can be given as: its metadata service, which nothing else reaches. */
const SECURITY_KEY_URL = "http://169.254.169.254/openstack/latest/securitykey";

/** A key is taken for old that long before it is. */
const RENEW_BEFORE_MS = 600_000;

const SecurityKey = z.object({
  credential: z.object({
    access: z.string(),
    secret: z.string(),
    securitytoken: z.string(),
    expires_at: z.string(),
  }),
});

interface TemporaryKey extends AccessKey {
  readonly expiresAtMs: number;
}

/**
 * The keys of the agency of the server that this runs on. Each is renewed 10 minutes before it expires; calls at the
 * same time share one request, and an old key is used for as long as it is good where there is no new one.
 *
 * @param client - Goes through no proxy.
 */
export function instanceKey(client: ControlClient, now: () => number): KeySource {
  let current: TemporaryKey | undefined;
  let pending: Promise<TemporaryKey> | undefined;

  const shared = ({ signal, onRetry }: CallOptions): Promise<TemporaryKey> => {
    pending ??= fetchKey(client, onRetry)
      .then((key) => {
        current = key;
        return key;
      })
      .finally(() => {
        pending = undefined;
      });
    const request = pending;
    // Others may wait for the same request: an abort ends the waiting only.
    return orAbort(() => request, signal);
  };

  return {
    async key(options = {}) {
      options.signal?.throwIfAborted();
      const kept = current;
      if (kept === undefined) return shared(options);
      if (kept.expiresAtMs - now() > RENEW_BEFORE_MS) return kept;
      try {
        return await shared(options);
      } catch (error) {
        options.signal?.throwIfAborted();
        if (kept.expiresAtMs > now()) return kept;
        throw error;
      }
    },
    async renew(refused, options = {}) {
      options.signal?.throwIfAborted();
      if (current !== undefined && current.accessKey !== refused.accessKey) return current;
      const key = await shared(options);
      return key.accessKey === refused.accessKey ? undefined : key;
    },
  };
}

async function fetchKey(client: ControlClient, onRetry: CallOptions["onRetry"]): Promise<TemporaryKey> {
  const answer = await client({ method: "GET", url: SECURITY_KEY_URL, onRetry });
  if (answer.status !== 200) {
    throw new AuthError(
      `The metadata of this server has no key: ${answer.status}; give the server an agency that may use the image service`,
      { code: "ERR_AUTH_FAILED" },
    );
  }
  const { credential } = readBody(answer, SecurityKey, "Reading the key of this server");
  return {
    accessKey: credential.access,
    secretKey: credential.secret,
    securityToken: credential.securitytoken,
    expiresAtMs: Date.parse(credential.expires_at),
  };
}

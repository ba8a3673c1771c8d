import { AuthError } from "../../model/index.ts";
import { controlClient } from "../http/client.ts";
import { instanceKey } from "./instance-credentials.ts";
import { givenKey, type KeySource } from "./key-source.ts";
import type { HuaweiCloudOptions } from "./options.ts";
import type { ResolvedAccess } from "./resolve.ts";

/** Whoever isn't a server in the cloud has nobody at that address. */
const METADATA_TIMEOUT_MS = 5_000;

/**
 * A key that was given, or that of the server that this runs on where nothing was; `undefined` where tokens can be got.
 *
 * @throws AuthError `ERR_AUTH_FAILED` when there is nothing at all.
 */
export async function keysOf(
  { key, auth }: ResolvedAccess,
  options: HuaweiCloudOptions,
): Promise<KeySource | undefined> {
  if (key !== undefined) return givenKey(key);
  if (auth !== undefined) return undefined;
  const { fetch, timeoutMs = METADATA_TIMEOUT_MS, retry } = options;
  // Without proxies: the address means another server to each.
  const client = controlClient({ fetch, timeoutMs: Math.min(timeoutMs, METADATA_TIMEOUT_MS), retry });
  const keys = instanceKey(client, Date.now);
  try {
    await keys.key();
  } catch (error) {
    throw noCredentials(error);
  }
  return keys;
}

/** Says what can be given. */
export function noCredentials(cause?: unknown): AuthError {
  const why = cause instanceof Error ? ` (${cause.message})` : "";
  return new AuthError(
    `There are no credentials for Huawei Cloud: give accessKey and secretKey (HW_ACCESS_KEY, HW_SECRET_KEY), or auth with a token (HW_AUTH_TOKEN) or with username, password and userDomainName (HW_USER_NAME, HW_PASSWORD, HW_DOMAIN_NAME), or run on a server of the cloud that has an agency${why}`,
    { code: "ERR_AUTH_FAILED", cause },
  );
}

import { type FakeResponse, json, Refusal } from "../fake/wire.ts";
import type { Cloud, TemporaryKey, User } from "./state.ts";

/** Gives a user a key that is good as long as a token is. */
export function temporaryKey(cloud: Cloud, user: User): TemporaryKey {
  const id = cloud.newId().replaceAll("-", "").toUpperCase();
  const key = {
    accessKey: `HST${id.slice(0, 17)}`,
    secretKey: `${cloud.newId()}`.replaceAll("-", ""),
    securityToken: `ggp${id}`,
    user,
    expiresAtMs: cloud.nowMs() + cloud.settings.tokenLifetimeMs,
  };
  cloud.temporaryKeys.set(key.accessKey, key);
  return key;
}

/** `GET /openstack/latest/securitykey`, as a server in the cloud has it at 169.254.169.254. */
export function securityKey(cloud: Cloud): FakeResponse {
  const [user] = cloud.users;
  if (user === undefined) throw new Refusal(404);
  const { accessKey, secretKey, securityToken, expiresAtMs } = temporaryKey(cloud, user);
  return json(200, {
    credential: {
      access: accessKey,
      secret: secretKey,
      securitytoken: securityToken,
      expires_at: new Date(expiresAtMs).toISOString().replace("Z", "000Z"),
    },
  });
}

import { SpecError } from "../../model/index.ts";
import type { AuthOptions } from "./auth.ts";

/** How one shows who one is. */
export type AuthMethod = "password" | "token" | "applicationCredential" | "totp" | "multifactor";

/** The names that `auth_type` has in `clouds.yaml`: those of keystoneauth's plugins. */
const METHODS: ReadonlyMap<string, AuthMethod> = new Map([
  ["password", "password"],
  ["v3password", "password"],
  ["token", "token"],
  ["v3token", "token"],
  ["v3applicationcredential", "applicationCredential"],
  ["v3totp", "totp"],
  ["v3multifactor", "multifactor"],
] as const);

/**
 * What `authType` says, or the credentials that are given say: an application credential before a token, a token
 * before a password, a password before a one-time password alone.
 *
 * @throws SpecError `ERR_SPEC_INVALID` for a type that isn't supported, naming those that are.
 */
export function authMethod(auth: AuthOptions, authType: string | undefined): AuthMethod {
  if (authType === undefined) return METHODS.get(typeOfCredentials(auth) ?? "password") ?? "password";
  const method = METHODS.get(authType.toLowerCase());
  if (method !== undefined) return method;
  const supported = [...METHODS.keys()].join(", ");
  throw new SpecError(
    [
      {
        path: ["authType"],
        message: `${JSON.stringify(authType)} is not supported: use one of ${supported}`,
      },
    ],
    { subject: "The authentication" },
  );
}

/** The type for which there are credentials; `undefined` where there are none. */
export function typeOfCredentials(auth: AuthOptions): string | undefined {
  if (auth.applicationCredentialId !== undefined || auth.applicationCredentialName !== undefined)
    return "v3applicationcredential";
  if (auth.token !== undefined) return "v3token";
  if (auth.password !== undefined) return "v3password";
  return auth.passcode === undefined ? undefined : "v3totp";
}

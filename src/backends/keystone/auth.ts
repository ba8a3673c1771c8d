import { type Issue, SpecError } from "../../model/index.ts";
import { type AuthMethod, authMethod } from "./auth-type.ts";

/** Who one is to Keystone: the keys of `auth` in `clouds.yaml`, in camelCase. */
export interface AuthOptions {
  /** Keystone's URL, with or without `/v3`. */
  readonly authUrl?: string | undefined;
  readonly username?: string | undefined;
  readonly userId?: string | undefined;
  /** Secret. */
  readonly password?: string | undefined;
  /** Secret. A token to get a token with. */
  readonly token?: string | undefined;
  readonly applicationCredentialId?: string | undefined;
  /** Needs a user beside it. */
  readonly applicationCredentialName?: string | undefined;
  /** Secret. */
  readonly applicationCredentialSecret?: string | undefined;
  readonly projectName?: string | undefined;
  readonly projectId?: string | undefined;
  readonly userDomainName?: string | undefined;
  readonly userDomainId?: string | undefined;
  readonly projectDomainName?: string | undefined;
  readonly projectDomainId?: string | undefined;
  /**
   * The domain that the token is for, where no project is named; else the domain of user and project, where those name
   * none.
   */
  readonly domainId?: string | undefined;
  readonly domainName?: string | undefined;
  /** `all`: the token is for the whole cloud, not for a project. */
  readonly systemScope?: string | undefined;
  readonly trustId?: string | undefined;
  /** Secret. A one-time password (TOTP), beside the password or alone. */
  readonly passcode?: string | undefined;
}

/** The names of {@link AuthOptions}. */
export const AUTH_KEYS: readonly (keyof AuthOptions)[] = [
  "authUrl",
  "username",
  "userId",
  "password",
  "token",
  "applicationCredentialId",
  "applicationCredentialName",
  "applicationCredentialSecret",
  "projectName",
  "projectId",
  "userDomainName",
  "userDomainId",
  "projectDomainName",
  "projectDomainId",
  "domainId",
  "domainName",
  "systemScope",
  "trustId",
  "passcode",
];

/** The body of `POST /v3/auth/tokens` (Identity API v3, "Authentication and token management"). */
export type TokenRequest = { readonly auth: { readonly identity: object; readonly scope?: object } };

/**
 * What Keystone is asked for a token with.
 *
 * @param authType - `auth_type` of `clouds.yaml`. Default: what the credentials are for.
 * @throws SpecError `ERR_SPEC_INVALID` that names what is missing, or the types that there are.
 */
export function tokenRequest(auth: AuthOptions, authType?: string): TokenRequest {
  const method = authMethod(auth, authType);
  // An application credential has a project of its own: Keystone refuses a scope beside it.
  if (method === "applicationCredential") return { auth: { identity: applicationCredential(auth) } };
  return { auth: { identity: identityOf(auth, method), ...scopeOf(auth) } };
}

function identityOf(auth: AuthOptions, method: Exclude<AuthMethod, "applicationCredential">): object {
  if (method === "token") return { methods: ["token"], token: { id: required(auth, "token") } };
  const parts = {
    ...(method === "totp"
      ? {}
      : { password: { user: { ...userOf(auth), password: required(auth, "password") } } }),
    ...(method === "password" && auth.passcode === undefined
      ? {}
      : { totp: { user: { ...userOf(auth), passcode: required(auth, "passcode") } } }),
  };
  return { methods: Object.keys(parts), ...parts };
}

/** The URL at which tokens are given. */
export function tokensUrl(authUrl: string): string {
  const base = authUrl.replace(/\/+$/, "").replace(/\/v(2\.0|3)$/, "");
  return `${base}/v3/auth/tokens`;
}

function applicationCredential(auth: AuthOptions): object {
  const secret = required(auth, "applicationCredentialSecret");
  const which =
    auth.applicationCredentialId === undefined
      ? { name: required(auth, "applicationCredentialName"), user: userOf(auth) }
      : { id: auth.applicationCredentialId };
  return { methods: ["application_credential"], application_credential: { ...which, secret } };
}

function userOf(auth: AuthOptions): object {
  if (auth.userId !== undefined) return { id: auth.userId };
  return { name: required(auth, "username"), domain: domainOf(auth, auth.userDomainId, auth.userDomainName) };
}

function scopeOf(auth: AuthOptions): { scope?: object } {
  const { trustId, systemScope, projectId, projectName, domainId, domainName } = auth;
  if (trustId !== undefined) return { scope: { "OS-TRUST:trust": { id: trustId } } };
  if (systemScope !== undefined) return { scope: { system: { all: true } } };
  if (projectId !== undefined) return { scope: { project: { id: projectId } } };
  if (projectName !== undefined) {
    const domain = domainOf(auth, auth.projectDomainId, auth.projectDomainName);
    return { scope: { project: { name: projectName, domain } } };
  }
  if (domainId !== undefined) return { scope: { domain: { id: domainId } } };
  return domainName === undefined ? {} : { scope: { domain: { name: domainName } } };
}

/** Keystone's first domain has the id `default`. */
function domainOf(auth: AuthOptions, ownId: string | undefined, ownName: string | undefined): object {
  if (ownId !== undefined) return { id: ownId };
  if (ownName !== undefined) return { name: ownName };
  if (auth.domainId !== undefined) return { id: auth.domainId };
  return auth.domainName === undefined ? { id: "default" } : { name: auth.domainName };
}

function required(auth: AuthOptions, key: keyof AuthOptions): string {
  const value = auth[key];
  if (value !== undefined && value !== "") return value;
  const issue: Issue = { path: ["auth", key], message: "is missing" };
  throw new SpecError([issue], { subject: "The authentication" });
}

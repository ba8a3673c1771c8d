import { type Issue, SpecError } from "../../model/index.ts";

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
  /** `all`: the token is for the whole cloud, not for a project. */
  readonly systemScope?: string | undefined;
  readonly trustId?: string | undefined;
  /** Secret. A one-time password (TOTP), beside the password. */
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
  "systemScope",
  "trustId",
  "passcode",
];

/** The body of `POST /v3/auth/tokens` (Identity API v3, "Authentication and token management"). */
export type TokenRequest = { readonly auth: { readonly identity: object; readonly scope?: object } };

/**
 * What Keystone is asked for a token with. An application credential comes before a token, a token before a
 * password.
 *
 * @throws SpecError `ERR_SPEC_INVALID` that names what is missing.
 */
export function tokenRequest(auth: AuthOptions): TokenRequest {
  const { applicationCredentialId, applicationCredentialName, token, passcode } = auth;
  if (applicationCredentialId !== undefined || applicationCredentialName !== undefined) {
    // An application credential has a project of its own: Keystone refuses a scope beside it.
    return {
      auth: {
        identity: {
          methods: ["application_credential"],
          application_credential: applicationCredential(auth),
        },
      },
    };
  }
  const scope = scopeOf(auth);
  if (token !== undefined) {
    return { auth: { identity: { methods: ["token"], token: { id: token } }, ...scope } };
  }
  const user = { ...userOf(auth), password: required(auth, "password") };
  const totp = passcode === undefined ? {} : { totp: { user: { ...userOf(auth), passcode } } };
  const methods = ["password", ...Object.keys(totp)];
  return { auth: { identity: { methods, password: { user }, ...totp }, ...scope } };
}

/** The URL at which tokens are given. */
export function tokensUrl(authUrl: string): string {
  const base = authUrl.replace(/\/+$/, "").replace(/\/v(2\.0|3)$/, "");
  return `${base}/v3/auth/tokens`;
}

function applicationCredential(auth: AuthOptions): object {
  const secret = required(auth, "applicationCredentialSecret");
  if (auth.applicationCredentialId !== undefined) return { id: auth.applicationCredentialId, secret };
  return { name: auth.applicationCredentialName, user: userOf(auth), secret };
}

function userOf(auth: AuthOptions): object {
  if (auth.userId !== undefined) return { id: auth.userId };
  return { name: required(auth, "username"), domain: domain(auth.userDomainId, auth.userDomainName) };
}

function scopeOf(auth: AuthOptions): { scope?: object } {
  if (auth.trustId !== undefined) return { scope: { "OS-TRUST:trust": { id: auth.trustId } } };
  if (auth.systemScope !== undefined) return { scope: { system: { all: true } } };
  if (auth.projectId !== undefined) return { scope: { project: { id: auth.projectId } } };
  if (auth.projectName === undefined) return {};
  return {
    scope: {
      project: { name: auth.projectName, domain: domain(auth.projectDomainId, auth.projectDomainName) },
    },
  };
}

/** Keystone's first domain has the id `default`. */
function domain(id: string | undefined, name: string | undefined): object {
  if (id !== undefined) return { id };
  return name === undefined ? { id: "default" } : { name };
}

function required(auth: AuthOptions, key: keyof AuthOptions): string {
  const value = auth[key];
  if (value !== undefined && value !== "") return value;
  const issue: Issue = { path: ["auth", key], message: "is missing" };
  throw new SpecError([issue], { subject: "The authentication" });
}

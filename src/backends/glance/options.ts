import { type Issue, SpecError } from "../../model/index.ts";
import { pageSizeIssues, unknownKeys } from "../http/option-issues.ts";
import { RETRY_KEYS, type RetryOptions } from "../http/retry.ts";
import { AUTH_KEYS, type AuthOptions } from "../keystone/auth.ts";
import { MAX_PAGE_SIZE } from "./list.ts";

/**
 * Options of a cloud that has a Keystone and a Glance. What is given here comes over what `clouds.yaml` or `OS_*`
 * variables say.
 */
export interface KeystoneGlanceOptions {
  /** A name in `clouds.yaml`. Default: `OS_CLOUD`. */
  readonly cloud?: string | undefined;
  /** Who one is to Keystone. Default: the cloud's entry, or the `OS_*` variables. */
  readonly auth?: AuthOptions | undefined;
  /**
   * How `auth` is used, as `auth_type` of `clouds.yaml`: `v3password`, `v3token`, `v3applicationcredential`, `v3totp`,
   * `v3multifactor` (password and passcode), and `password` and `token`. Default: what the credentials are for.
   */
  readonly authType?: string | undefined;
  /** Needed where the image service is in more than one. */
  readonly region?: string | undefined;
  /** `public` (default), `internal` or `admin`. */
  readonly interface?: string | undefined;
  /** The image service's URL, in place of the one in the service catalog. */
  readonly imageEndpointOverride?: string | undefined;
  /** Whether the servers' certificates are checked. Default: `true`. With `false` anybody can pose as the cloud. */
  readonly verify?: boolean | undefined;
  /** The path of a PEM file: whom to trust with the servers' certificates, in place of those whom Node trusts. */
  readonly cacert?: string | undefined;
  /** The path of a PEM file: the certificate to show to servers. Holds its key as well where `key` is not given. */
  readonly cert?: string | undefined;
  /** The path of a PEM file: the key of `cert`, without a passphrase. */
  readonly key?: string | undefined;
  /** How long one attempt of a call that moves no image data may take, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * How long the cloud may take no byte of an upload, or send none of a download, in milliseconds. The time that a
   * source takes doesn't count. Default: 300,000 (5 minutes).
   */
  readonly dataIdleTimeoutMs?: number | undefined;
  /** How long the cloud may take to answer a whole upload, in milliseconds. Default: 3,600,000 (1 hour). */
  readonly uploadAnswerTimeoutMs?: number | undefined;
  /**
   * How often, and for how long, a call that moves no image data is made again: one that changes nothing, or may be repeated, after a
   * passing refusal (408, 429, 502, 503, 504) or a connection that failed. Default: twice.
   */
  readonly retry?: RetryOptions | undefined;
  /** How many images a listing asks for at a time: 1 to 1,000, which is the default and the most that Glance gives. */
  readonly pageSize?: number | undefined;
  /**
   * Makes the calls that move no image data, with TLS settings and proxies of its own: those above, and `HTTPS_PROXY`
   * and the like, are for image data then. Default: the global `fetch`, or one over `node:https` where there are such.
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** The names of {@link KeystoneGlanceOptions}. */
const OPTION_NAMES: readonly (keyof KeystoneGlanceOptions)[] = [
  "cloud",
  "auth",
  "authType",
  "region",
  "interface",
  "imageEndpointOverride",
  "verify",
  "cacert",
  "cert",
  "key",
  "timeoutMs",
  "dataIdleTimeoutMs",
  "uploadAnswerTimeoutMs",
  "retry",
  "pageSize",
  "fetch",
];

/** @throws SpecError `ERR_SPEC_INVALID` for options that nobody knows, or that are out of their range. */
export function checkOptions(options: KeystoneGlanceOptions, backend: string): void {
  const issues: Issue[] = [
    ...unknownKeys(options, OPTION_NAMES, []),
    ...unknownKeys(options.auth ?? {}, AUTH_KEYS, ["auth"]),
    ...unknownKeys(options.retry ?? {}, RETRY_KEYS, ["retry"]),
    ...pageSizeIssues(options.pageSize, MAX_PAGE_SIZE),
  ];
  if (issues.length > 0) throw new SpecError(issues, { subject: `The options of ${backend}()` });
}

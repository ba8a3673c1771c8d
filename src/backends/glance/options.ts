import { type Issue, SpecError } from "../../model/index.ts";
import { pageSizeIssues, unknownKeys } from "../http/option-issues.ts";
import type { CallPlaneOptions, DataPlaneOptions } from "../http/options.ts";
import { RETRY_KEYS } from "../http/retry.ts";
import { AUTH_KEYS, type AuthOptions } from "../keystone/auth.ts";
import { MAX_PAGE_SIZE } from "./list.ts";

/**
 * Options of a cloud that has a Keystone and a Glance. What is given here comes over what `clouds.yaml` or `OS_*`
 * variables say.
 */
export interface KeystoneGlanceOptions extends CallPlaneOptions, DataPlaneOptions {
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
  /** How many images a listing asks for at a time: 1 to 1,000, which is the default and the most that Glance gives. */
  readonly pageSize?: number | undefined;
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

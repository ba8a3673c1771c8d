import { type Issue, SpecError } from "../../model/index.ts";
import { pageSizeIssues, unknownKeys, urlIssues } from "../http/option-issues.ts";
import type { CallPlaneOptions, DataPlaneOptions } from "../http/options.ts";
import { RETRY_KEYS } from "../http/retry.ts";
import type { AuthOptions } from "../keystone/auth.ts";

/** Who one is to IAM, which is a Keystone. Its domains are accounts, and its projects begin with a region. */
export type HuaweiCloudAuth = Pick<
  AuthOptions,
  | "authUrl"
  | "username"
  | "userId"
  | "password"
  | "passcode"
  | "token"
  | "projectName"
  | "projectId"
  | "userDomainName"
  | "userDomainId"
  | "projectDomainName"
  | "projectDomainId"
  | "domainName"
  | "domainId"
>;

/** The names of {@link HuaweiCloudAuth}. */
const AUTH_KEYS: readonly (keyof HuaweiCloudAuth)[] = [
  "authUrl",
  "username",
  "userId",
  "password",
  "passcode",
  "token",
  "projectName",
  "projectId",
  "userDomainName",
  "userDomainId",
  "projectDomainName",
  "projectDomainId",
  "domainName",
  "domainId",
];

/** Where the services are, in place of their usual addresses. */
export interface HuaweiCloudEndpoints {
  /** The image service. Default: `https://ims.{region}.myhuaweicloud.com`. */
  readonly ims?: string | undefined;
  /** Users, projects and tokens, with or without `/v3`. Default: `HW_AUTH_URL`, or `https://iam.{region}.myhuaweicloud.com`. */
  readonly iam?: string | undefined;
  /** Enterprise projects. Default: `https://eps.myhuaweicloud.com`; three regions have one of their own. */
  readonly eps?: string | undefined;
}

const ENDPOINT_KEYS: readonly (keyof HuaweiCloudEndpoints)[] = ["ims", "iam", "eps"];

/**
 * Options of `huaweicloud()`. An access key, or `auth`, comes over all credentials of `HW_*` variables; each other
 * option over the variable of its name.
 */
export interface HuaweiCloudOptions extends CallPlaneOptions, DataPlaneOptions {
  /** Such as `eu-west-101`. Default: `HW_REGION_NAME`. */
  readonly region?: string | undefined;
  /** The key that requests are signed with (AK). Default: `HW_ACCESS_KEY`. */
  readonly accessKey?: string | undefined;
  /** Secret (SK). Default: `HW_SECRET_KEY`. */
  readonly secretKey?: string | undefined;
  /** Secret. Belongs to an access key that is good for some time. Default: `HW_SECURITY_TOKEN`. */
  readonly securityToken?: string | undefined;
  /**
   * A token, or a user with a password to get tokens with. Beside an access key: for image data, which takes a token;
   * everything else is signed. Default: `HW_AUTH_TOKEN`, or `HW_USER_NAME`, `HW_PASSWORD` and `HW_DOMAIN_NAME`.
   */
  readonly auth?: HuaweiCloudAuth | undefined;
  /** Default: `HW_PROJECT_ID`, or the project that IAM has for the region. */
  readonly projectId?: string | undefined;
  /** The enterprise project that images are made in: `0` or a UUID. Default: `HW_ENTERPRISE_PROJECT_ID`, or the cloud's. */
  readonly enterpriseProjectId?: string | undefined;
  readonly endpoints?: HuaweiCloudEndpoints | undefined;
  /**
   * How long the cloud may take for a job, such as the creation of an image from an object, or for the move to an
   * enterprise project, in milliseconds. Default: 3,600,000 (1 hour).
   */
  readonly jobTimeoutMs?: number | undefined;
  /** How long a deleted image may stay listed, in milliseconds. Default: 600,000 (10 minutes). */
  readonly deletionTimeoutMs?: number | undefined;
  /** How many images a listing asks for at a time: 1 to 500, which is the default. */
  readonly pageSize?: number | undefined;
}

/** The largest page that is asked for, and what the cloud gives where nobody asks for a size. */
export const MAX_PAGE_SIZE = 500;

/** The names of {@link HuaweiCloudOptions}. */
const OPTION_NAMES: readonly (keyof HuaweiCloudOptions)[] = [
  "region",
  "accessKey",
  "secretKey",
  "securityToken",
  "auth",
  "projectId",
  "enterpriseProjectId",
  "endpoints",
  "timeoutMs",
  "dataIdleTimeoutMs",
  "uploadAnswerTimeoutMs",
  "jobTimeoutMs",
  "deletionTimeoutMs",
  "retry",
  "pageSize",
  "fetch",
];

/** @throws SpecError `ERR_SPEC_INVALID` for options that nobody knows, that lack another, or are out of their range. */
export function checkOptions(options: HuaweiCloudOptions): void {
  const { auth = {}, endpoints = {}, retry = {}, pageSize } = options;
  const issues: Issue[] = [
    ...unknownKeys(options, OPTION_NAMES, []),
    ...unknownKeys(auth, AUTH_KEYS, ["auth"]),
    ...unknownKeys(endpoints, ENDPOINT_KEYS, ["endpoints"]),
    ...unknownKeys(retry, RETRY_KEYS, ["retry"]),
    ...pageSizeIssues(pageSize, MAX_PAGE_SIZE),
    ...(auth.authUrl === undefined ? [] : urlIssues(auth.authUrl, ["auth", "authUrl"])),
    ...ENDPOINT_KEYS.flatMap((key) => {
      const url = endpoints[key];
      return url === undefined ? [] : urlIssues(url, ["endpoints", key]);
    }),
  ];
  if (issues.length > 0) throw new SpecError(issues, { subject: "The options of huaweicloud()" });
}

import { type Issue, SpecError } from "../../model/index.ts";
import { unknownKeys, urlIssues } from "../http/option-issues.ts";
import type { CallPlaneOptions } from "../http/options.ts";
import { RETRY_KEYS } from "../http/retry.ts";

/** Options of `kakaocloud()`. */
export interface KakaoCloudOptions extends CallPlaneOptions {
  /** Default: `KAKAOCLOUD_APPLICATION_CREDENTIAL_ID`. */
  readonly applicationCredentialId?: string | undefined;
  /** Secret. Default: `KAKAOCLOUD_APPLICATION_CREDENTIAL_SECRET`. */
  readonly applicationCredentialSecret?: string | undefined;
  /** Such as `kr-central-1`. Default: `kr-central-2`. */
  readonly region?: string | undefined;
  /** Where services are, in place of what the cloud says. Where `iam`, `image` and `volume` are given, it isn't asked. */
  readonly endpoints?: KakaoCloudEndpoints | undefined;
}

/** The URLs of services, each without its path: `https://image.kr-central-2.kakaocloud.com`. */
export interface KakaoCloudEndpoints {
  /** Gives tokens, at `/identity/v3/auth/tokens`. */
  readonly iam?: string | undefined;
  /** Keeps images, at `/api/v1/images`. */
  readonly image?: string | undefined;
  /** Makes images of volumes, at `/api/v1/volumes`. */
  readonly volume?: string | undefined;
  /** Says where the others are, at `/api/v1/client-endpoints/resolve`. */
  readonly discovery?: string | undefined;
}

const OPTION_NAMES: readonly (keyof KakaoCloudOptions)[] = [
  "applicationCredentialId",
  "applicationCredentialSecret",
  "region",
  "endpoints",
  "timeoutMs",
  "retry",
  "fetch",
];

const ENDPOINT_NAMES: readonly (keyof KakaoCloudEndpoints)[] = ["iam", "image", "volume", "discovery"];

/** @throws SpecError `ERR_SPEC_INVALID` with everything that is wrong. */
export function checkOptions(options: KakaoCloudOptions): void {
  const { region, endpoints = {}, retry = {} } = options;
  const issues: Issue[] = [
    ...unknownKeys(options, OPTION_NAMES, []),
    ...unknownKeys(retry, RETRY_KEYS, ["retry"]),
    ...unknownKeys(endpoints, ENDPOINT_NAMES, ["endpoints"]),
  ];
  // It becomes a part of host names.
  if (region !== undefined && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(region))
    issues.push({ path: ["region"], message: "must be the name of a region, such as kr-central-2" });
  for (const name of ENDPOINT_NAMES) {
    const url = endpoints[name];
    if (url !== undefined) issues.push(...urlIssues(url, ["endpoints", name]));
  }
  if (issues.length > 0) throw new SpecError(issues, { subject: "The options of kakaocloud()" });
}

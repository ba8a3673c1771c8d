import { type Issue, SpecError, unknownKey } from "../../model/index.ts";
import { RETRY_KEYS, type RetryOptions } from "../http/retry.ts";

/** Options of `kakaocloud()`. */
export interface KakaoCloudOptions {
  /** Default: `KAKAOCLOUD_APPLICATION_CREDENTIAL_ID`. */
  readonly applicationCredentialId?: string | undefined;
  /** Secret. Default: `KAKAOCLOUD_APPLICATION_CREDENTIAL_SECRET`. */
  readonly applicationCredentialSecret?: string | undefined;
  /** Such as `kr-central-1`. Default: `kr-central-2`. */
  readonly region?: string | undefined;
  /** Where services are, in place of what the cloud says. Where `iam`, `image` and `volume` are given, it isn't asked. */
  readonly endpoints?: KakaoCloudEndpoints | undefined;
  /** How long one attempt of a call may take, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * How often, and for how long, a call is made again: one that changes nothing, or may be repeated, after a passing
   * refusal (408, 429, 502, 503, 504) or a connection that failed. Default: twice.
   */
  readonly retry?: RetryOptions | undefined;
  /** Makes the calls. Default: the global `fetch`, or one over `node:https` where `HTTPS_PROXY` or the like is set. */
  readonly fetch?: typeof globalThis.fetch | undefined;
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
    const value = endpoints[name];
    if (value !== undefined && !isServiceUrl(value))
      issues.push({
        path: ["endpoints", name],
        message: "must be an absolute URL, http or https, without user and password",
      });
  }
  if (issues.length > 0) throw new SpecError(issues, { subject: "The options of kakaocloud()" });
}

/** Whether a service can be at this address. */
export function isServiceUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || url.protocol === "http:";
}

function unknownKeys(value: object, known: readonly string[], path: readonly string[]): Issue[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
}

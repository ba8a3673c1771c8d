export type { RequestMessage } from "../http/diagnostics.ts";
export type { RetryOptions } from "../http/retry.ts";
export { kakaocloud } from "./backend.ts";
export type { KakaoCloudEndpoints, KakaoCloudOptions } from "./options.ts";

export type { RequestMessage } from "../http/diagnostics.ts";
export type { RetryOptions } from "../http/retry.ts";
export { huaweicloud } from "./backend.ts";
export type { HuaweiCloudBackend } from "./images.ts";
export type { ExportRequest } from "./objects.ts";
export type { HuaweiCloudAuth, HuaweiCloudEndpoints, HuaweiCloudOptions } from "./options.ts";
export type { ServerImage } from "./server.ts";

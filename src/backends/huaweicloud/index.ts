export type { RequestMessage } from "../http/diagnostics.ts";
export type { RetryOptions } from "../http/retry.ts";
export { huaweicloud } from "./backend.ts";
export type { HuaweiCloudBackend, ServerImage } from "./images.ts";
export type { ExportRequest } from "./objects.ts";
export type { HuaweiCloudOptions } from "./options.ts";

export type { RequestMessage } from "../http/diagnostics.ts";
export type { RetryOptions } from "../http/retry.ts";
export type { AuthOptions } from "../keystone/auth.ts";
export { vkcs } from "./backend.ts";
export type { VkcsOptions } from "./options.ts";

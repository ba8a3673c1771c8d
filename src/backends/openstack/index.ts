export type { RequestMessage } from "../http/diagnostics.ts";
export type { RetryOptions } from "../http/retry.ts";
export type { AuthOptions } from "../keystone/auth.ts";
export { openstack } from "./backend.ts";
export type { OpenStackOptions } from "./options.ts";

import type { ProxyVariables } from "./proxy.ts";

const NAMES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"];

/** The proxy variables as they are now. */
export function environmentProxies(): ProxyVariables {
  const names = NAMES.flatMap((name) => [name, name.toUpperCase()]);
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

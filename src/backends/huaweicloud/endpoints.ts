import type { HuaweiCloudEndpoints } from "./options.ts";

/** Base URLs of services, without a slash at the end. */
export interface Endpoints {
  readonly ims: string;
  readonly iam: string;
  readonly eps: string;
}

/** Names of regions become names of hosts. */
const REGION = /^[a-z0-9]+(-[a-z0-9]+)+$/;

/** Regions of the European cloud, which has a domain of its own. */
const EUROPEAN: readonly string[] = ["eu-west-101"];

/** Regions that have enterprise projects of their own; all others share them. */
const WITH_OWN_PROJECTS: readonly string[] = [...EUROPEAN, "ru-moscow-1", "my-kualalumpur-1"];

/** Whether there can be a region of that name. */
export function isRegion(name: string): boolean {
  return name.length <= 63 && REGION.test(name);
}

/** Where the services of a region are. */
export function endpointsOf(region: string, given: HuaweiCloudEndpoints): Endpoints {
  const cloud = EUROPEAN.includes(region) ? "myhuaweicloud.eu" : "myhuaweicloud.com";
  return {
    ims: base(given.ims ?? `https://ims.${region}.${cloud}`),
    iam: base(given.iam ?? `https://iam.${region}.${cloud}`).replace(/\/v3$/, ""),
    eps: base(given.eps ?? `https://eps.${WITH_OWN_PROJECTS.includes(region) ? `${region}.` : ""}${cloud}`),
  };
}

function base(url: string): string {
  return url.replace(/\/+$/, "");
}

import { type Body, choice } from "./fields.ts";
import { osFacts } from "./os.ts";
import type { StoredImage } from "./records.ts";
import { ImsRefusal } from "./refusals.ts";

/** What a system is for: a virtual server or one of bare metal. */
const ENVIRONMENTS: Readonly<Record<string, string>> = {
  ECS: "FusionCompute",
  FusionCompute: "FusionCompute",
  BMS: "Ironic",
  Ironic: "Ironic",
};

/** The operating system that a body says. */
export function osFields(
  body: Body,
  osVersion: string,
): Pick<StoredImage, "osVersion" | "osType" | "architecture"> {
  const osType = choice(body, "os_type", ["Linux", "Windows"]);
  if (osFacts(osVersion, osType) === undefined)
    throw new ImsRefusal("IMG.0056", `The OS version ${osVersion} is invalid.`);
  const architecture = choice(body, "architecture", ["x86", "arm"], "IMG.0212") === "arm" ? "arm" : "x86";
  return { osVersion, osType, architecture };
}

/** What a body says an image is for. */
export function environmentOf(body: Body): string {
  const type = choice(body, "type", Object.keys(ENVIRONMENTS)) ?? "ECS";
  return ENVIRONMENTS[type] ?? "FusionCompute";
}

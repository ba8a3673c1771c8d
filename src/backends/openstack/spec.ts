import type { z } from "zod";
import type { ImageSpec } from "../../model/index.ts";
import { glanceSpec } from "../glance/spec.ts";

/** What an OpenStack takes of a spec, in one region. */
export function openstackSpec(region: string | undefined): z.ZodType<ImageSpec> {
  return glanceSpec({ title: "OpenStack", backend: "openstack", region });
}

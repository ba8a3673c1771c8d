import type { z } from "zod";
import { ImageSpec, LIMITS } from "../../model/index.ts";

/** What an OpenStack takes of a spec, in one region: the formats are required. */
export function openstackSpec(region: string | undefined): z.ZodType<ImageSpec> {
  return ImageSpec.superRefine((spec, context) => {
    for (const field of ["containerFormat", "diskFormat"] as const) {
      if (spec[field] === undefined)
        context.addIssue({ code: "custom", path: [field], message: "is required on OpenStack" });
    }
    const count = Object.keys(spec.properties ?? {}).length;
    if (spec.description && count >= LIMITS.properties) {
      context.addIssue({
        code: "custom",
        path: ["description"],
        message: `is a property on OpenStack: there are ${count} others, and ${LIMITS.properties} are allowed`,
      });
    }
    if (spec.region !== undefined && region !== undefined && spec.region !== region) {
      context.addIssue({
        code: "custom",
        path: ["region"],
        message: `this backend keeps the images of ${region}: make another with openstack({ region: "${spec.region}" })`,
      });
    }
  });
}

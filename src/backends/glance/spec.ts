import type { z } from "zod";
import { ImageSpec, LIMITS } from "../../model/index.ts";

/** A cloud, as the messages about a spec name it. */
export interface NamedCloud {
  /** Such as `OpenStack`. */
  readonly title: string;
  /** The function that makes the backend: `openstack`. */
  readonly backend: string;
  readonly region: string | undefined;
}

/** What a Glance takes of a spec, in one region: the formats are required. */
export function glanceSpec({ title, backend, region }: NamedCloud): z.ZodType<ImageSpec> {
  return ImageSpec.superRefine((spec, context) => {
    for (const field of ["containerFormat", "diskFormat"] as const) {
      if (spec[field] === undefined)
        context.addIssue({ code: "custom", path: [field], message: `is required on ${title}` });
    }
    const count = Object.keys(spec.properties ?? {}).length;
    if (spec.description && count >= LIMITS.properties) {
      context.addIssue({
        code: "custom",
        path: ["description"],
        message: `is a property on ${title}: there are ${count} others, and ${LIMITS.properties} are allowed`,
      });
    }
    if (spec.region !== undefined && region !== undefined && spec.region !== region) {
      context.addIssue({
        code: "custom",
        path: ["region"],
        message: `this backend keeps the images of ${region}: make another with ${backend}({ region: "${spec.region}" })`,
      });
    }
  });
}

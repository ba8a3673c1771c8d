import type { z } from "zod";
import type { ImageSpec, Issue } from "../../model/index.ts";
import { glanceSpec } from "../glance/spec.ts";

/** What VK Cloud takes of a spec, in one region. */
export function vkcsSpec(region: string | undefined): z.ZodType<ImageSpec> {
  return glanceSpec({ title: "VK Cloud", backend: "vkcs", region }).superRefine((spec, context) => {
    for (const { path, message } of issuesOf(spec))
      context.addIssue({ code: "custom", path: [...path], message });
  });
}

function issuesOf({ containerFormat = "bare", diskFormat = "raw", ...spec }: ImageSpec): Issue[] {
  const issues: Issue[] = [];
  if (containerFormat !== "bare")
    issues.push({ path: ["containerFormat"], message: "must be bare on VK Cloud" });
  if (diskFormat !== "raw" && diskFormat !== "iso")
    issues.push({ path: ["diskFormat"], message: `must be raw or iso on VK Cloud${adviceFor(diskFormat)}` });
  if (spec.visibility === "public")
    issues.push({ path: ["visibility"], message: "must be private, shared or community on VK Cloud" });
  if (Object.hasOwn(spec.properties ?? {}, "store"))
    issues.push({
      path: ["properties", "store"],
      message: "is where the cloud keeps the data: VK Cloud sets it itself, so leave it out",
    });
  return issues;
}

function adviceFor(diskFormat: string): string {
  return diskFormat === "qcow2"
    ? ': a qcow2 becomes raw on its way with diskFormat: "raw", convert: true'
    : `: make it raw, for instance with "qemu-img convert -O raw image.${diskFormat} image.raw"`;
}

import type { z } from "zod";
import { ImageSpec, type Issue } from "../../model/index.ts";
import { descriptionProblem, nameProblem } from "./names.ts";
import { propertyIssues } from "./property-issues.ts";
import { MAX_TAGS, repeatedKey, tagProblem } from "./tags.ts";
import { WAYS, type Way, type WayName, wayOf } from "./ways.ts";

const DISK_FORMATS: readonly string[] = ["zvhd2", "vhd", "raw", "qcow2"];

/** Where a backend works, as far as it matters to specs. */
export interface SpecPlace {
  readonly region: string;
  /** Whether it may ask other regions: a token can't. */
  readonly reachesRegions: boolean;
}

/** What Huawei Cloud takes of a spec, in one region. */
export function huaweicloudSpec(place: SpecPlace): z.ZodType<ImageSpec> {
  return ImageSpec.superRefine((spec, context) => {
    for (const { path, message } of issuesOf(spec, place))
      context.addIssue({ code: "custom", path: [...path], message });
  });
}

function issuesOf(spec: ImageSpec, place: SpecPlace): readonly Issue[] {
  const way = wayOf(spec, place.region);
  const tags = spec.tags ?? [];
  return [
    ...issue(["name"], nameProblem(spec.name)),
    ...issue(["containerFormat"], containerProblem(spec)),
    ...issue(["diskFormat"], diskFormatProblem(spec, way)),
    ...issue(["source", "imageId"], regionOfSourceProblem(way, place)),
    ...issue(["minDiskGb"], minDiskProblem(spec, WAYS[way])),
    ...issue(["visibility"], visibilityProblem(spec)),
    ...issue(["protected"], protectedProblem(spec, way)),
    ...issue(["hidden"], spec.hidden === true ? "Huawei Cloud hides no images: leave it out" : undefined),
    ...propertyIssues(spec, way),
    ...tags.flatMap((tag, index) => issue(["tags", index], tagProblem(tag))),
    ...issue(["tags"], tagsProblem(tags)),
    ...issue(["members"], membersProblem(spec)),
    ...issue(["description"], descriptionProblem(spec.description ?? "")),
    ...issue(["region"], regionProblem(spec, place)),
  ];
}

function issue(path: Issue["path"], message: string | undefined): readonly Issue[] {
  return message === undefined ? [] : [{ path, message }];
}

function containerProblem({ containerFormat = "bare" }: ImageSpec): string | undefined {
  return containerFormat === "bare" ? undefined : "must be bare on Huawei Cloud";
}

/** Two of Huawei's documents name two defaults: whoever sends data says what it is. */
function diskFormatProblem({ diskFormat, source }: ImageSpec, way: WayName): string | undefined {
  if (diskFormat === undefined)
    return way === "upload" && source !== undefined
      ? "is required on Huawei Cloud for data that is uploaded"
      : undefined;
  if (way === "iso" && diskFormat !== "iso") return "must be iso for an ISO, or be left out";
  if (DISK_FORMATS.includes(diskFormat)) return undefined;
  if (diskFormat === "iso" && (way !== "upload" || source === undefined)) return undefined;
  const advice = diskFormat === "iso" ? "; an ISO is made of source.object" : "";
  return `must be one of ${DISK_FORMATS.join(", ")} on Huawei Cloud${advice}`;
}

function minDiskProblem({ minDiskGb, properties = {} }: ImageSpec, way: Way): string | undefined {
  const { minDiskGb: range, needs, title } = way;
  if (range === undefined)
    return minDiskGb === undefined
      ? undefined
      : `Huawei Cloud takes it from what the image is made of (${title}): leave it out`;
  const { __os_version: version = "", os_type: type = "" } = properties;
  const min = /windows/i.test(version + type) ? range.ofWindows : range.min;
  if (minDiskGb === undefined)
    return needs.includes("min_disk")
      ? `is required on Huawei Cloud for ${title}: ${min} to ${range.max}`
      : undefined;
  if (minDiskGb >= min && minDiskGb <= range.max) return undefined;
  return `must be from ${min} to ${range.max} on Huawei Cloud for ${title}`;
}

function visibilityProblem({ visibility = "private" }: ImageSpec): string | undefined {
  if (visibility === "private") return undefined;
  return "must be private on Huawei Cloud; an image is shared by members";
}

function protectedProblem({ protected: isProtected }: ImageSpec, way: WayName): string | undefined {
  if (isProtected !== true || way === "upload") return undefined;
  return "can only be given to images whose data is uploaded: leave it out";
}

function tagsProblem(tags: readonly string[]): string | undefined {
  const key = repeatedKey(tags);
  if (key !== undefined) return `has the key ${JSON.stringify(key)} more than once`;
  return tags.length > MAX_TAGS ? `has ${tags.length} tags; Huawei Cloud allows ${MAX_TAGS}` : undefined;
}

function membersProblem({ members = [], properties = {} }: ImageSpec): string | undefined {
  if (members.length === 0 || properties["cmk_id"] === undefined) return undefined;
  return "an image that is encrypted (cmk_id) can't be shared";
}

function regionOfSourceProblem(way: WayName, { reachesRegions }: SpecPlace): string | undefined {
  if (way !== "copyToRegion" || reachesRegions) return undefined;
  return "is of another region, and a token is good for one: give huaweicloud() an access key or a password";
}

function regionProblem(spec: ImageSpec, { region }: SpecPlace): string | undefined {
  if (spec.region === undefined || spec.region === region) return undefined;
  return `this backend keeps the images of ${region}: make another with huaweicloud({ region: ${JSON.stringify(spec.region)} })`;
}

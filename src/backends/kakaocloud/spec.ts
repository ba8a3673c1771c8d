import type { z } from "zod";
import { ImageSpec, type Issue } from "../../model/index.ts";
import { descriptionProblem, nameProblem } from "./names.ts";

const OF_VOLUME = "KakaoCloud takes it from the volume that the image is made of: leave it out";

/** What KakaoCloud's images don't have, or don't let anybody choose, and what to do instead. */
const REFUSED = {
  id: "can't be chosen on KakaoCloud: leave it out, or name an image by plan(spec, { id })",
  containerFormat: OF_VOLUME,
  diskFormat: OF_VOLUME,
  minDiskGb: OF_VOLUME,
  minRamMb: OF_VOLUME,
  visibility: "can't be chosen on KakaoCloud: leave it out, and share an image by members",
  protected: "KakaoCloud protects no image from deletion: leave it out",
  hidden: "KakaoCloud hides no images: leave it out",
  properties: "KakaoCloud's images have none: say it in description, or leave it out",
  tags: "KakaoCloud's images have none: say it in description, or leave it out",
} as const satisfies Partial<Record<keyof ImageSpec, string>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What KakaoCloud takes of a spec, in one region: a name, a description, a volume, members. */
export function kakaocloudSpec(region: string): z.ZodType<ImageSpec> {
  return ImageSpec.superRefine((spec, context) => {
    for (const { path, message } of issuesOf(spec, region))
      context.addIssue({ code: "custom", path: [...path], message });
  });
}

function issuesOf(spec: ImageSpec, region: string): readonly Issue[] {
  const problems: readonly (readonly [path: Issue["path"], message: string | undefined])[] = [
    [["name"], nameProblem(spec.name)],
    [["description"], descriptionProblem(spec.description ?? "")],
    ...Object.entries(REFUSED).map(
      ([field, message]) => [[field], isAsked(spec, field) ? message : undefined] as const,
    ),
    [["source", "volumeId"], volumeProblem(spec)],
    ...(spec.members ?? []).map((member, index) => [["members", index], projectProblem(member)] as const),
    [["region"], regionProblem(spec, region)],
  ];
  return problems.flatMap(([path, message]) => (message === undefined ? [] : [{ path, message }]));
}

/** Whether a spec wants a field to be anything else than what every image here has: a spec for several clouds may say so. */
function isAsked(spec: ImageSpec, field: string): boolean {
  const value: unknown = Reflect.get(spec, field);
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return value !== undefined && value !== false && !isEmpty;
}

function volumeProblem({ source }: ImageSpec): string | undefined {
  if (source === undefined || !("volumeId" in source) || UUID.test(source.volumeId)) return undefined;
  return "must be the id of a volume, a UUID";
}

function projectProblem(project: string): string | undefined {
  if (/^[0-9a-f]{32}$/.test(project)) return undefined;
  return "must be the id of a project on KakaoCloud: 32 hexadecimal digits, in lower case and without hyphens";
}

function regionProblem(spec: ImageSpec, region: string): string | undefined {
  if (spec.region === undefined || spec.region === region) return undefined;
  return `this backend keeps the images of ${region}: make another with kakaocloud({ region: ${JSON.stringify(spec.region)} })`;
}

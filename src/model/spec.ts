import { z } from "zod";
import { SpecError } from "./errors/index.ts";
import {
  CONTAINER_FORMATS,
  type ContainerFormat,
  type DiskFormat,
  VISIBILITIES,
  type Visibility,
} from "./formats.ts";
import { issuesOf } from "./issues.ts";
import {
  LIMITS,
  propertyNameProblem,
  propertyValueProblem,
  tagProblem,
  textProblem,
  unknownKey,
} from "./names.ts";
import { sortedSet } from "./order.ts";
import { type Source, SourceSchema } from "./source.ts";

/** The compressions that a source may have. */
export const CODECS = ["gzip", "bzip2", "xz", "zstd"] as const;

/** A compression that a source may have. */
export type Codec = (typeof CODECS)[number];

/**
 * What a user wants an image to be. **A field that is absent is not managed**: on an existing image it stays as it
 * is; the defaults named here hold at creation. `[]`, `{}`, `0`, `false` and `""` are values.
 */
export interface ImageSpec {
  /** 1 to 255 characters, none of four bytes in UTF-8. The image that a project owns with this name is the one. */
  readonly name: string;
  /** Required on OpenStack. A change replaces the image. */
  readonly containerFormat?: ContainerFormat | undefined;
  /** Required on OpenStack. A change replaces the image. */
  readonly diskFormat?: DiskFormat | undefined;
  /** Where the data comes from; absent: metadata only. A change of content replaces the image. */
  readonly source?: Source | undefined;
  /**
   * A UUID chosen by the user. Clouds never give an id twice: a change replaces the image. Refused where the cloud gives
   * ids itself.
   */
  readonly id?: string | undefined;
  /** The smallest disk, in GiB, that the image boots on: 0 to 2³¹−1. Default at creation: 0. */
  readonly minDiskGb?: number | undefined;
  /** The least memory, in MiB, that the image boots with: 0 to 2³¹−1. Default at creation: 0. */
  readonly minRamMb?: number | undefined;
  /** Who sees the image. Default at creation: `private`. */
  readonly visibility?: Visibility | undefined;
  /** Whether the cloud refuses to delete the image. Default at creation: `false`. */
  readonly protected?: boolean | undefined;
  /** Whether default listings leave the image out. Default at creation: `false`. */
  readonly hidden?: boolean | undefined;
  /** Free-form metadata: at most 128, names of 1 to 255 characters, values of at most 65,535 bytes. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** At most 128, of 1 to 255 characters. Order and duplicates never make a difference. */
  readonly tags?: readonly string[] | undefined;
  /** Ids of the projects that the image is shared with: at most 128. Needs the visibility `shared`. */
  readonly members?: readonly string[] | undefined;
  /** What the image is, in words. On Glance: the property `description`. */
  readonly description?: string | undefined;
  /** Default: the backend's. Another region is another image. */
  readonly region?: string | undefined;
  /** Whether to compare what the cloud says it stored with what was sent. Default: `true`. */
  readonly verifyChecksum?: boolean | undefined;
  /**
   * Whether the source is decompressed before it is stored; `true` finds out how. Of a tar archive, the one file in it
   * is stored, except where the container format is `ova` or `docker`. Default: `false`.
   */
  readonly decompress?: boolean | Codec | undefined;
  /**
   * Whether the source, or with `decompress` what is in it, is converted to `diskFormat` on its way: qcow2 to raw.
   * Default: `false`.
   */
  readonly convert?: boolean | undefined;
}

/**
 * What a user may write for an {@link ImageSpec}: a source may be a bare string, a URL or a path; and where only some
 * words are allowed, a `string`, as an object has it that was declared by itself.
 */
export type ImageSpecInput = Omit<ImageSpec, "source" | "containerFormat" | "visibility" | "decompress"> & {
  readonly source?: Source | string | undefined;
  readonly containerFormat?: ContainerFormat | (string & {}) | undefined;
  readonly visibility?: Visibility | (string & {}) | undefined;
  readonly decompress?: boolean | Codec | (string & {}) | undefined;
};

const integer = z.int().min(0, "must be 0 or more").max(LIMITS.integer, `must be at most ${LIMITS.integer}`);
const text = z.string().superRefine(addProblem(propertyValueProblem));

const shape = {
  name: z
    .string()
    .min(1, "must have at least 1 character")
    .superRefine(addProblem((name) => textProblem(name, LIMITS.nameCharacters))),
  containerFormat: z.enum(CONTAINER_FORMATS).optional(),
  diskFormat: z
    .string()
    .regex(/^[a-z0-9_-]{1,20}$/, "must be the name of a disk format, such as raw or qcow2")
    .optional(),
  source: SourceSchema.optional(),
  id: z.guid("must be a UUID").toLowerCase().optional(),
  minDiskGb: integer.optional(),
  minRamMb: integer.optional(),
  visibility: z.enum(VISIBILITIES).optional(),
  protected: z.boolean().optional(),
  hidden: z.boolean().optional(),
  properties: z
    .preprocess(refuseProto, z.record(z.string(), z.string()))
    .superRefine((properties, context) => {
      const entries = Object.entries(properties);
      const problem = tooMany(entries.length, LIMITS.properties, "properties");
      if (problem !== undefined) context.addIssue(problem);
      for (const [name, value] of entries) {
        const problem = propertyNameProblem(name) ?? propertyValueProblem(value);
        if (problem !== undefined) context.addIssue({ code: "custom", path: [name], message: problem });
      }
    })
    .optional(),
  tags: z
    .array(z.string().superRefine(addProblem(tagProblem)))
    .overwrite(sortedSet)
    .superRefine(addProblem((tags) => tooMany(tags.length, LIMITS.tags, "tags")))
    .optional(),
  members: z
    .array(
      z
        .string()
        .min(1)
        .superRefine(addProblem((member) => textProblem(member, LIMITS.tagCharacters))),
    )
    .overwrite(sortedSet)
    .superRefine(addProblem((members) => tooMany(members.length, LIMITS.members, "members")))
    .optional(),
  description: text.optional(),
  region: z.string().min(1).optional(),
  verifyChecksum: z.boolean().optional(),
  decompress: z
    .union([z.boolean(), z.enum(CODECS)], `must be true, false, or one of ${CODECS.join(", ")}`)
    .optional(),
  convert: z.boolean().optional(),
};

/** The fields of a spec, in the order of the documentation. */
export const SPEC_FIELDS: readonly string[] = Object.keys(shape);

/**
 * The schema of {@link ImageSpec}: a zod schema. `ImageSpec.parse(input)` normalises (tags and members become sorted
 * sets, an id lower case, a bare string a source) and fills in no default. Works with `z.toJSONSchema`.
 */
export const ImageSpec: z.ZodType<ImageSpec> = z.strictObject(shape, {
  error: (issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey(key, SPEC_FIELDS)).join("; ")
      : undefined,
});

/**
 * Parses what a user wrote by a schema.
 *
 * @throws SpecError `ERR_SPEC_INVALID` with every issue.
 */
export function parseSpec(input: unknown, schema: z.ZodType<ImageSpec> = ImageSpec): ImageSpec {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const subject = nameOf(input);
  throw new SpecError(
    result.error.issues.flatMap(issuesOf),
    subject === undefined ? {} : { subject: `The spec of ${subject}` },
  );
}

function nameOf(input: unknown): string | undefined {
  const name = typeof input === "object" && input !== null && "name" in input ? input.name : undefined;
  return typeof name === "string" && name.length > 0 && name.length <= 255 ? JSON.stringify(name) : undefined;
}

/** zod drops this key in silence, of specs and of what a cloud answers. */
function refuseProto(input: unknown, context: z.core.$RefinementCtx): unknown {
  if (typeof input === "object" && input !== null && Object.hasOwn(input, "__proto__"))
    context.addIssue({ code: "custom", path: ["__proto__"], message: "can't be the name of a property" });
  return input;
}

function tooMany(count: number, limit: number, what: string): string | undefined {
  return count > limit ? `has ${count} ${what}; ${limit} are allowed` : undefined;
}

function addProblem<Value>(problemOf: (value: Value) => string | undefined) {
  return (value: Value, context: z.core.$RefinementCtx<Value>): void => {
    const problem = problemOf(value);
    if (problem !== undefined) context.addIssue(problem);
  };
}

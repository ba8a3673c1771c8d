import { z } from "zod";

const text = z.string().nullish();
const count = z.union([z.number(), z.string()]).nullish();
const flag = z.union([z.boolean(), z.string()]).nullish();

/** An image as IMS writes it: but for id and status, anything may be `null` or missing, and nearly all is a text. */
export const WireImage: z.ZodType<WireImage> = z.looseObject({
  id: z.string(),
  status: z.string(),
  name: text,
  container_format: text,
  disk_format: text,
  min_disk: count,
  min_ram: count,
  visibility: text,
  protected: flag,
  tags: z.array(z.string()).nullish(),
  owner: text,
  file: text,
  schema: text,
  created_at: text,
  updated_at: text,
  __description: text,
  __image_size: count,
  __imagetype: text,
});

type Text = string | null | undefined;
type Count = number | string | null | undefined;

/** An image as IMS writes it. */
export interface WireImage {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly status: string;
  readonly name?: Text;
  readonly container_format?: Text;
  readonly disk_format?: Text;
  readonly min_disk?: Count;
  readonly min_ram?: Count;
  readonly visibility?: Text;
  readonly protected?: boolean | string | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly owner?: Text;
  readonly file?: Text;
  readonly schema?: Text;
  readonly created_at?: Text;
  readonly updated_at?: Text;
  readonly __description?: Text;
  readonly __image_size?: Count;
  readonly __imagetype?: Text;
}

/** A page of images: the last is empty. */
export const WirePage: z.ZodType<{ readonly images: readonly WireImage[] }> = z.object({
  images: z.array(WireImage),
});

/** What an action answers. */
export const WireStarted: z.ZodType<{ readonly job_id: string }> = z.object({
  job_id: z.string().trim().min(1),
});

/** What a job has made, or is about to. */
export interface WireEntities {
  readonly image_id?: Text;
  readonly results?:
    | readonly { readonly image_id?: Text; readonly project_id?: Text; readonly status?: Text }[]
    | null
    | undefined;
  readonly sub_jobs_result?: readonly WireJob[] | null | undefined;
}

/** A job. */
export interface WireJob {
  /** `INIT`, `RUNNING`, `SUCCESS` or `FAIL`. */
  readonly status: string;
  readonly error_code?: Text;
  readonly fail_reason?: Text;
  readonly entities?: WireEntities | null | undefined;
}

/** A job. */
export const WireJob: z.ZodType<WireJob> = z.object({
  status: z.string(),
  error_code: text,
  fail_reason: text,
  entities: z
    .object({
      image_id: z.string().trim().nullish(),
      results: z.array(z.object({ image_id: text, project_id: text, status: text })).nullish(),
      get sub_jobs_result() {
        return z.array(WireJob).nullish();
      },
    })
    .nullish(),
});

/** A project that an image is shared with. */
export interface WireMember {
  readonly member_id: string;
  readonly status?: Text;
  readonly created_at?: Text;
  readonly updated_at?: Text;
}

/** The members of an image. */
export const WireMembers: z.ZodType<{ readonly members: readonly WireMember[] }> = z.object({
  members: z.array(z.object({ member_id: z.string(), status: text, created_at: text, updated_at: text })),
});

/** What belongs to an enterprise project. */
export const WireResources: z.ZodType<{ readonly resources: readonly { readonly resource_id: string }[] }> =
  z.object({ resources: z.array(z.object({ resource_id: z.string() })) });

/** The id of an image's enterprise project; the older name is in some answers still. */
export function enterpriseProjectOf(image: WireImage): string | undefined {
  const id = image["enterprise_project_id"] ?? image["_sys_enterprise_project_id"];
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** `arm` or `x86`, which older answers only tell by what they don't say. */
export function architectureOf({ architecture, __support_arm: isArm }: WireImage): string {
  if (typeof architecture === "string" && architecture !== "") return architecture;
  return String(isArm).toLowerCase() === "true" ? "arm" : "x86";
}

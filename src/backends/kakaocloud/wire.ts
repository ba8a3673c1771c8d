import { z } from "zod";

const text = z.string().nullish();
const count = z.number().nullish();
const flag = z.boolean().nullish();

/** An image as KakaoCloud writes it: but for the id, anything may be `null` or missing. */
export const WireImage: z.ZodType<WireImage> = z.looseObject({
  id: z.string(),
  name: text,
  status: text,
  description: text,
  owner: text,
  project_id: text,
  visibility: text,
  is_shared: flag,
  image_member_status: text,
  instance_type: text,
  container_format: text,
  disk_format: text,
  min_disk: count,
  min_ram: count,
  size: count,
  virtual_size: count,
  os_info: z
    .object({ type: text, distro: text, architecture: text, admin_user: text, is_hidden: flag })
    .nullish(),
  created_at: text,
  updated_at: text,
});

type Text = string | null | undefined;
type Count = number | null | undefined;
type Flag = boolean | null | undefined;

/** An image as KakaoCloud writes it. */
export interface WireImage {
  readonly id: string;
  readonly name?: Text;
  readonly status?: Text;
  readonly description?: Text;
  readonly owner?: Text;
  readonly project_id?: Text;
  readonly visibility?: Text;
  readonly is_shared?: Flag;
  readonly image_member_status?: Text;
  readonly instance_type?: Text;
  readonly container_format?: Text;
  readonly disk_format?: Text;
  readonly min_disk?: Count;
  readonly min_ram?: Count;
  readonly size?: Count;
  readonly virtual_size?: Count;
  readonly os_info?: WireOsInfo | null | undefined;
  readonly created_at?: Text;
  readonly updated_at?: Text;
}

/** The operating system in an image. */
export interface WireOsInfo {
  readonly type?: Text;
  readonly distro?: Text;
  readonly architecture?: Text;
  readonly admin_user?: Text;
  readonly is_hidden?: Flag;
}

/** One image. */
export const WireOne: z.ZodType<{ readonly image: WireImage }> = z.object({ image: WireImage });

const pagination = z.object({ total: count }).nullish();

/** What a listing says of all its pages. */
interface Pagination {
  readonly pagination?: { readonly total?: Count } | null | undefined;
}

/** A page of images. */
export const WireImages: z.ZodType<Pagination & { readonly images: readonly WireImage[] }> = z.object({
  images: z.array(WireImage),
  pagination,
});

/** A project that an image is shared with, or was: `id` is the project's. */
export interface WireMember {
  readonly id: string;
  readonly status?: Text;
  readonly is_shared?: Flag;
  readonly created_at?: Text;
  readonly updated_at?: Text;
}

/** A page of members. */
export const WireMembers: z.ZodType<Pagination & { readonly members: readonly WireMember[] }> = z.object({
  members: z.array(
    z.object({ id: z.string(), status: text, is_shared: flag, created_at: text, updated_at: text }),
  ),
  pagination,
});

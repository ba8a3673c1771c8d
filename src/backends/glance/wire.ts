import { z } from "zod";

const text = z.string().nullish();
const count = z.number().nullish();

/** An image as Glance writes it: what is relied on, and whatever comes beside it. */
export const WireImage: z.ZodType<WireImage> = z.looseObject({
  id: z.string(),
  status: z.string(),
  name: text,
  container_format: text,
  disk_format: text,
  min_disk: count,
  min_ram: count,
  visibility: text,
  protected: z.boolean().nullish(),
  os_hidden: z.boolean().nullish(),
  tags: z.array(z.string()).nullish(),
  checksum: text,
  os_hash_algo: text,
  os_hash_value: text,
  size: count,
  virtual_size: count,
  owner: text,
  file: text,
  schema: text,
  created_at: text,
  updated_at: text,
  stores: text,
});

/** An image as Glance writes it. */
export interface WireImage {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly status: string;
  readonly name?: string | null | undefined;
  readonly container_format?: string | null | undefined;
  readonly disk_format?: string | null | undefined;
  readonly min_disk?: number | null | undefined;
  readonly min_ram?: number | null | undefined;
  readonly visibility?: string | null | undefined;
  readonly protected?: boolean | null | undefined;
  readonly os_hidden?: boolean | null | undefined;
  readonly tags?: readonly string[] | null | undefined;
  readonly checksum?: string | null | undefined;
  readonly os_hash_algo?: string | null | undefined;
  readonly os_hash_value?: string | null | undefined;
  readonly size?: number | null | undefined;
  readonly virtual_size?: number | null | undefined;
  readonly owner?: string | null | undefined;
  readonly file?: string | null | undefined;
  readonly schema?: string | null | undefined;
  readonly created_at?: string | null | undefined;
  readonly updated_at?: string | null | undefined;
  readonly stores?: string | null | undefined;
}

/** A page of images. `next` says that there are more; it is never followed, for it drops repeated keys. */
export const WirePage: z.ZodType<WirePage> = z.object({ images: z.array(WireImage), next: text });

/** A page of images. */
export interface WirePage {
  readonly images: readonly WireImage[];
  readonly next?: string | null | undefined;
}

/** The members of an image. */
export const WireMembers: z.ZodType<WireMembers> = z.object({
  members: z.array(z.object({ member_id: z.string(), status: text, created_at: text, updated_at: text })),
});

/** The members of an image. */
export interface WireMembers {
  readonly members: readonly WireMember[];
}

/** A member of an image. */
export interface WireMember {
  readonly member_id: string;
  readonly status?: string | null | undefined;
  readonly created_at?: string | null | undefined;
  readonly updated_at?: string | null | undefined;
}

/** What `GET /v2/info/import` answers. */
export const WireImportInfo: z.ZodType<WireImportInfo> = z.object({
  "import-methods": z.object({ value: z.array(z.string()) }),
});

/** What `GET /v2/info/import` answers. */
export interface WireImportInfo {
  readonly "import-methods": { readonly value: readonly string[] };
}

/** What `GET /v2/info/stores` answers. */
export const WireStores: z.ZodType<WireStores> = z.object({
  stores: z.array(z.object({ id: z.string(), "read-only": z.union([z.string(), z.boolean()]).nullish() })),
});

/** What `GET /v2/info/stores` answers. */
export interface WireStores {
  readonly stores: readonly {
    readonly id: string;
    readonly "read-only"?: string | boolean | null | undefined;
  }[];
}

/** What `GET /v2/images/{id}/tasks` answers. */
export const WireTasks: z.ZodType<WireTasks> = z.object({
  tasks: z.array(z.object({ type: text, status: z.string(), message: text, created_at: text })),
});

/** What `GET /v2/images/{id}/tasks` answers. */
export interface WireTasks {
  readonly tasks: readonly WireTask[];
}

/** A task of the cloud's own. */
export interface WireTask {
  readonly type?: string | null | undefined;
  /** `pending`, `processing`, `success` or `failure`. */
  readonly status: string;
  /** How far it is, such as `Copied 15 MiB`, or why it failed. */
  readonly message?: string | null | undefined;
  readonly created_at?: string | null | undefined;
}

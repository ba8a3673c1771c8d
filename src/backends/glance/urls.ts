import { type ImageQuery, type SortKey, splitSort } from "../../model/index.ts";

/** The URLs of one image service (Image API v2). */
export interface GlanceUrls {
  readonly images: string;
  image(id: string): string;
  file(id: string): string;
  members(id: string): string;
  member(id: string, project: string): string;
  stage(id: string): string;
  import(id: string): string;
  tasks(id: string): string;
  /** What the cloud tells of its import methods, or its stores. */
  info(subject: "import" | "stores"): string;
}

/** The URLs below an endpoint, which may or may not end in a version. */
export function glanceUrls(endpoint: string): GlanceUrls {
  const base = endpoint.replace(/\/+$/, "").replace(/\/v\d+(\.\d+)?$/, "");
  const images = `${base}/v2/images`;
  const image = (id: string) => `${images}/${encodeURIComponent(id)}`;
  return {
    images,
    image,
    file: (id) => `${image(id)}/file`,
    members: (id) => `${image(id)}/members`,
    member: (id, project) => `${image(id)}/members/${encodeURIComponent(project)}`,
    stage: (id) => `${image(id)}/stage`,
    import: (id) => `${image(id)}/import`,
    tasks: (id) => `${image(id)}/tasks`,
    info: (subject) => `${base}/v2/info/${subject}`,
  };
}

/** What Glance can sort by. */
const SORT_KEYS: Readonly<Record<SortKey, string>> = {
  name: "name",
  status: "status",
  containerFormat: "container_format",
  diskFormat: "disk_format",
  sizeBytes: "size",
  id: "id",
  createdAt: "created_at",
  updatedAt: "updated_at",
};

/** Keys of the query that mean something else than a property of this name. */
const RESERVED_KEYS: readonly string[] = [
  "limit",
  "marker",
  "sort",
  "sort_key",
  "sort_dir",
  "member_status",
  "size_max",
  "size_min",
  "tag",
  "os_hidden",
];

/** Where a page of images is. */
export interface PageQuery {
  readonly hidden: boolean;
  readonly limit: number;
  /** The id of the last image of the page before. */
  readonly marker?: string | undefined;
}

/** The query of a page of images. */
export function listParameters(query: ImageQuery, { hidden, limit, marker }: PageQuery): URLSearchParams {
  const parameters = new URLSearchParams();
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) parameters.append(name, value);
  };
  // A bare name with a colon is taken for an operator: 400 "unknown operator".
  add("name", query.name === undefined ? undefined : `eq:${query.name}`);
  add("id", query.id?.toLowerCase());
  add("owner", query.owner);
  add("visibility", query.visibility);
  add("status", query.status);
  for (const tag of query.tags ?? []) add("tag", tag);
  for (const [name, value] of Object.entries(query.properties ?? {})) {
    if (!RESERVED_KEYS.includes(name)) add(name, value);
  }
  add("os_hidden", String(hidden));
  if (query.sort !== undefined) {
    const [key, direction] = splitSort(query.sort);
    add("sort", `${SORT_KEYS[key]}:${direction}`);
  }
  add("limit", String(limit));
  add("marker", marker);
  return parameters;
}

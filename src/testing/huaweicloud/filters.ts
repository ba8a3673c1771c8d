import type { StoredImage } from "./records.ts";
import { malformed } from "./refusals.ts";
import type { Call } from "./state.ts";
import { halves } from "./tags.ts";
import { imageView } from "./view.ts";

/** Whether an image answers to a filter of a listing. */
export type Filter = (image: StoredImage) => boolean;

const NO_FILTERS: readonly string[] = [
  "limit",
  "marker",
  "sort_key",
  "sort_dir",
  "member_status",
  "flavor_id",
];
const NUMBERS: readonly string[] = ["min_ram", "min_disk"];

export function filtersOf(call: Call, query: URLSearchParams): readonly Filter[] {
  const names = [...new Set(query.keys())].filter((name) => !NO_FILTERS.includes(name));
  return [...names.map((name) => filterOf(call, name, query)), sharedFilter(call, query)];
}

function filterOf(call: Call, name: string, query: URLSearchParams): Filter {
  const value = query.get(name) ?? "";
  const field = (image: StoredImage) => imageView(image, call.projectId)[name];
  if (name === "tag") return (image) => query.getAll("tag").every((tag) => hasTag(image, tag));
  if (name === "created_at" || name === "updated_at") return momentFilter(name, value);
  if (name === "enterprise_project_id" && value === "all_granted_eps") return () => true;
  if (name === "architecture") return ({ architecture }) => architecture === value;
  if (name === "protected") {
    if (value !== "true" && value !== "false") throw malformed("protected has to be true or false.");
    return (image) => String(image.protected) === value;
  }
  if (NUMBERS.includes(name)) {
    if (!/^\d+$/.test(value)) throw malformed(`${name} has to be a whole number.`);
    return (image) => field(image) === Number(value);
  }
  if (name === "__whole_image") return ({ isWhole }) => String(isWhole) === value;
  return (image) => field(image) === value;
}

function hasTag({ tags }: StoredImage, tag: string): boolean {
  const [key, value] = halves(tag, "=");
  return tags.has(key) && (!tag.includes("=") || tags.get(key) === value);
}

/** Images of others, once they were accepted, unless they are asked for. */
function sharedFilter({ projectId }: Call, query: URLSearchParams): Filter {
  const isAskedFor = query.get("visibility") === "shared" || query.get("__imagetype") === "shared";
  const status = (isAskedFor ? query.get("member_status") : null) ?? "accepted";
  return ({ owner, members }) =>
    owner === undefined ||
    owner === projectId ||
    status === "all" ||
    members.get(projectId)?.status === status;
}

const OPERATORS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  gt: (value, limit) => value > limit,
  gte: (value, limit) => value >= limit,
  lt: (value, limit) => value < limit,
  lte: (value, limit) => value <= limit,
  eq: (value, limit) => value === limit,
  neq: (value, limit) => value !== limit,
};

function momentFilter(name: "created_at" | "updated_at", text: string): Filter {
  const [, operator = "eq", moment = ""] =
    /^(?:([a-z]+):)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(text) ?? [];
  const compare = OPERATORS[operator];
  const limit = Date.parse(moment);
  if (compare === undefined || Number.isNaN(limit))
    throw malformed(`${name} has to be such as gt:2018-10-10T10:00:00Z.`);
  return ({ createdAtMs, updatedAtMs }) => {
    const ms = name === "created_at" ? createdAtMs : updatedAtMs;
    return compare(Math.floor(ms / 1000) * 1000, limit);
  };
}

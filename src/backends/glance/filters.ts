import { type ImageQuery, type SortKey, splitSort, valuesOf } from "../../model/index.ts";

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

/** How much of a list goes into one URL, encoded: servers take 8,192 characters of it, or less. */
const LIST_CHARACTERS = 3_000;

/** Where a page of images is. */
export interface PageQuery {
  readonly hidden: boolean;
  readonly limit: number;
  /** The id of the last image of the page before. */
  readonly marker?: string | undefined;
}

/**
 * The queries of the listings that have, between them, every image that a query asks for: one, unless it asks for
 * a list of names, ids or statuses that Glance can't be told at once.
 */
export function listings(query: ImageQuery): readonly URLSearchParams[] {
  // A bare name with a colon is taken for an operator: 400 "unknown operator".
  const names = filterValues(valuesOf(query.name), "eq:");
  const ids = filterValues(valuesOf(query.id)?.map((id) => id.toLowerCase()));
  const statuses = filterValues(valuesOf(query.status));
  return names.flatMap((name) =>
    ids.flatMap((id) => statuses.map((status) => parametersOf(query, { name, id, status }))),
  );
}

/** The query of one page of a listing. */
export function pageParameters(
  listing: URLSearchParams,
  { hidden, limit, marker }: PageQuery,
): URLSearchParams {
  const parameters = new URLSearchParams(listing);
  // A Glance before Rocky would look for a property of this name; images that aren't hidden are the default of all.
  if (hidden) parameters.append("os_hidden", "true");
  parameters.append("limit", String(limit));
  if (marker !== undefined) parameters.append("marker", marker);
  return parameters;
}

function parametersOf(
  query: ImageQuery,
  { name, id, status }: Readonly<Record<"name" | "id" | "status", string | undefined>>,
): URLSearchParams {
  const parameters = new URLSearchParams();
  const add = (key: string, value: string | undefined) => {
    if (value !== undefined) parameters.append(key, value);
  };
  add("name", name);
  add("id", id);
  add("owner", query.owner);
  add("member_status", query.memberStatus);
  add("visibility", query.visibility ?? (query.memberStatus === undefined ? undefined : "shared"));
  add("status", status);
  for (const tag of query.tags ?? []) add("tag", tag);
  for (const [key, value] of Object.entries(query.properties ?? {})) {
    if (!RESERVED_KEYS.includes(key)) add(key, value);
  }
  if (query.sort !== undefined) {
    const [key, direction] = splitSort(query.sort);
    add("sort", `${SORT_KEYS[key]}:${direction}`);
  }
  return parameters;
}

/** What to filter by, one listing each; `undefined` stands for a listing without this filter. */
function filterValues(
  values: readonly string[] | undefined,
  operator: "eq:" | "" = "",
): readonly (string | undefined)[] {
  if (values === undefined) return [undefined];
  const distinct = [...new Set(values)];
  const listable = distinct.length > 1 ? distinct.filter(isListable) : [];
  const others = distinct.filter((value) => !listable.includes(value));
  return [...listsOf(listable), ...others.map((value) => operator + value)];
}

/** Glance knows no way to write a double quote inside a list, and takes a backslash for the sign of one. */
function isListable(value: string): boolean {
  return value !== "" && !/["\\]/.test(value);
}

function listsOf(values: readonly string[]): string[] {
  const lists: string[] = [];
  let list: string[] = [];
  let characters = 0;
  for (const value of values) {
    const size = new URLSearchParams([["", `"${value}",`]]).toString().length;
    if (list.length > 0 && characters + size > LIST_CHARACTERS) {
      lists.push(`in:${list.join(",")}`);
      list = [];
      characters = 0;
    }
    list.push(`"${value}"`);
    characters += size;
  }
  return list.length === 0 ? lists : [...lists, `in:${list.join(",")}`];
}

import type { Visibility } from "./formats.ts";
import type { Image, ImageStatus } from "./image.ts";
import { compareStrings } from "./order.ts";

/** Which images to list or to find: every given key must hold. */
export interface ImageQuery {
  readonly id?: string | undefined;
  /** The whole name. */
  readonly name?: string | undefined;
  /** A regular expression that matches somewhere in the name. */
  readonly namePattern?: RegExp | string | undefined;
  /** Tags that the image has, all of them. */
  readonly tags?: readonly string[] | undefined;
  /** Properties that the image has, with these values. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** The id of the project that owns it. */
  readonly owner?: string | undefined;
  readonly visibility?: Visibility | undefined;
  readonly status?: ImageStatus | undefined;
  /** Absent: hidden images and others. */
  readonly hidden?: boolean | undefined;
  /** Default: the newest first. */
  readonly sort?: Sort | undefined;
  /** Only the newest of those that match. */
  readonly newest?: boolean | undefined;
}

/** What images can be sorted by. */
export type SortKey =
  | "name"
  | "status"
  | "containerFormat"
  | "diskFormat"
  | "sizeBytes"
  | "id"
  | "createdAt"
  | "updatedAt";

/** An order: a key, and optionally `:asc` (default) or `:desc`. */
export type Sort = SortKey | `${SortKey}:${"asc" | "desc"}`;

/** Whether an image answers to a query. */
export function matchesQuery(image: Image, query: ImageQuery): boolean {
  const { namePattern } = query;
  return (
    equals(query.id?.toLowerCase(), image.id) &&
    equals(query.name, image.name) &&
    equals(query.owner, image.owner) &&
    equals(query.visibility, image.visibility) &&
    equals(query.status, image.status) &&
    equals(query.hidden, image.hidden ?? false) &&
    (namePattern === undefined || new RegExp(namePattern).test(image.name)) &&
    (query.tags ?? []).every((tag) => image.tags.includes(tag)) &&
    Object.entries(query.properties ?? {}).every(([name, value]) => propertyOf(image, name) === value)
  );
}

/** Orders images by a query's `sort`, the newest first where it has none; the id breaks a tie. */
export function compareImages({ sort = "createdAt:desc" }: ImageQuery): (a: Image, b: Image) => number {
  const [key, direction] = splitSort(sort);
  const sign = direction === "desc" ? -1 : 1;
  return (a, b) => sign * (compareValues(a[key], b[key]) || compareStrings(a.id, b.id));
}

/** The key and the direction of a sort. */
export function splitSort(sort: Sort): [key: SortKey, direction: "asc" | "desc"] {
  return sort.endsWith(":desc")
    ? [sort.slice(0, -5) as SortKey, "desc"]
    : [sort.replace(/:asc$/, "") as SortKey, "asc"];
}

function propertyOf(image: Image, name: string): string | undefined {
  if (Object.hasOwn(image.properties, name)) return image.properties[name];
  const server = image.serverProperties ?? {};
  return Object.hasOwn(server, name) ? server[name] : undefined;
}

function equals<Value>(wanted: Value | undefined, actual: Value | undefined): boolean {
  return wanted === undefined || wanted === actual;
}

function compareValues(a: string | number | undefined, b: string | number | undefined): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compareStrings(String(a ?? ""), String(b ?? ""));
}

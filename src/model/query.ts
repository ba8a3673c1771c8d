import { z } from "zod";
import { SpecError } from "./errors/index.ts";
import { VISIBILITIES, type Visibility } from "./formats.ts";
import type { Image, ImageStatus } from "./image.ts";
import { issuesOf } from "./issues.ts";
import { MEMBER_STATUSES, type MemberStatus } from "./member.ts";
import { unknownKey } from "./names.ts";
import { compareStrings } from "./order.ts";

/** Which images to list or to find: every given key must hold. */
export interface ImageQuery {
  /** One of several, where there is a list. */
  readonly id?: string | readonly string[] | undefined;
  /** The whole name; one of several, where there is a list. */
  readonly name?: string | readonly string[] | undefined;
  /** A regular expression that matches somewhere in the name. */
  readonly namePattern?: RegExp | string | undefined;
  /** Tags that the image has, all of them. */
  readonly tags?: readonly string[] | undefined;
  /** Properties that the image has, with these values. */
  readonly properties?: Readonly<Record<string, string>> | undefined;
  /** The id of the project that owns it. */
  readonly owner?: string | undefined;
  readonly visibility?: Visibility | undefined;
  /** One of several, where there is a list. */
  readonly status?: ImageStatus | readonly ImageStatus[] | undefined;
  /**
   * Only images that other projects share with this one, by what this project has answered; `all` for any answer.
   * Absent: of these, the cloud lists those that were accepted. An administrator is shown all of them by Glance,
   * whatever was answered.
   */
  readonly memberStatus?: MemberStatus | "all" | undefined;
  /** Absent: hidden images and others. */
  readonly hidden?: boolean | undefined;
  /** Default: the newest first. */
  readonly sort?: Sort | undefined;
  /** Only the newest of those that match. */
  readonly newest?: boolean | undefined;
}

/** What images can be sorted by. */
const SORT_KEYS = [
  "name",
  "status",
  "containerFormat",
  "diskFormat",
  "sizeBytes",
  "id",
  "createdAt",
  "updatedAt",
] as const;

/** What images can be sorted by. */
export type SortKey = (typeof SORT_KEYS)[number];

/** An order: a key, and optionally `:asc` (default) or `:desc`. */
export type Sort = SortKey | `${SortKey}:${"asc" | "desc"}`;

const text = z.string();
const oneOrMore = z.union([text, z.array(text)], "must be a string or a list of strings").optional();
const shape = {
  id: oneOrMore,
  name: oneOrMore,
  namePattern: z
    .union(
      [z.instanceof(RegExp), text.refine(isPattern, "must be a regular expression")],
      "must be a RegExp or a string",
    )
    .optional(),
  tags: z.array(text).optional(),
  properties: z.record(text, text).optional(),
  owner: text.optional(),
  visibility: z.enum(VISIBILITIES).optional(),
  status: oneOrMore,
  memberStatus: z.enum([...MEMBER_STATUSES, "all"]).optional(),
  hidden: z.boolean().optional(),
  sort: z
    .string()
    .refine(isSort, `must be one of ${SORT_KEYS.join(", ")}, with :asc or :desc behind it`)
    .optional(),
  newest: z.boolean().optional(),
};

const QuerySchema = z.strictObject(shape, {
  error: (issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey(key, Object.keys(shape))).join("; ")
      : undefined,
});

/**
 * Checks a query: a key that isn't known would silently list everything.
 *
 * @throws SpecError `ERR_SPEC_INVALID` with every issue.
 */
export function checkQuery(query: ImageQuery): void {
  const result = QuerySchema.safeParse(query);
  if (!result.success) throw new SpecError(result.error.issues.flatMap(issuesOf), { subject: "The query" });
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

function isSort(sort: string): boolean {
  return SORT_KEYS.some((key) => key === sort.replace(/:(asc|desc)$/, ""));
}

/** Whether an image answers to a query. */
export function matchesQuery(image: Image, query: ImageQuery): boolean {
  const { namePattern } = query;
  return (
    isOneOf(
      valuesOf(query.id)?.map((id) => id.toLowerCase()),
      image.id,
    ) &&
    isOneOf(valuesOf(query.name), image.name) &&
    equals(query.owner, image.owner) &&
    equals(query.visibility, image.visibility) &&
    isOneOf(valuesOf(query.status), image.status) &&
    (query.memberStatus === undefined || image.visibility === "shared") &&
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

/** The values of a key that takes one or several. */
export function valuesOf<Value extends string>(
  values: Value | readonly Value[] | undefined,
): readonly Value[] | undefined {
  return typeof values === "string" ? [values] : values;
}

function isOneOf(wanted: readonly string[] | undefined, actual: string): boolean {
  return wanted === undefined || wanted.includes(actual);
}

function equals<Value>(wanted: Value | undefined, actual: Value | undefined): boolean {
  return wanted === undefined || wanted === actual;
}

function compareValues(a: string | number | undefined, b: string | number | undefined): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return compareStrings(String(a ?? ""), String(b ?? ""));
}

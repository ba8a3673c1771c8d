import { type FakeRequest, type FakeResponse, json, Refusal } from "../fake/wire.ts";
import { isVisible } from "./access.ts";
import { type Filter, filterOf } from "./filters.ts";
import type { Call, StoredImage } from "./state.ts";
import { imageView, time } from "./view.ts";

const SORT_KEYS: readonly string[] = [
  "name",
  "status",
  "container_format",
  "disk_format",
  "size",
  "id",
  "created_at",
  "updated_at",
];
/** Glance's own default. */
const PAGE_SIZE = 25;

/** `GET /v2/images`. */
export function listImages(call: Call, { url: { searchParams } }: FakeRequest): FakeResponse {
  const { settings, images } = call.cloud;
  const limit = Math.min(limitOf(searchParams.get("limit")), settings.maxPageSize);
  const order = orderOf(searchParams);
  const filters = filtersOf(call, searchParams);
  const all = [...images.values()]
    .filter((image) => image.status !== "deleted" && filters.every((filter) => filter(image)))
    .sort(order);
  const marker = searchParams.get("marker");
  const last = marker === null ? undefined : images.get(marker);
  if (marker !== null && (last === undefined || last.status === "deleted"))
    throw new Refusal(400, `No image found with ID ${marker}`);
  if (last !== undefined && !isVisible(call, last))
    throw new Refusal(403, "Forbidding request, image not visible");
  const page = all.filter((image) => last === undefined || order(image, last) > 0).slice(0, limit);
  // Of a repeated key the last value is kept: Glance's own addresses drop the others.
  const repeated = new URLSearchParams([...new Map(searchParams)]);
  repeated.delete("marker");
  const first = repeated.size === 0 ? "/v2/images" : `/v2/images?${repeated}`;
  const end = page.at(-1);
  if (end !== undefined && page.length === limit) repeated.set("marker", end.id);
  return json(200, {
    images: page.map((image) => imageView(image, call)),
    first,
    schema: "/v2/schemas/images",
    ...(repeated.has("marker") ? { next: `/v2/images?${repeated}` } : {}),
  });
}

function limitOf(text: string | null): number {
  if (text === null) return PAGE_SIZE;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new Refusal(400, "limit param must be an integer");
  if (Number(text) < 0) throw new Refusal(400, "limit param must be positive");
  return Number(text);
}

const NO_FILTERS: readonly string[] = [
  "limit",
  "marker",
  "sort",
  "sort_key",
  "sort_dir",
  "member_status",
  "tag",
  "os_hidden",
  "visibility",
  "protected",
];

function filtersOf(call: Call, query: URLSearchParams): readonly Filter[] {
  const visibility = query.get("visibility") || undefined;
  if (visibility !== undefined && !["community", "public", "private", "shared", "all"].includes(visibility))
    throw new Refusal(400, `Invalid visibility value: ${visibility}`);
  if (query.get("changes-since"))
    throw new Refusal(400, 'The "changes-since" filter is no longer available on v2.');
  const memberStatus = query.get("member_status") ?? "accepted";
  if (!["pending", "accepted", "rejected", "all"].includes(memberStatus))
    throw new Refusal(400, `Invalid status: ${memberStatus}`);
  const hidden = flag("os_hidden", (query.get("os_hidden") ?? "false").toLowerCase());
  const isProtected = query.has("protected") ? flag("protected", query.get("protected") ?? "") : undefined;
  const tags = query.getAll("tag").map((tag) => tag.trim());
  const others = [...new Map(query)].filter(([name]) => !NO_FILTERS.includes(name));
  return [
    (image) => isListed(call, image, memberStatus),
    (image) => image.os_hidden === hidden,
    (image) => isProtected === undefined || image.protected === isProtected,
    (image) => tags.every((tag) => image.tags.includes(tag)),
    (image) => isOfVisibility(call, image, visibility),
    ...others.map(([name, value]) => filterOf(name, value)),
  ];
}

function flag(name: string, text: string): boolean {
  if (text !== "true" && text !== "false")
    throw new Refusal(
      400,
      `Invalid value '${text}' for '${name}' filter. Valid values are 'true' or 'false'.`,
    );
  return text === "true";
}

function isListed(call: Call, image: StoredImage, memberStatus: string): boolean {
  const { cloud, user } = call;
  if (user.role === "admin" || image.owner === user.projectId) return true;
  if (image.visibility === "public" || image.visibility === "community") return true;
  const member = cloud.members.get(image.id)?.get(user.projectId);
  return (
    image.visibility === "shared" &&
    member !== undefined &&
    (memberStatus === "all" || member.status === memberStatus)
  );
}

/** Without one, community images of others are left out. */
function isOfVisibility({ user }: Call, image: StoredImage, visibility: string | undefined): boolean {
  if (visibility === "all") return true;
  if (visibility !== undefined) return image.visibility === visibility;
  return image.visibility !== "community" || image.owner === user.projectId;
}

type Order = (one: StoredImage, other: StoredImage) => number;

function orderOf(query: URLSearchParams): Order {
  const sort = query.get("sort");
  const keys =
    sort === null ? query.getAll("sort_key") : sort.split(",").map((part) => part.split(":")[0] ?? "");
  const directions =
    sort === null ? query.getAll("sort_dir") : sort.split(",").map((part) => part.split(":")[1] || "desc");
  if (sort !== null && (query.has("sort_key") || query.has("sort_dir")))
    throw new Refusal(400, "Old and new sorting syntax cannot be combined");
  const unknown = keys.map((key) => key.trim()).find((key) => !SORT_KEYS.includes(key));
  if (unknown !== undefined) throw new Refusal(400, `Invalid sort key: ${unknown}`);
  if (directions.some((direction) => !["asc", "desc"].includes(direction.trim())))
    throw new Refusal(400, "Invalid sort direction");
  if (directions.length > 1 && directions.length !== keys.length)
    throw new Refusal(400, "Number of sort dirs does not match the number of sort keys");
  const [main = "desc"] = directions;
  const terms = (keys.length === 0 ? ["created_at"] : keys).map(
    (key, index) => [key.trim(), (directions[index] ?? main).trim()] as const,
  );
  // Ties end at the time of creation, then at the id, in the direction of the first key.
  const complete = [...terms, ["created_at", terms[0]?.[1] ?? main], ["id", terms[0]?.[1] ?? main]] as const;
  return (one, other) => {
    for (const [key, direction] of complete) {
      const difference = compare(sortValue(one, key), sortValue(other, key));
      if (difference !== 0) return direction === "asc" ? difference : -difference;
    }
    return 0;
  };
}

function sortValue(image: StoredImage, key: string): string | number {
  if (key === "created_at") return `${time(image.createdAtMs)}`;
  if (key === "updated_at") return `${time(image.updatedAtMs)}`;
  const value: unknown = Reflect.get(image, key);
  return typeof value === "number" || typeof value === "string" ? value : "";
}

function compare(one: string | number, other: string | number): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

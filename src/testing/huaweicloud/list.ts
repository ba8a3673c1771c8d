import { type FakeRequest, type FakeResponse, json } from "../fake/wire.ts";
import { type Filter, filtersOf } from "./filters.ts";
import { countReads, isVisible } from "./images.ts";
import type { StoredImage } from "./records.ts";
import { ImsRefusal, malformed } from "./refusals.ts";
import type { Call } from "./state.ts";
import { imageView, time } from "./view.ts";

interface Page {
  readonly images: readonly StoredImage[];
  readonly limit: number;
  /** Whether there are more. */
  readonly goesOn: boolean;
}

/** `GET /v2/cloudimages`: pages end with one that is empty. */
export function listCloudImages(call: Call, { url: { searchParams } }: FakeRequest): FakeResponse {
  const { images } = pageOf(call, searchParams, 500);
  return json(200, { images: viewsOf(call, images) });
}

/** `GET /v2/images`: the last page has no `next`. */
export function listImages(call: Call, { url: { searchParams } }: FakeRequest): FakeResponse {
  const { images, goesOn } = pageOf(call, searchParams, 25);
  const query = new URLSearchParams(searchParams);
  query.delete("marker");
  const first = query.size === 0 ? "/v2/images" : `/v2/images?${query}`;
  const last = images.at(-1);
  if (goesOn && last !== undefined) query.set("marker", last.id);
  return json(200, {
    images: viewsOf(call, images),
    schema: "/v2/schemas/images",
    first,
    ...(goesOn ? { next: `/v2/images?${query}` } : {}),
  });
}

function viewsOf(call: Call, images: readonly StoredImage[]): readonly unknown[] {
  const views = images.map((image) => imageView(image, call.projectId));
  countReads(call.cloud, images);
  return views;
}

function pageOf(call: Call, query: URLSearchParams, defaultLimit: number): Page {
  const { cloud } = call;
  const limit = Math.min(limitOf(query.get("limit"), defaultLimit), cloud.settings.maxPageSize);
  const filters: readonly Filter[] = filtersOf(call, query);
  const order = orderOf(query);
  const found = [...cloud.images.values()]
    .filter((image) => isVisible(call, image) && filters.every((filter) => filter(image)))
    .sort(order);
  const rest = afterMarker(call, query.get("marker"), found, order);
  return { images: rest.slice(0, limit), limit, goesOn: rest.length > limit };
}

function afterMarker(
  { cloud, region }: Call,
  marker: string | null,
  found: readonly StoredImage[],
  order: Order,
): readonly StoredImage[] {
  if (marker === null) return found;
  const last = cloud.images.get(marker);
  if (last === undefined || last.region !== region)
    throw new ImsRefusal("IMG.0027", `The image ${marker} of the marker does not exist.`);
  return found.filter((image) => order(image, last) > 0);
}

function limitOf(text: string | null, defaultLimit: number): number {
  if (text === null) return defaultLimit;
  if (!/^\d+$/.test(text)) throw malformed("limit has to be a whole number.");
  return Number(text);
}

type Order = (one: StoredImage, other: StoredImage) => number;

const SORT_VALUES: Readonly<Record<string, (image: StoredImage) => string | number>> = {
  created_at: ({ createdAtMs }) => time(createdAtMs),
  updated_at: ({ updatedAtMs }) => time(updatedAtMs),
  name: ({ name }) => name,
  container_format: () => "bare",
  disk_format: ({ diskFormat }) => diskFormat,
  status: ({ status }) => status,
  id: ({ id }) => id,
  size: () => 0,
};

function orderOf(query: URLSearchParams): Order {
  const sortValueOf = SORT_VALUES[query.get("sort_key") ?? "created_at"];
  const direction = query.get("sort_dir") ?? "desc";
  if (sortValueOf === undefined) throw malformed("sort_key is none of those that are taken here.");
  if (direction !== "asc" && direction !== "desc") throw malformed("sort_dir has to be asc or desc.");
  const sign = direction === "asc" ? 1 : -1;
  return (one, other) => {
    const [value, otherValue] = [sortValueOf(one), sortValueOf(other)];
    if (value === otherValue) return sign * (one.sequence - other.sequence);
    return value < otherValue ? -sign : sign;
  };
}

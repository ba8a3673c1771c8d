import { type FakeRequest, type FakeResponse, json } from "../fake/wire.ts";
import { isVisible } from "./progress.ts";
import type { Call, StoredImage } from "./state.ts";
import { numberOf } from "./validation.ts";
import { memberOf, readView } from "./view.ts";

/** KakaoCloud's own default. */
const PAGE_SIZE = 20;

/** `GET /images`: own images, and those that are shared with the project and were accepted. */
export function listImages(call: Call, { url: { searchParams } }: FakeRequest): FakeResponse {
  const direction = searchParams.get("sort_dirs") === "asc" ? -1 : 1;
  const images = [...call.cloud.images.values()]
    .filter((image) => image.unknownReads === 0 && isListed(call, image, searchParams))
    .sort((one, other) => direction * (other.sequence - one.sequence));
  const { items, pagination } = pageOf(call, images, searchParams);
  return json(200, { images: items.map((image) => readView(image, call)), pagination });
}

/** The page of a listing that is asked for. */
export function pageOf<Item>(
  { cloud }: Call,
  all: readonly Item[],
  query: URLSearchParams,
): { readonly items: readonly Item[]; readonly pagination: object } {
  const limit = Math.min(numberOf(query, "limit", PAGE_SIZE, 1), cloud.settings.maxPageSize);
  const offset = numberOf(query, "offset", 0, 0);
  return {
    items: all.slice(offset, offset + limit),
    pagination: { total: all.length, offset, limit },
  };
}

function isListed({ project }: Call, image: StoredImage, query: URLSearchParams): boolean {
  const wanted = (name: string, value: string) => [null, value].includes(query.get(name));
  const memberStatus = memberOf(image, project.id)?.status;
  const isOwn = image.owner === project.id;
  return (
    isVisible(image, project.id) &&
    (query.has("image_member_status")
      ? memberStatus === query.get("image_member_status")
      : isOwn || memberStatus === "accepted") &&
    wanted("image_type", isOwn ? "my" : "shared") &&
    wanted("id", image.id) &&
    wanted("name", image.name) &&
    wanted("status", image.status) &&
    wanted("visibility", "private")
  );
}

import { type Image, type ImageQuery, matchesQuery, withRaw } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { kakaocloudError } from "./errors.ts";
import { isOfOwn, listings } from "./filters.ts";
import { allOf } from "./paging.ts";
import type { Calls } from "./requests.ts";
import { type WireImage, WireImages } from "./wire.ts";

/** What {@link listImages} needs. */
export interface ListContext extends Pick<Calls, "client" | "urls" | "pageSize"> {
  readonly projectId: string | undefined;
  readonly toImage: (wire: WireImage) => Image;
}

/** All images that answer to a query, each once, the newest first. */
export async function* listImages(
  context: ListContext,
  query: ImageQuery,
  options?: CallOptions,
): AsyncGenerator<Image> {
  const { projectId, toImage } = context;
  const seen = new Set<string>();
  for (const listing of listings(query, projectId)) {
    for await (const wire of listWire(context, listing, options)) {
      const image = withOwner(toImage(wire), isOfOwn(listing) ? projectId : undefined);
      if (seen.has(image.id) || image.status === "deleted" || !matchesQuery(image, query)) continue;
      seen.add(image.id);
      yield image;
    }
  }
}

function listWire(
  { client, urls, pageSize }: ListContext,
  listing: URLSearchParams,
  options: CallOptions | undefined,
): AsyncIterable<WireImage> {
  const what = "Listing of images";
  const read = async (offset: number) => {
    const parameters = new URLSearchParams(listing);
    parameters.append("sort_keys", "created_at");
    parameters.append("sort_dirs", "desc");
    parameters.append("limit", String(pageSize));
    parameters.append("offset", String(offset));
    const answer = await client({ method: "GET", url: `${urls.images}?${parameters}` }, options);
    if (answer.status !== 200) throw kakaocloudError(answer, what);
    const { images, pagination } = readBody(answer, WireImages, what);
    return { items: images, total: pagination?.total };
  };
  return allOf(read, pageSize);
}

/** An image of a listing of own ones is this project's, where it doesn't say whose it is. */
function withOwner(image: Image, owner: string | undefined): Image {
  return image.owner === undefined && owner !== undefined ? withRaw({ ...image, owner }, image.raw) : image;
}

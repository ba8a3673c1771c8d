import { type Image, type ImageQuery, matchesQuery, ResponseError } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { httpError, readBody } from "../http/errors.ts";
import type { AuthorizedClient } from "../keystone/authorized-client.ts";
import { listings, pageParameters } from "./filters.ts";
import type { GlanceUrls } from "./urls.ts";
import { type WireImage, WirePage } from "./wire.ts";

/** The most images that Glance puts on a page (`api_limit_max`). */
export const MAX_PAGE_SIZE = 1000;

/** How often one listing begins anew because the image at the end of a page was deleted. */
const MAX_RESTARTS = 5;

/** What {@link listImages} needs. */
export interface ListContext {
  readonly client: AuthorizedClient;
  readonly urls: GlanceUrls;
  readonly toImage: (wire: WireImage) => Image;
  /** How many images to ask for at a time: 1 to {@link MAX_PAGE_SIZE}. */
  readonly pageSize: number;
}

/** Images as they are listed, without a query. */
interface Listing {
  readonly parameters: URLSearchParams;
  readonly hidden: boolean;
}

/**
 * All images that answer to a query, each once. Glance lists hidden images and others by separate requests: both are
 * made at once.
 */
export async function* listImages(
  context: ListContext,
  query: ImageQuery,
  options?: CallOptions,
): AsyncGenerator<Image> {
  const seen = new Set<string>();
  for (const hidden of query.hidden === undefined ? [false, true] : [query.hidden]) {
    for (const parameters of listings(query)) {
      for await (const wire of listWire(context, { parameters, hidden }, options)) {
        if (seen.has(wire.id)) continue;
        seen.add(wire.id);
        const image = context.toImage(wire);
        if (matchesQuery(image, query)) yield image;
      }
    }
  }
}

/**
 * Pages by the last id. The answer's `next` is a sign that there is more, not a way there: it drops repeated tags.
 * When the last image of a page is deleted before the next page is asked for, the listing begins anew: some images
 * come twice then, and none is left out.
 */
async function* listWire(
  { client, urls, pageSize }: ListContext,
  { parameters, hidden }: Listing,
  options: CallOptions | undefined,
): AsyncGenerator<WireImage> {
  let marker: string | undefined;
  let restarts = 0;
  for (;;) {
    const page = pageParameters(parameters, { hidden, limit: pageSize, marker });
    const answer = await client({ method: "GET", url: `${urls.images}?${page}` }, options);
    // The first page was answered, so it is the marker that Glance doesn't take.
    if (answer.status === 400 && marker !== undefined && restarts < MAX_RESTARTS) {
      restarts++;
      marker = undefined;
      continue;
    }
    if (answer.status !== 200) throw httpError(answer, "Listing of images");
    const { images, next } = readBody(answer, WirePage, "Listing of images");
    yield* images;
    const last = images.at(-1)?.id;
    if (!next || last === undefined) return;
    if (last === marker)
      throw new ResponseError("Listing of images: the cloud answers the same page again and again");
    marker = last;
  }
}

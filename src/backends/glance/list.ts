import { type Image, type ImageQuery, matchesQuery, ResponseError } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { httpError, readBody } from "../http/errors.ts";
import type { AuthorizedClient } from "./requests.ts";
import { type GlanceUrls, listParameters } from "./urls.ts";
import { type WireImage, WirePage } from "./wire.ts";

/** The most images that Glance puts on a page (`api_limit_max`). */
const PAGE_SIZE = 1000;

/** What {@link listImages} needs. */
export interface ListContext {
  readonly client: AuthorizedClient;
  readonly urls: GlanceUrls;
  readonly toImage: (wire: WireImage) => Image;
}

/** All images that answer to a query: Glance lists hidden images and others by separate requests. */
export async function* listImages(
  context: ListContext,
  query: ImageQuery,
  options?: CallOptions,
): AsyncGenerator<Image> {
  for (const hidden of query.hidden === undefined ? [false, true] : [query.hidden]) {
    for await (const wire of listWire(context, query, hidden, options)) {
      const image = context.toImage(wire);
      if (matchesQuery(image, query)) yield image;
    }
  }
}

/** Pages by the last id. The answer's `next` is a sign that there is more, not a way there: it drops repeated tags. */
async function* listWire(
  { client, urls }: ListContext,
  query: ImageQuery,
  hidden: boolean,
  options: CallOptions | undefined,
): AsyncGenerator<WireImage> {
  let marker: string | undefined;
  for (;;) {
    const parameters = listParameters(query, { hidden, limit: PAGE_SIZE, marker });
    const answer = await client({ method: "GET", url: `${urls.images}?${parameters}` }, options);
    if (answer.status !== 200) throw httpError(answer, "Listing of images");
    const page = readBody(answer, WirePage, "Listing of images");
    yield* page.images;
    const last = page.images.at(-1)?.id;
    if (!page.next || last === undefined) return;
    if (last === marker)
      throw new ResponseError("Listing of images: the cloud answers the same page again and again");
    marker = last;
  }
}

import { type Image, type ImageQuery, matchesQuery, ResponseError } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { imsError } from "./errors.ts";
import { listings } from "./filters.ts";
import { type Calls, toImage } from "./requests.ts";
import { type WireImage, WirePage } from "./wire.ts";

/** How often one listing begins anew because the image at the end of a page was deleted. */
const MAX_RESTARTS = 5;

/** All images that answer to a query, each once. */
export async function* listImages(
  calls: Calls,
  query: ImageQuery,
  options?: CallOptions,
): AsyncGenerator<Image> {
  const seen = new Set<string>();
  for (const parameters of listings(query, calls.connection.projectId)) {
    for await (const wire of pages(calls, parameters, options)) {
      if (seen.has(wire.id)) continue;
      seen.add(wire.id);
      const image = toImage(calls, wire);
      if (matchesQuery(image, query)) yield image;
    }
  }
}

/**
 * `GET /v2/cloudimages`, by the last id, to a page without images. When the image at the end of a page is deleted before
 * the next page is asked for, the listing begins anew: some images come twice then, and none is left out.
 */
async function* pages(
  { connection, urls, pageSize }: Calls,
  parameters: URLSearchParams,
  options: CallOptions | undefined,
): AsyncGenerator<WireImage> {
  const what = "Listing of images";
  let marker: string | undefined;
  for (let restarts = 0; ; ) {
    const query = new URLSearchParams(parameters);
    query.append("limit", String(pageSize));
    if (marker !== undefined) query.append("marker", marker);
    const answer = await connection.client({ method: "GET", url: `${urls.cloudImages}?${query}` }, options);
    if (answer.status !== 200) {
      const refusal = imsError(answer, what);
      if (marker === undefined || refusal.status !== 404 || restarts === MAX_RESTARTS) throw refusal;
      restarts++;
      marker = undefined;
      continue;
    }
    const { images } = readBody(answer, WirePage, what);
    yield* images;
    const last = images.at(-1)?.id;
    if (last === undefined) return;
    if (last === marker)
      throw new ResponseError(`${what}: the page behind image ${last} ends with it once more`);
    marker = last;
  }
}

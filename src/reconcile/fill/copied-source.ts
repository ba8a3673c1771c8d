import type { ImageSource, OpenSource } from "../../model/index.ts";
import type { Context } from "../context.ts";
import { readImage } from "../download.ts";
import { getExisting } from "../lookup/find.ts";

/**
 * The data of another image of the same cloud, by way of this process: no import of Glance makes one image from
 * another of its own region.
 *
 * @throws HttpError `ERR_HTTP_NOT_FOUND` when there is no such image.
 */
export async function copiedSource(context: Context, { imageId }: ImageSource): Promise<OpenSource> {
  const image = await getExisting(context, imageId);
  return {
    open: async function* () {
      yield* await readImage(context, image);
    },
    size: image.sizeBytes,
  };
}

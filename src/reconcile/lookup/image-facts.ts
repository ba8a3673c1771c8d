import type { Image, ImageSource } from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import type { SourceFacts } from "../plan/content.ts";
import { getExisting } from "./find.ts";

/**
 * What the cloud says of the data of another image, of the same region.
 *
 * @throws HttpError `ERR_HTTP_NOT_FOUND` when it is gone, and there is no image yet that was made from it.
 */
export async function imageFacts(
  context: Context,
  { imageId, region }: ImageSource,
  actual: Image | undefined,
): Promise<SourceFacts> {
  const { backend } = context;
  if (region !== undefined && region !== backend.region) return {};
  const image =
    actual === undefined
      ? await getExisting(context, imageId)
      : await backend.get(imageId, callOptions(context));
  if (image === undefined) return {};
  const { sizeBytes, hashAlgorithm, hashValue, checksum } = image;
  // A cloud that makes the copy itself may store it in another way.
  const size = backend.createFrom?.kinds.includes("imageId") === true ? undefined : sizeBytes;
  const digests = {
    ...(hashAlgorithm !== undefined && hashValue
      ? { [hashAlgorithm.toLowerCase()]: hashValue.toLowerCase() }
      : {}),
    ...(checksum ? { md5: checksum.toLowerCase() } : {}),
  };
  return { sizeBytes: size, digests };
}

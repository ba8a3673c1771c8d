import { pipeline } from "node:stream/promises";
import {
  type Checksum,
  type Image,
  ImageStateError,
  UnsupportedError,
  untilAborted,
} from "../model/index.ts";
import { checkBytes } from "../transfer/check.ts";
import { isComputable } from "../transfer/digest.ts";
import { saveBytes } from "../transfer/save.ts";
import { reportedAlgorithm, storedDigest } from "./content.ts";
import { type Context, callOptions } from "./context.ts";
import { getExisting } from "./find.ts";
import { isForbidden } from "./outcome.ts";

/** Writes the data of an image to a file or a stream, and holds it against what the cloud says it has. */
export async function downloadImage(
  context: Context,
  id: string,
  target: string | NodeJS.WritableStream,
): Promise<Image> {
  const { backend, signal } = context;
  if (backend.download === undefined)
    throw new UnsupportedError({ backend: backend.name, capability: "download" });
  const image = await getExisting(context, id);
  const chunks = await readImage(context, image);
  try {
    if (typeof target === "string") await saveBytes(chunks, target);
    else await pipeline(chunks, target, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
  return image;
}

/** The data of an image, held against what the cloud says it has: the last of it comes only when all is right. */
export async function readImage(context: Context, image: Image): Promise<AsyncIterable<Uint8Array>> {
  const { backend, signal } = context;
  if (backend.download === undefined)
    throw new UnsupportedError({ backend: backend.name, capability: "download" });
  const { sizeBytes, chunks } = await backend
    .download(image.id, callOptions(context))
    .catch((error: unknown) => Promise.reject(isClosed(image, error) ? closed(image, error) : error));
  const expected = { sizeBytes: image.sizeBytes ?? sizeBytes, checksum: checksumOf(image) };
  return checkBytes(untilAborted(chunks, signal), expected, []).chunks;
}

/** A digest of the stored data, where the cloud reports one that this Node.js can compute. */
function checksumOf(image: Image): Checksum | undefined {
  for (const algorithm of [reportedAlgorithm(image), "md5"]) {
    if (algorithm === undefined || !isComputable(algorithm)) continue;
    const hex = storedDigest(image, algorithm);
    if (hex !== undefined) return { algorithm, hex };
  }
  return undefined;
}

/** Administrators may read the data of a deactivated image: only its refusal tells. */
function isClosed({ status }: Image, error: unknown): boolean {
  return status === "deactivated" && isForbidden(error);
}

function closed({ id, name, status }: Image, cause: unknown): ImageStateError {
  return new ImageStateError(
    `Image ${id} (${name}) is deactivated: its data is closed until it is reactivated, as by reactivate("${id}")`,
    { code: "ERR_IMAGE_STATUS", imageId: id, status, cause },
  );
}

import { pipeline } from "node:stream/promises";
import { type Image, UnsupportedError } from "../model/index.ts";
import { type CheckedBytes, checkBytes } from "../transfer/check.ts";
import { isComputable } from "../transfer/digest.ts";
import { saveBytes } from "../transfer/save.ts";
import { type Context, callOptions } from "./context.ts";
import { getExisting } from "./find.ts";

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
  const { sizeBytes, chunks } = await backend.download(id, callOptions(context));
  const checked = checkStored(image, sizeBytes, chunks);
  if (typeof target === "string") await saveBytes(checked.chunks, target);
  else await pipeline(checked.chunks, target, signal === undefined ? {} : { signal });
  return image;
}

function checkStored(
  image: Image,
  sizeBytes: number | undefined,
  chunks: AsyncIterable<Uint8Array>,
): CheckedBytes {
  const { hashAlgorithm, hashValue, checksum } = image;
  const size = image.sizeBytes ?? sizeBytes;
  if (hashAlgorithm !== undefined && hashValue !== undefined && isComputable(hashAlgorithm)) {
    return checkBytes(
      chunks,
      { sizeBytes: size, checksum: { algorithm: hashAlgorithm.toLowerCase(), hex: hashValue } },
      [],
    );
  }
  return checkBytes(
    chunks,
    { sizeBytes: size, checksum: checksum === undefined ? undefined : { algorithm: "md5", hex: checksum } },
    [],
  );
}

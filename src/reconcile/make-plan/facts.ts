import { type Image, type ImageSpec, parseChecksum } from "../../model/index.ts";
import { isComputable } from "../../transfer/digest.ts";
import { fileFacts } from "../../transfer/file.ts";
import type { Context } from "../context.ts";
import { imageFacts } from "../lookup/image-facts.ts";
import { reportedAlgorithm, type SourceFacts, storedDigest, storesSourceBytes } from "../plan/content.ts";

/**
 * What can be known of a spec's source without a transfer: the size of a file, and its digest where the image has
 * the same size and the digest would decide.
 *
 * @throws SpecError `ERR_SPEC_INVALID` for a file that is missing, no file, or empty.
 */
export async function sourceFacts(
  context: Context,
  spec: ImageSpec,
  actual: Image | undefined,
): Promise<SourceFacts> {
  const { source } = spec;
  if (source === undefined) return {};
  if ("open" in source) return { sizeBytes: source.size };
  if ("imageId" in source) return imageFacts(context, source, actual);
  if (!("file" in source)) return {};
  const { sizeBytes } = await fileFacts(source);
  if (actual?.sizeBytes !== sizeBytes || !storesSourceBytes(spec)) return { sizeBytes };
  const declared = typeof source.checksum === "string" ? parseChecksum(source.checksum) : undefined;
  if (declared !== undefined && storedDigest(actual, declared.algorithm) !== undefined) return { sizeBytes };
  const algorithm = comparableAlgorithm(actual);
  if (algorithm === undefined) return { sizeBytes };
  return {
    sizeBytes,
    digests: { [algorithm]: await context.digests.digest(source, algorithm, context.signal) },
  };
}

function comparableAlgorithm(image: Image): string | undefined {
  const reported = reportedAlgorithm(image);
  if (reported !== undefined && isComputable(reported)) return reported;
  return image.checksum ? "md5" : undefined;
}

import type { ImportOrigin } from "../../backends/backend.ts";
import { type Checksum, parseChecksum, redactUrl, type Source } from "../../model/index.ts";
import type { Context } from "../context.ts";
import { isElsewhere } from "../plan/delivery.ts";
import { verifyOrDiscard } from "./discard.ts";
import type { Filled, Filling, Placed } from "./fill.ts";
import { fillsNone } from "./fills-none.ts";
import { runImport } from "./import.ts";
import { conversionOf, verifyDeclared } from "./verify.ts";

/** Data that the cloud gets by itself. */
interface Remote {
  readonly origin: ImportOrigin & { readonly method: "web-download" | "glance-download" };
  /** For messages. */
  readonly place: string;
  readonly checksum: Checksum | undefined;
}

/**
 * Has the cloud bring data into an image, waits until every store has it, and holds what it stored against the declared
 * checksum. An image that isn't what was declared is deleted.
 *
 * @throws HttpError when the cloud refuses. ImageStateError `ERR_IMAGE_FAILED` with its reason when it fails.
 */
export async function fillByCloud(
  context: Context,
  { imageId, spec, source, delivery }: Placed<Filling>,
): Promise<Filled> {
  const { origin, place, checksum } = remoteOf(context, source);
  const { stores, allStoresMustSucceed } = delivery;
  const imported = await runImport(context, {
    imageId,
    name: spec.name,
    what: `The import of ${place} into image ${imageId}`,
    request: { ...origin, stores, allStoresMustSucceed },
  });
  const { image } = imported;
  const verification =
    spec.verifyChecksum === false
      ? ({ status: "skipped", reason: "the spec says verifyChecksum: false" } as const)
      : await verifyOrDiscard(
          context,
          imageId,
          () => conversionOf(spec, image) ?? verifyDeclared(image, checksum),
        );
  return { ...imported, verification, method: origin.method };
}

function remoteOf(context: Context, source: Source): Remote {
  if ("webDownload" in source) {
    const { webDownload: url, checksum } = source;
    return {
      origin: { method: "web-download", url },
      place: redactUrl(url),
      checksum: checksum === undefined ? undefined : parseChecksum(checksum),
    };
  }
  if (isElsewhere(source, context.backend.region)) {
    const { imageId, region } = source;
    return {
      origin: { method: "glance-download", imageId, region },
      place: `image ${imageId} of ${region}`,
      checksum: undefined,
    };
  }
  throw fillsNone(context, source);
}

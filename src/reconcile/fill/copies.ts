import type { Image } from "../../model/index.ts";
import type { Context } from "../context.ts";
import type { Plan } from "../plan/plan.ts";
import type { Filled } from "./fill.ts";
import { runImport } from "./import.ts";

/**
 * Has the cloud copy the data of an active image to the stores that a plan names, and waits until they have it.
 *
 * @throws HttpError `ERR_HTTP_FORBIDDEN` where the cloud lets only others do so: by default only its administrators.
 * @throws ImageStateError `ERR_IMAGE_FAILED` with the cloud's reason when it fails.
 */
export async function copyToStores(
  context: Context,
  { copies, allStoresMustSucceed }: Pick<Plan, "copies" | "allStoresMustSucceed">,
  image: Image,
): Promise<Filled> {
  // Glance answers 400 for a store that has the data.
  const stores = (copies ?? []).filter((store) => !(image.stores ?? []).includes(store));
  if (stores.length === 0) return { image, verification: { status: "skipped", reason: "no data was sent" } };
  const imported = await runImport(context, {
    imageId: image.id,
    name: image.name,
    what: `The copy of image ${image.id}`,
    request: { method: "copy-image", stores, allStoresMustSucceed },
  });
  const reason = "the cloud copied the data from store to store";
  return { ...imported, verification: { status: "skipped", reason }, method: "copy-image" };
}

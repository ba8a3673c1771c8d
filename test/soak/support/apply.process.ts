/** Applies the spec that it is sent, when it is sent one: made to be killed, and warm by then. */
import { directory } from "../../../src/backends/directory/index.ts";
import { openstack } from "../../../src/backends/openstack/index.ts";
import { ImageManager, ImagewrightError } from "../../../src/index.ts";
import type { Told, Work } from "./processes.ts";

const tell = (told: Told): void => void process.send?.(told, () => process.disconnect());

process.once("message", async ({ spec, place, onReplace }: Work) => {
  try {
    const backend = "path" in place ? directory(place.path) : await openstack(place.openstack);
    const images = new ImageManager(backend);
    const applicable = onReplace === undefined ? spec : await images.plan(spec, { onReplace });
    const { image } = await images.apply(applicable);
    tell({ id: image.id, status: image.status });
  } catch (error) {
    tell({ error: ImagewrightError.is(error) ? `${error.code}: ${error.message}` : String(error) });
  }
});
process.send?.("ready");

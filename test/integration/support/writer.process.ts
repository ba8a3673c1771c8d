/** node writer.process.ts: adds properties to an image, one update for each, whatever other writers do meanwhile. */

import { type OpenStackOptions, openstack } from "../../../src/backends/openstack/index.ts";
import { ImageManager, ImagewrightError } from "../../../src/index.ts";

const { name, names } = JSON.parse(process.env["WRITER_TASK"] ?? "") as { name: string; names: string[] };
const options = JSON.parse(process.env["WRITER_OPTIONS"] ?? "{}") as OpenStackOptions;
const images = new ImageManager(await openstack(options));

/** Plans again as long as the image changes between the plan and its application. */
async function add(property: string): Promise<void> {
  for (;;) {
    const spec = { name, containerFormat: "bare", diskFormat: "raw", properties: { [property]: "1" } };
    const plan = await images.plan(spec, { properties: "declared" });
    try {
      await images.apply(plan);
      return;
    } catch (error) {
      if (!ImagewrightError.is(error) || error.code !== "ERR_PLAN_STALE") throw error;
    }
  }
}

const lost: string[] = [];
for (const property of names) {
  try {
    await add(property);
  } catch (error) {
    if (!ImagewrightError.is(error) || error.code !== "ERR_HTTP_CONFLICT") throw error;
    lost.push(property);
  }
}
console.log(JSON.stringify({ lost }));

/**
 * node examples/pulumi-openstack.ts [--cloud NAME]: the example of Pulumi's `openstack.images.Image`, in an OpenStack
 * or in a fake one. What Pulumi deletes when it leaves a program, `destroy` deletes here.
 *
 *     new openstack.images.Image("rancheros", {
 *       name: "RancherOS",
 *       imageSourceUrl: "https://…/rancheros-openstack.img",
 *       containerFormat: "bare",
 *       diskFormat: "qcow2",
 *       properties: { key: "value" },
 *     });
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatPlan, ImageManager, type ImageSpecInput } from "imagewright";
import { inCloud } from "./cloud.ts";
import { keep } from "./keep.ts";
import { makeQcow2 } from "./qcow2.ts";
import { whileServed } from "./web-server.ts";

const folder = await mkdtemp(join(tmpdir(), "imagewright-example-"));
try {
  const file = join(folder, "rancheros-openstack.img");
  await makeQcow2(file, { virtualSizeBytes: 2 ** 30, dataBytes: 4 * 2 ** 20 });
  await inCloud((backend) =>
    whileServed(file, async (imageSourceUrl) => {
      const images = new ImageManager(backend, { cache: { directory: join(folder, "cache") } });
      const rancheros = {
        name: "RancherOS",
        source: imageSourceUrl,
        containerFormat: "bare",
        diskFormat: "qcow2",
        properties: { key: "value" },
      } satisfies ImageSpecInput;
      const image = await keep(images, rancheros);
      assert.equal(image.properties["key"], "value");

      // The program changes: as in Pulumi, what differs is changed in place, and the data stays.
      const update = await images.plan({ ...rancheros, minDiskGb: 1, properties: { key: "other" } });
      assert.equal(update.action, "update");
      console.log(formatPlan(update));
      const { image: updated } = await images.apply(update);
      assert.equal(updated.id, image.id);
      assert.equal(updated.minDiskGb, 1);
      assert.equal(updated.properties["key"], "other");
      assert.equal(updated.hashValue, image.hashValue);
      await images.destroy(image.id);
    }),
  );
} finally {
  await rm(folder, { recursive: true });
}

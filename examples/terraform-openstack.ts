/**
 * node examples/terraform-openstack.ts [--cloud NAME]: the example of Terraform's `openstack_images_image_v2`, in an
 * OpenStack or in a fake one.
 *
 *     resource "openstack_images_image_v2" "rancheros" {
 *       name             = "RancherOS"
 *       image_source_url = "https://…/rancheros-openstack.img"
 *       container_format = "bare"
 *       disk_format      = "qcow2"
 *       properties       = { key = "value" }
 *     }
 */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImageManager, type ImageSpecInput } from "imagewright";
import { inCloud } from "./cloud.ts";
import { keep } from "./keep.ts";
import { makeQcow2 } from "./qcow2.ts";
import { whileServed } from "./web-server.ts";

const rancheros = (imageSourceUrl: string, imageCachePath: string) =>
  ({
    name: "RancherOS",
    source: { url: imageSourceUrl, cachePath: imageCachePath },
    containerFormat: "bare",
    diskFormat: "qcow2",
    properties: { key: "value" },
  }) satisfies ImageSpecInput;

const folder = await mkdtemp(join(tmpdir(), "imagewright-example-"));
try {
  const file = join(folder, "rancheros-openstack.img");
  await makeQcow2(file, { virtualSizeBytes: 2 ** 30, dataBytes: 4 * 2 ** 20 });
  await inCloud((backend) =>
    whileServed(file, async (url) => {
      const images = new ImageManager(backend);
      const image = await keep(images, rancheros(url, join(folder, "cache")));
      assert.equal(image.name, "RancherOS");
      assert.equal(image.diskFormat, "qcow2");
      // Terraform's default, and ours.
      assert.equal(image.visibility, "private");
      assert.equal(image.properties["key"], "value");
      await images.destroy(image.id);
    }),
  );
} finally {
  await rm(folder, { recursive: true });
}

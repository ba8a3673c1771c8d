/**
 * node examples/vkcs.ts: the example of Terraform's `vkcs_images_image`, in a VK Cloud that is in memory.
 *
 *     resource "vkcs_images_image" "eurolinux9" {
 *       name               = "eurolinux9-tf-example"
 *       image_source_url   = "https://…/EL-9-cloudgeneric.raw.tar.gz"
 *       compression_format = "auto"
 *       archiving_format   = "tar"
 *       verify_checksum    = true
 *       container_format   = "bare"
 *       disk_format        = "raw"
 *       min_ram_mb         = 1536
 *       min_disk_gb        = 10
 *       visibility         = "private"
 *       properties         = { os_type = "linux", os_distro = "centos", … }
 *       tags               = ["tf-example"]
 *     }
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ImageManager, type ImageSpecInput } from "imagewright";
import { fakeVkcs } from "imagewright/testing";
import { vkcs } from "imagewright/vkcs";
import { keep } from "./keep.ts";
import { whileServed } from "./web-server.ts";

const eurolinux9 = {
  name: "eurolinux9-tf-example",
  containerFormat: "bare",
  diskFormat: "raw",
  decompress: true, // how, and that it is an archive, is found out
  verifyChecksum: true,
  minRamMb: 1536,
  minDiskGb: 10,
  visibility: "private",
  properties: {
    os_type: "linux",
    os_distro: "centos",
    os_version: "9",
    os_admin_user: "root",
    os_require_quiesce: "yes",
    mcs_name: "EuroLinux 9",
    mcs_os_distro: "centos",
    mcs_os_version: "9",
    hw_qemu_guest_agent: "yes",
  },
  tags: ["tf-example"],
} satisfies ImageSpecInput;

const folder = await mkdtemp(join(tmpdir(), "imagewright-example-"));
const server = await fakeVkcs().listen();
try {
  const disk = Buffer.alloc(8 * 2 ** 20, "EuroLinux 9\n");
  await writeFile(join(folder, "EL-9.raw"), disk);
  const archive = join(folder, "EL-9-cloudgeneric.raw.tar.gz");
  await promisify(execFile)("tar", ["-czf", archive, "-C", folder, "EL-9.raw"]);

  const images = new ImageManager(await vkcs(server.options("demo")), { cache: false });
  const serve = async (url: string): Promise<void> => {
    const desired = { ...eurolinux9, source: { url } };
    const image = await keep(images, desired);
    assert.equal(image.minDiskGb, 10);
    assert.equal(image.minRamMb, 1536);
    assert.equal(image.visibility, "private");
    assert.deepEqual(image.tags, ["tf-example"]);
    assert.equal(image.sizeBytes, disk.length);
    assert.equal(image.hashValue, createHash("sha512").update(disk).digest("hex"));
    for (const [name, value] of Object.entries(eurolinux9.properties))
      assert.equal(image.properties[name], value);
    console.log(`The cloud's own: ${JSON.stringify(image.serverProperties)}`);

    // What the cloud added stays, what isn't declared any more goes.
    const { mcs_name: _gone, ...properties } = eurolinux9.properties;
    const { image: updated, plan } = await images.apply({ ...desired, properties });
    assert.deepEqual(
      plan.operations.map(({ kind, op }) => `${op} ${kind}`),
      ["delete property"],
    );
    assert.equal(updated.properties["mcs_name"], undefined);
    assert.equal(updated.properties["owner_user_name"], image.properties["owner_user_name"]);

    await images.destroy(image.id);
    assert.equal(await images.get(image.id), undefined);
  };
  await whileServed(archive, serve, "application/gzip");
} finally {
  await server.close();
  await rm(folder, { recursive: true });
}

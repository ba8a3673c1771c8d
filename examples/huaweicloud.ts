/**
 * node examples/huaweicloud.ts: the example of Terraform's `huaweicloud_ims_image_metadata`, in a Huawei Cloud that is in
 * memory.
 *
 *     resource "huaweicloud_ims_image_metadata" "test" {
 *       __os_version     = "Ubuntu 14.04 server 64bit"
 *       visibility       = "private"
 *       name             = "test"
 *       protected        = false
 *       container_format = "bare"
 *       disk_format      = "vhd"
 *       tags             = ["test=testvalue", "image=imagevalue"]
 *       min_ram          = 1024
 *       min_disk         = 100
 *     }
 */
import assert from "node:assert/strict";
import { formatPlan, ImageManager, type ImageSpecInput } from "imagewright";
import { huaweicloud } from "imagewright/huaweicloud";
import { fakeHuaweiCloud } from "imagewright/testing";

const test = {
  name: "test",
  visibility: "private",
  protected: false,
  containerFormat: "bare",
  diskFormat: "vhd",
  minRamMb: 1024,
  minDiskGb: 100,
  properties: { __os_version: "Ubuntu 14.04 server 64bit" },
  tags: ["test=testvalue", "image=imagevalue"],
} satisfies ImageSpecInput;

const fake = fakeHuaweiCloud();
const server = await fake.listen();
try {
  const backend = await huaweicloud(server.options());
  const images = new ImageManager(backend);

  const plan = await images.plan(test);
  assert.equal(plan.action, "create");
  console.log(formatPlan(plan));
  const { image } = await images.apply(plan);
  assert.equal(image.status, "queued");
  assert.equal(image.visibility, "private");
  assert.equal(image.protected, false);
  assert.equal(image.containerFormat, "bare");
  assert.equal(image.diskFormat, "vhd");
  assert.equal(image.minRamMb, 1024);
  assert.equal(image.minDiskGb, 100);
  assert.deepEqual(image.tags, ["image=imagevalue", "test=testvalue"]);
  assert.equal(image.properties["__os_version"], "Ubuntu 14.04 server 64bit");
  // What the cloud finds out by itself.
  assert.equal(image.huaweicloud?.osType, "Linux");
  assert.equal(image.huaweicloud?.platform, "Ubuntu");
  assert.equal(image.huaweicloud?.osBit, "64");
  assert.equal((await images.plan(test)).action, "none");

  // Terraform's resource ends here, without data. An object of the object storage makes the image active.
  fake.addObject("my-bucket:ubuntu.vhd", new TextEncoder().encode("conectix"));
  const active = await backend.registerObject(image.id, "my-bucket:ubuntu.vhd");
  assert.equal(active.status, "active");
  assert.equal((await images.plan(test)).action, "none");

  // Where Terraform can change nothing, tags change in place.
  const tags = ["test=other", "image=imagevalue"];
  const { image: updated, plan: change } = await images.apply({ ...test, tags });
  assert.equal(change.action, "update");
  assert.equal(updated.id, image.id);
  assert.deepEqual(updated.tags, ["image=imagevalue", "test=other"]);
  console.log(formatPlan(change));

  await images.destroy(image.id);
  assert.equal(await images.get(image.id), undefined);
  console.log(`${image.id} is gone.`);
} finally {
  await server.close();
}

import assert from "node:assert/strict";
import { join } from "node:path";
import { formatPlan, type ImageManager, type ImageSpecInput } from "imagewright";
import { showUploads } from "./progress-bar.ts";
import { makeQcow2 } from "./qcow2.ts";

/** The life of an image: it comes, stays as it is, changes, and goes. Each step says what it does and makes sure of it. */
export async function line(images: ImageManager, folder: string): Promise<void> {
  const file = join(folder, "example.qcow2");
  await makeQcow2(file, { virtualSizeBytes: 2 * 2 ** 30, dataBytes: 24 * 2 ** 20 });
  showUploads(images, process.stdout);

  const desired = {
    name: "imagewright-example",
    containerFormat: "bare",
    diskFormat: "qcow2",
    source: { file },
    minDiskGb: 2,
    properties: { os_distro: "debian", os_version: "12", hw_disk_bus: "scsi" },
    tags: ["golden", "testing"],
  } satisfies ImageSpecInput;

  console.log("\n1. The image is planned, which only reads, and then made.");
  const plan = await images.plan(desired);
  assert.equal(plan.action, "create");
  console.log(formatPlan(plan));
  const { image, verification } = await images.apply(plan);
  assert.equal(image.status, "active");
  assert.equal(verification.status, "verified");
  console.log(
    `${image.id} is ${image.status}, its data ${verification.status} by ${verification.algorithm}.`,
  );

  console.log("\n2. It is as it should be: a second plan has nothing to do.");
  const second = await images.plan(desired);
  assert.equal(second.action, "none");
  console.log(formatPlan(second));

  console.log("\n3. One property changes, one comes, one goes; a tag is renamed. The data stays.");
  const changed = {
    ...desired,
    properties: { os_distro: "debian", os_version: "13", hw_scsi_model: "virtio-scsi" },
    tags: ["golden", "stable"],
  } satisfies ImageSpecInput;
  const change = await images.plan(changed);
  assert.equal(change.action, "update");
  console.log(formatPlan(change));
  const { image: updated } = await images.apply(change);
  assert.equal(updated.id, image.id);
  assert.equal(updated.properties["os_version"], "13");
  assert.equal(updated.properties["hw_disk_bus"], undefined);
  assert.deepEqual(updated.tags, ["golden", "stable"]);

  console.log("\n4. An empty list is a wish, too: all tags go. A spec can be applied without a plan.");
  const { image: untagged } = await images.apply({ ...changed, tags: [] });
  assert.deepEqual(untagged.tags, []);
  console.log(`It has ${untagged.tags.length} tags.`);

  console.log("\n5. It is destroyed.");
  await images.destroy(image.id);
  assert.equal(await images.get(image.id), undefined);
  console.log(`${image.id} is gone.`);
}

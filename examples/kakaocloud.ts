/**
 * node examples/kakaocloud.ts: the example of Terraform's `kakaocloud_image`, in a KakaoCloud that is in memory.
 *
 *     resource "kakaocloud_image" "example" {
 *       name        = "my-image"
 *       volume_id   = "<volume-id>"
 *       description = "This is an example image created from a volume."
 *     }
 */
import assert from "node:assert/strict";
import { formatPlan, ImageManager, type ImageSpecInput } from "imagewright";
import { kakaocloud } from "imagewright/kakaocloud";
import { fakeKakaoCloud } from "imagewright/testing";

const fake = fakeKakaoCloud({ readsPerState: 2 });
const server = await fake.listen();
try {
  const images = new ImageManager(await kakaocloud(server.options()));
  const example = {
    name: "my-image",
    source: { volumeId: fake.addVolume() },
    description: "This is an example image created from a volume.",
  } satisfies ImageSpecInput;

  console.log("\n1. The image is planned, which only reads, and then made of the volume.");
  const plan = await images.plan(example);
  assert.equal(plan.action, "create");
  console.log(formatPlan(plan));
  images.on("image-status", ({ imageId, status }) => console.log(`${imageId} is ${status}.`));
  const { image } = await images.apply(plan);
  assert.equal(image.status, "active");
  assert.equal(image.kakaocloud?.osInfo?.distro, "ubuntu");

  console.log("\n2. It is as it should be: a second plan has nothing to do.");
  const second = await images.plan(example);
  assert.equal(second.action, "none");
  console.log(formatPlan(second));

  console.log("\n3. Another name, another description, a project to share with: all of it in place.");
  const changed = { ...example, name: "my-image-2", description: "", members: [fake.projectId("other")] };
  const change = await images.plan(changed, { id: image.id });
  assert.equal(change.action, "update");
  console.log(formatPlan(change));
  const { image: updated } = await images.apply(change);
  assert.equal(updated.id, image.id);
  assert.equal(updated.name, "my-image-2");
  assert.equal(updated.description, undefined);
  assert.deepEqual(updated.members, changed.members);

  console.log("\n4. It is destroyed.");
  await images.destroy(image.id);
  const left = await Array.fromAsync(images.list({}));
  assert.deepEqual(left, []);
  console.log(`${image.id} is gone.`);
} finally {
  await server.close();
}

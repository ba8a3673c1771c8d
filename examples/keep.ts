import assert from "node:assert/strict";
import { formatPlan, type Image, type ImageManager, type ImageSpecInput } from "imagewright";

/** Makes an image as it is declared, shows plan and result, and makes sure that nothing is left to do. */
export async function keep(images: ImageManager, desired: ImageSpecInput): Promise<Image> {
  const plan = await images.plan(desired);
  // In a real cloud: an image of that name isn't ours.
  assert.equal(plan.action, "create", `there is a ${desired.name} already`);
  console.log(formatPlan(plan));

  const { image, verification } = await images.apply(plan);
  assert.equal(image.status, "active");
  assert.equal(verification.status, "verified");
  console.log(
    `${image.id} is ${image.status}: ${image.sizeBytes} bytes, ${verification.status} by ${verification.algorithm}.`,
  );

  const second = await images.plan(desired);
  assert.equal(second.action, "none");
  console.log(formatPlan(second));
  return image;
}

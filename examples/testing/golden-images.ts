/** A tool, which golden-images.test.ts tests. */
import type { ImageManager, ImageSpecInput } from "imagewright";

/** Keeps images as they are declared, and says what was done for each. */
export async function keepGoldenImages(
  images: ImageManager,
  specs: readonly ImageSpecInput[],
): Promise<readonly string[]> {
  const results = await images.apply([...specs], { concurrency: 4 });
  return results.map(({ plan }) => `${plan.action} ${plan.name}`);
}

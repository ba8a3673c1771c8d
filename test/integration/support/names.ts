import { randomBytes } from "node:crypto";
import { onTestFinished } from "vitest";
import { type GlanceImage, glanceOf } from "./glance.ts";

/** A name that no other test has. The images that have it when the test ends are deleted. */
export function imageName(label = "image"): string {
  const name = `${label}-${randomBytes(6).toString("hex")}`;
  onTestFinished(() => removeNamed(name));
  return name;
}

/** The images of this name that the cloud has, hidden or not, whoever owns them. */
export async function imagesNamed(name: string): Promise<readonly GlanceImage[]> {
  return (await glanceOf("admin")).named(name);
}

async function removeNamed(name: string): Promise<void> {
  const glance = await glanceOf("admin");
  const remove = async ({ id, protected: isProtected }: GlanceImage): Promise<void> => {
    if (isProtected) await glance.patch(id, [{ op: "replace", path: "/protected", value: false }]);
    await glance.remove(id);
  };
  await Promise.all((await glance.named(name)).map(remove));
}

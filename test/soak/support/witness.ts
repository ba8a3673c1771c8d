import { expect } from "vitest";
import { type Backend, ImageManager } from "../../../src/index.ts";
import { glanceOf } from "../../integration/support/glance.ts";
import type { Scenario } from "./scenarios.ts";

/** An image as somebody else sees it. */
export interface Seen {
  readonly id: string;
  readonly status: string;
  readonly hashValue: unknown;
  readonly tags: unknown;
  readonly minDiskGb: unknown;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The images of a name, by plain HTTP. */
export async function seenInGlance(name: string): Promise<readonly Seen[]> {
  return (await (await glanceOf("demo")).named(name)).map((image) => ({
    id: image.id,
    status: image.status,
    hashValue: image["os_hash_value"],
    tags: image["tags"],
    minDiskGb: image["min_disk"],
    properties: image,
  }));
}

/** The images of a name, as a backend that nobody disturbs tells. */
export async function seenBy(backend: Backend, name: string): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  for await (const { id, status, hashValue, tags, minDiskGb, properties } of backend.list({ name })) {
    seen.push({ id, status, hashValue, tags, minDiskGb, properties });
  }
  return seen;
}

/** There is exactly the declared image, and nothing is left to do. */
export async function expectConverged(
  { spec, hashValue, properties }: Scenario,
  seen: readonly Seen[],
  backend: Backend,
): Promise<void> {
  expect(seen).toMatchObject([{ status: "active", hashValue, minDiskGb: spec.minDiskGb, properties }]);
  const [image] = seen;
  expect([image?.tags].flat().sort()).toEqual(spec.tags);
  expect(await new ImageManager(backend).plan(spec)).toMatchObject({ action: "none" });
}

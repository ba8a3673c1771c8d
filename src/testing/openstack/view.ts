import type { Settings, StoredImage } from "./state.ts";

/** A time as Glance writes it: to the second. */
export function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** An image as Glance writes it. */
export function imageView(image: StoredImage, { stores }: Settings): Readonly<Record<string, unknown>> {
  const { properties, data, staged, sequence, createdAtMs, updatedAtMs, stores: where, ...fields } = image;
  return {
    ...Object.fromEntries(properties),
    ...fields,
    created_at: time(createdAtMs),
    updated_at: time(updatedAtMs),
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: "/v2/schemas/image",
    ...(stores.length > 0 && where.length > 0 ? { stores: where.join(",") } : {}),
  };
}

import type { Call, StoredImage } from "./state.ts";

/** A time as Glance writes it: to the second. */
export function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** An image as Glance writes it. */
export function imageView(image: StoredImage, { cloud, user }: Call): Readonly<Record<string, unknown>> {
  const { properties, data, staged, sequence, createdAtMs, updatedAtMs, stores: where, ...fields } = image;
  // Of a closed image nobody but an administrator sees where its data is.
  const isOpen = image.status !== "deactivated" || user.role === "admin";
  const showsStores = cloud.settings.stores.length > 0 && where.length > 0 && isOpen;
  return {
    ...Object.fromEntries(properties),
    ...fields,
    ...cloud.settings.vendor.shows?.(image),
    created_at: time(createdAtMs),
    updated_at: time(updatedAtMs),
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: "/v2/schemas/image",
    ...(showsStores ? { stores: where.join(",") } : {}),
  };
}

import type { WireImage } from "./wire.ts";

/** The algorithm by which a cloud digests data, learnt from the images that it reports. */
export interface HashAlgorithm {
  /** Learns from an image. */
  learn(image: WireImage): void;
  /** That of the youngest image seen: an operator may have changed it (`hashing_algorithm`). */
  current(): string | undefined;
}

/** Knows nothing yet. */
export function hashAlgorithm(): HashAlgorithm {
  let known: { readonly name: string; readonly createdAt: string } | undefined;
  return {
    learn(image) {
      const name = algorithmOf(image);
      const createdAt = image.created_at ?? "";
      if (name !== undefined && (known === undefined || createdAt >= known.createdAt))
        known = { name, createdAt };
    },
    current: () => known?.name,
  };
}

function algorithmOf(image: WireImage): string | undefined {
  // Before Rocky there was md5, and no word of another.
  if (!Object.hasOwn(image, "os_hash_algo")) return image.checksum ? "md5" : undefined;
  return image.os_hash_algo || undefined;
}

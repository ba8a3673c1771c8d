import type { Image } from "../../model/index.ts";

/** The algorithm by which a cloud digests data, learnt from the images that it reports. */
export interface HashAlgorithm {
  /** Learns from an image. */
  learn(image: Image): void;
  /** That of the youngest image seen: an operator may have changed it (`hashing_algorithm`). */
  current(): string | undefined;
}

/** Knows nothing yet. */
export function hashAlgorithm(): HashAlgorithm {
  let known: { readonly name: string; readonly createdAt: string } | undefined;
  return {
    learn({ hashAlgorithm, checksum, createdAt = "" }) {
      // Before Rocky there was md5 and nothing else.
      const name = hashAlgorithm ?? (checksum === undefined ? undefined : "md5");
      if (name !== undefined && (known === undefined || createdAt >= known.createdAt))
        known = { name, createdAt };
    },
    current: () => known?.name,
  };
}

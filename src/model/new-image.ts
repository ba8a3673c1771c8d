import type { ImageSpec } from "./spec.ts";

/** A spec without what is about the way of its data: the image record to create. */
export type NewImage = Omit<
  ImageSpec,
  "source" | "verifyChecksum" | "decompress" | "convert" | "members" | "id"
> & {
  /** Chosen before the cloud is asked, so that a repeated creation is recognised. */
  readonly id: string;
};

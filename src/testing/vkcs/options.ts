import type { FakeOpenStackOptions } from "../openstack/options.ts";

/** What a fake VK Cloud is like. */
export interface FakeVkcsOptions
  extends Pick<
    FakeOpenStackOptions,
    "region" | "hashAlgorithm" | "maxPageSize" | "tokenLifetimeMs" | "clock"
  > {
  /** The most bytes of one image. Default: 500 GB. */
  readonly imageSizeCapBytes?: number | undefined;
}

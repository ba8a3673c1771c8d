import type { Expectations } from "../../src/testing/index.ts";

const GLANCE: Expectations = {
  deletedMeanwhile: {
    value: 410,
    because: "Glance says so when it wants to save the record of an image that is no more",
  },
  removalFromGone: {
    value: "nothing",
    because:
      "Glance answers 404 for a project that isn't a member, and no differently for an image that isn't there",
  },
};

/** @param volumeId - a volume that is there. */
function huaweicloud(volumeId: string): Expectations {
  return {
    lacks: {
      download: "IMS gives no data back, but as an object",
      deactivate: "IMS closes no data",
      reactivate: "IMS closes no data",
      imports: "IMS fetches nothing",
      hidden: "IMS hides no images",
      visibility: "all images are private",
      properties: "IMS has fields in their place",
    },
    digests: { value: [], because: "what IMS says of the data is not true" },
    deletedMeanwhile: GLANCE.deletedMeanwhile,
    ids: { value: "given by the cloud", because: "IMS lets nobody choose one" },
    names: { value: "unique", because: "jobs refuse a name that is taken" },
    records: { value: "none", because: "IMS has fields in place of properties" },
    emptyData: { value: "refused", because: "IMS takes no empty file" },
    membersOfEmpty: { value: "refused", because: "IMS shares active images only" },
    createFrom: {
      source: { volumeId },
      unknown: { volumeId: "2e2b4a4e-2d1d-4a57-9c68-1d2d4b1d8f0e" },
      needs: { properties: { __os_version: "Debian 12.0.0 64bit" } },
    },
    samples: {
      fields: { containerFormat: "bare", diskFormat: "zvhd2", minDiskGb: 40 },
      name: (text) => text.replaceAll(/[^A-Za-z0-9._-]+/g, "_"),
      tag: (word) => `${word}=1`,
    },
  };
}

/** What each backend does otherwise than the reference, which is memory. */
export const EXPECTATIONS: Readonly<Record<"memory" | "directory" | "openstack" | "vkcs", Expectations>> & {
  readonly huaweicloud: typeof huaweicloud;
} = {
  huaweicloud,
  memory: { lacks: { imports: "there is no server that could fetch anything" } },
  directory: { lacks: { imports: "there is no server that could fetch anything" } },
  openstack: GLANCE,
  vkcs: { ...GLANCE, importMethods: { value: "none", because: "its published API has no import" } },
};

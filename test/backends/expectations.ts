import { createHash } from "node:crypto";
import type { Expectations } from "../../src/testing/index.ts";

/** A volume that has to be there for the expectations of KakaoCloud. */
export const VOLUME_ID = "6f1b2c8e-4a3d-4a53-9e0b-0c4f7a4d2a11";

const OF_VOLUME = "it is the volume's";

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
      properties: "IMS has fields of its own only",
    },
    digests: { value: [], because: "what IMS says of the data is not true" },
    deletedMeanwhile: GLANCE.deletedMeanwhile,
    ids: { value: "given by the cloud", because: "IMS lets nobody choose one" },
    names: { value: "unique", because: "jobs refuse a name that is taken" },
    records: { value: "none", because: "there are no properties of one's own" },
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
export const EXPECTATIONS: Readonly<
  Record<"memory" | "directory" | "openstack" | "vkcs" | "kakaocloud", Expectations>
> & {
  readonly huaweicloud: typeof huaweicloud;
} = {
  huaweicloud,
  memory: { lacks: { imports: "there is no server that could fetch anything" } },
  directory: { lacks: { imports: "there is no server that could fetch anything" } },
  openstack: GLANCE,
  vkcs: { ...GLANCE, importMethods: { value: "none", because: "its published API has no import" } },
  kakaocloud: {
    lacks: {
      create: "images are made of volumes",
      upload: "images are made of volumes",
      download: "the cloud gives no data back",
      deactivate: "the cloud knows no such state",
      reactivate: "the cloud knows no such state",
      imports: "the cloud fetches nothing",
      containerFormat: OF_VOLUME,
      diskFormat: OF_VOLUME,
      minDiskGb: OF_VOLUME,
      minRamMb: OF_VOLUME,
      visibility: "an image is shared by its members alone",
      protected: "no image is protected from deletion",
      hidden: "no image is hidden",
      properties: "images have none",
      tags: "images have none",
    },
    ids: { value: "given by the cloud", because: "nobody can choose one" },
    records: { value: "none", because: "images have no properties" },
    removalFromGone: {
      value: "nothing",
      because: "a project that isn't a member is answered 404, and an image that isn't there no differently",
    },
    createFrom: {
      source: { volumeId: VOLUME_ID },
      unknown: { volumeId: "00000000-0000-4000-8000-000000000000" },
    },
    samples: {
      name: (text) => `image-${text.replaceAll(/[^a-zA-Z0-9]+/g, "-")}x`,
      project: (word) => createHash("md5").update(word).digest("hex"),
    },
  },
};

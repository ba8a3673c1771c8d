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

/** What each backend does otherwise than the reference, which is memory. */
export const EXPECTATIONS: Readonly<Record<"memory" | "directory" | "openstack" | "vkcs", Expectations>> = {
  memory: { lacks: { imports: "there is no server that could fetch anything" } },
  directory: { lacks: { imports: "there is no server that could fetch anything" } },
  openstack: GLANCE,
  vkcs: { ...GLANCE, importMethods: { value: "none", because: "its published API has no import" } },
};

import type { Rules } from "../../model/index.ts";
import { namesWhere } from "./properties.ts";

const isShown = namesWhere(({ read }) => read !== undefined);

/**
 * What Huawei Cloud can change: name, description, memory, firmware, tags, and the enterprise project. It has no
 * properties of the user's own, so nothing keeps a record of what an image was made from; private images have members.
 * Jobs refuse a name that is taken; whether other creations do, nobody says, so names count as unique.
 */
export const huaweicloudRules: Rules = {
  replaces: [
    "id",
    "region",
    "containerFormat",
    "diskFormat",
    "minDiskGb",
    "visibility",
    "protected",
    "hidden",
  ],
  replacesWithData: [],
  changesWithData: {
    attributes: ["minRamMb"],
    properties: namesWhere(({ changes }) => changes === "update"),
  },
  serverProperties: { names: [], prefixes: [] },
  addedProperties: { names: isShown, prefixes: [] },
  creationProperties: {
    shown: namesWhere(({ changes, read }) => changes === "never" && read !== undefined),
    unseen: namesWhere(({ changes, read }) => changes === "never" && read === undefined),
  },
  keepsRecords: false,
  keepsBytes: false,
  namesAreUnique: true,
  sharesPrivateImages: true,
};

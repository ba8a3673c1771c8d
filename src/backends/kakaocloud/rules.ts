import type { Rules } from "../../model/index.ts";

/**
 * What KakaoCloud can change: name and description. It has no properties, so nothing keeps a record of what an image was
 * made from; it has members whatever it calls the visibility.
 */
export const kakaocloudRules: Rules = {
  replaces: [
    "id",
    "region",
    "containerFormat",
    "diskFormat",
    "minDiskGb",
    "minRamMb",
    "visibility",
    "protected",
    "hidden",
  ],
  replacesWithData: [],
  serverProperties: { names: [], prefixes: [] },
  keepsRecords: false,
  sharesPrivateImages: true,
};

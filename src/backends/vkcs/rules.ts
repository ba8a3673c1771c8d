import { glanceRules, type Rules } from "../../model/index.ts";

/**
 * VK Cloud's rules: Glance's, but `store` is the cloud's, and its services leave notes on images that are made from
 * volumes and servers, as openstackclient does on those that it uploads. All other `os_*`, `hw_*` and `mcs_*` are the
 * user's.
 */
export const vkcsRules: Rules = {
  ...glanceRules,
  serverProperties: {
    ...glanceRules.serverProperties,
    names: [...glanceRules.serverProperties.names, "store"],
  },
  addedProperties: {
    names: [
      "base_image_ref",
      "boot_roles",
      "image_location",
      "image_state",
      "image_type",
      "instance_uuid",
      "owner_project_name",
      "owner_user_name",
      "user_id",
    ],
    prefixes: ["owner_specified."],
  },
};

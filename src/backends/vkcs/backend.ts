import type { Backend } from "../backend.ts";
import { keystoneGlance } from "../glance/keystone-glance.ts";
import type { VkcsOptions } from "./options.ts";
import { vkcsRules } from "./rules.ts";
import { vkcsSpec } from "./spec.ts";
import { storeHeaders } from "./store.ts";

/** Of Terraform's provider for VK Cloud: the region is Moscow's. */
const DEFAULTS = {
  authUrl: "https://msk.cloud.vk.com/infra/identity/v3/",
  userDomainName: "users",
  region: "RegionOne",
};

const TOO_LARGE =
  "VK Cloud takes 500 GB in one image by its API (100 GB in the console), and 2 TB in all images of a project: the data is more than that, or than the quota leaves";

const NOT_DELETED =
  "VK Cloud says so when volumes or servers that were made from the image still need it, in this project or in another one that it is shared with, and when it is another project's. Delete those first, or hide the image (hidden: true) until they are gone";

/**
 * The images of VK Cloud: a Keystone v3 and a Glance v2 with limits of their own. Takes the options, the `clouds.yaml`
 * and the `OS_*` variables of `openstack()`; where none of them says so, Keystone is at
 * `https://msk.cloud.vk.com/infra/identity/v3/`, users are of the domain `users`, and of several regions it is
 * `RegionOne` (Moscow). The project is named by its Keystone id, which is not the `mcs…` of the console.
 *
 * @throws AuthError `ERR_AUTH_FAILED` when there is no such cloud, or it refuses the credentials;
 *   `ERR_ENDPOINT_NOT_FOUND` when it has no image service in the region, at the interface.
 * @throws SpecError `ERR_SPEC_INVALID` when an option is wrong or missing, or names a file that can't be used.
 */
export async function vkcs(options: VkcsOptions = {}): Promise<Backend> {
  return keystoneGlance(
    {
      name: "vkcs",
      spec: vkcsSpec,
      defaults: DEFAULTS,
      variant: (endpoint) => ({
        rules: vkcsRules,
        creationHeaders: storeHeaders(endpoint),
        refusals: { tooLarge: TOO_LARGE, deletion: NOT_DELETED },
      }),
    },
    options,
  );
}

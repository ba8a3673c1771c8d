import type { Backend } from "../backend.ts";
import { keystoneGlance } from "../glance/keystone-glance.ts";
import type { OpenStackOptions } from "./options.ts";
import { openstackSpec } from "./spec.ts";

/**
 * The images of an OpenStack: Keystone v3 and Glance v2. Reads the configuration, gets a token and looks the image
 * service up in the catalog; everything after that is asked for when it is needed.
 *
 * @throws AuthError `ERR_AUTH_FAILED` when there is no such cloud, or it refuses the credentials;
 *   `ERR_ENDPOINT_NOT_FOUND` when it has no image service in the region, at the interface.
 * @throws SpecError `ERR_SPEC_INVALID` when an option is wrong or missing, or names a file that can't be used.
 */
export async function openstack(options: OpenStackOptions = {}): Promise<Backend> {
  return keystoneGlance({ name: "openstack", spec: openstackSpec }, options);
}

import type { StoredImage, Vendor } from "../openstack/state.ts";

/**
 * How VK Cloud differs from a plain OpenStack. What its services add to some images this one adds to all: who keeps
 * images there has to bear it.
 */
export const VKCS: Vendor = {
  userDomain: "users",
  hasImports: false,
  refusesInPages: true,
  defaultStore: "rbd",
  inUseStatus: 403,
  addsProperties: ({ stores, owner }) => ({
    store: stores.join(","),
    owner_project_name: `project of ${owner}`,
    owner_user_name: "user@example.com",
    image_state: "available",
    "owner_specified.openstack.object": "images/example",
  }),
  shows: (image) => (image.data === undefined ? {} : addressesOf(image)),
};

/** Where the data is, with the store's credentials: VK Cloud shows both. */
function addressesOf({ id, owner }: StoredImage): Readonly<Record<string, unknown>> {
  const url = `s3://${STORE_CREDENTIALS}@h-int.icebox.q/images-${owner}/${id}`;
  return { direct_url: url, locations: [{ url, metadata: {} }] };
}

/** An access key and a secret with a slash in it, as S3 has them. */
const STORE_CREDENTIALS = "access-key:secret/key+of-the-store";

import { newCloud, projectIdOf } from "../openstack/cloud.ts";
import { type FakeGlance, fakeGlance } from "../openstack/fake-glance.ts";
import { SECRET } from "../openstack/keystone.ts";
import type { FakeVkcsOptions } from "./options.ts";
import { VKCS } from "./vendor.ts";

/**
 * A VK Cloud in memory. Its own address, for msw, is `https://fake.cloud.vk.com`, among those of the public cloud; on
 * the loopback interface it is a private installation.
 */
export interface FakeVkcs extends FakeGlance {
  /** Has an image be in use from now on, as if a volume had been made from it: it can't be deleted. */
  useImage(id: string): void;
}

const FORMATS = { disk: ["raw", "iso"], container: ["bare"] };
const SIZE_CAP_BYTES = 500e9;

/**
 * Makes a cloud in memory that answers as VK Cloud does: the Glance of {@link fakeOpenStack} without imports and with
 * two formats, which adds properties of its own, shows where the data is with credentials in it, keeps data where
 * `x-image-meta-store` says, and refuses in pages.
 *
 * ```ts
 * const fake = fakeVkcs();
 * const server = await fake.listen();
 * const manager = new ImageManager(await vkcs(server.options("demo")));
 * // …
 * await server.close();
 * ```
 */
export function fakeVkcs(options: FakeVkcsOptions = {}): FakeVkcs {
  const cloud = newCloud(
    { imageSizeCapBytes: SIZE_CAP_BYTES, ...options, stores: [], importMethods: [] },
    FORMATS,
    VKCS,
  );
  return {
    ...fakeGlance(cloud, {
      origin: "https://fake.cloud.vk.com",
      optionsAt: (origin, user) => ({
        auth: {
          authUrl: `${origin}/identity/v3`,
          username: user,
          password: SECRET,
          projectId: projectIdOf(user),
        },
      }),
    }),
    useImage(id) {
      cloud.inUse.add(id);
    },
  };
}

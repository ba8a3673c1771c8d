import { newCloud } from "./cloud.ts";
import { type FakeGlance, fakeGlance } from "./fake-glance.ts";
import { SECRET } from "./keystone.ts";
import type { FakeOpenStackOptions } from "./options.ts";

/** A cloud in memory that answers as Keystone and Glance do; its own address, for msw, is `http://openstack.fake`. */
export interface FakeOpenStack extends FakeGlance {
  /** Has web-download find data at an address; any other address has nothing. */
  serveAt(url: string, data: Uint8Array): void;
}

/**
 * Makes a cloud in memory that answers as a real Keystone and Glance (2023.1) do, down to what is odd about them.
 *
 * ```ts
 * const fake = fakeOpenStack();
 * const server = await fake.listen();
 * const manager = new ImageManager(await openstack(server.options("demo")));
 * // …
 * await server.close();
 * ```
 */
export function fakeOpenStack(options: FakeOpenStackOptions = {}): FakeOpenStack {
  const cloud = newCloud(options);
  return {
    ...fakeGlance(cloud, {
      origin: "http://openstack.fake",
      optionsAt: (origin, user) => ({
        auth: {
          authUrl: `${origin}/identity/v3`,
          username: user,
          password: SECRET,
          projectName: user,
          userDomainName: "Default",
          projectDomainName: "Default",
        },
        region: cloud.settings.region,
      }),
    }),
    serveAt(url, data) {
      cloud.web.set(url, Uint8Array.from(data));
    },
  };
}

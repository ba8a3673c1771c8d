import type { z } from "zod";
import type { ImageSpec } from "../../model/index.ts";
import type { Backend } from "../backend.ts";
import { controlClient } from "../http/client.ts";
import { openTransport } from "../http/transport.ts";
import { findEndpoint, regionOf } from "../keystone/catalog.ts";
import type { CloudDefaults } from "../keystone/defaults.ts";
import { resolveCloud } from "../keystone/resolve.ts";
import { keystoneSession } from "../keystone/session.ts";
import { glanceBackend } from "./backend.ts";
import { checkOptions, type KeystoneGlanceOptions } from "./options.ts";
import type { GlanceVariant } from "./variant.ts";

/** What tells one cloud with a Keystone and a Glance from another. */
export interface KeystoneGlanceCloud {
  /** The backend's name, and that of the function that makes it. */
  readonly name: string;
  /** What it takes of a spec, in one region. */
  readonly spec: (region: string | undefined) => z.ZodType<ImageSpec>;
  /** What holds where neither options nor configuration say otherwise. Default: nothing. */
  readonly defaults?: CloudDefaults | undefined;
  /** How its Glance, at this URL, differs from others. Default: in nothing. */
  readonly variant?: ((endpoint: string) => GlanceVariant) | undefined;
}

/** The images of a cloud with a Keystone v3 and a Glance v2. Throws as `openstack()` says. */
export async function keystoneGlance(
  { name, spec, defaults = {}, variant }: KeystoneGlanceCloud,
  options: KeystoneGlanceOptions,
): Promise<Backend> {
  checkOptions(options, name);
  const { fetch, timeoutMs, dataIdleTimeoutMs, uploadAnswerTimeoutMs, retry, pageSize, ...cloudOptions } =
    options;
  const config = await resolveCloud(cloudOptions, defaults);
  const transport = await openTransport({ ...config, fetch, dataIdleTimeoutMs, uploadAnswerTimeoutMs });
  const client = controlClient({ fetch: transport.fetch, timeoutMs, retry });
  const { auth, authType } = config;
  const session = keystoneSession({ auth, authType, client, now: Date.now });
  const { projectId, catalog } = await session.token();
  const endpoint =
    config.imageEndpointOverride === undefined
      ? findEndpoint(catalog, {
          type: "image",
          interface: config.interface ?? "public",
          region: config.region,
          defaultRegion: defaults.region,
          authUrl: config.auth.authUrl,
        })
      : {
          interface: "override",
          url: config.imageEndpointOverride,
          region: config.region ?? defaults.region,
        };
  const region = regionOf(endpoint);
  return glanceBackend({
    name,
    endpoint: endpoint.url,
    region,
    projectId,
    session,
    client,
    transport: transport.data,
    spec: spec(region),
    pageSize,
    variant: variant?.(endpoint.url),
  });
}

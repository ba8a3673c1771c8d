import { type Issue, SpecError, unknownKey } from "../../model/index.ts";
import type { Backend } from "../backend.ts";
import { glanceBackend } from "../glance/backend.ts";
import { MAX_PAGE_SIZE } from "../glance/list.ts";
import { controlClient } from "../http/client.ts";
import { RETRY_KEYS } from "../http/retry.ts";
import { openTransport } from "../http/transport.ts";
import { AUTH_KEYS } from "../keystone/auth.ts";
import { findEndpoint, regionOf } from "../keystone/catalog.ts";
import { resolveCloud } from "../keystone/resolve.ts";
import { keystoneSession } from "../keystone/session.ts";
import { OPTION_NAMES, type OpenStackOptions } from "./options.ts";
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
  checkOptions(options);
  const { fetch, timeoutMs, dataIdleTimeoutMs, uploadAnswerTimeoutMs, retry, pageSize, ...cloudOptions } =
    options;
  const config = await resolveCloud(cloudOptions);
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
          authUrl: config.auth.authUrl,
        })
      : { interface: "override", url: config.imageEndpointOverride, region: config.region };
  const region = regionOf(endpoint);
  return glanceBackend({
    name: "openstack",
    endpoint: endpoint.url,
    region,
    projectId,
    session,
    client,
    transport: transport.data,
    spec: openstackSpec(region),
    pageSize,
  });
}

function checkOptions(options: OpenStackOptions): void {
  const issues: Issue[] = [
    ...unknownKeys(options, OPTION_NAMES, []),
    ...unknownKeys(options.auth ?? {}, AUTH_KEYS, ["auth"]),
    ...unknownKeys(options.retry ?? {}, RETRY_KEYS, ["retry"]),
    ...pageSizeIssues(options),
  ];
  if (issues.length > 0) throw new SpecError(issues, { subject: "The options of openstack()" });
}

function pageSizeIssues({ pageSize = MAX_PAGE_SIZE }: OpenStackOptions): Issue[] {
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= MAX_PAGE_SIZE) return [];
  return [{ path: ["pageSize"], message: `must be an integer from 1 to ${MAX_PAGE_SIZE}` }];
}

function unknownKeys(value: object, known: readonly string[], path: readonly string[]): Issue[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: [...path, key], message: unknownKey(key, known) }));
}

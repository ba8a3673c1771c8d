import { SpecError } from "../../model/index.ts";
import { type ControlClient, controlClient } from "../http/client.ts";
import type { DataTransport } from "../http/data.ts";
import { openTransport } from "../http/transport.ts";
import { type AuthorizedClient, authorizedClient } from "../keystone/authorized-client.ts";
import type { Session } from "../keystone/session.ts";
import { type Endpoints, endpointsOf, isRegion } from "./endpoints.ts";
import type { KeySource } from "./key-source.ts";
import { keysOf, noCredentials } from "./keys.ts";
import { checkOptions, type HuaweiCloudOptions } from "./options.ts";
import { findProject } from "./projects.ts";
import { type ResolvedAccess, resolveAccess } from "./resolve.ts";
import { type SignedClientOptions, signedClient } from "./signed-client.ts";
import { sessionOf } from "./tokens.ts";

/** The way to the services of one region, for one project. */
export interface Connection {
  readonly region: string;
  readonly projectId: string;
  readonly enterpriseProjectId: string | undefined;
  readonly endpoints: Endpoints;
  /** Authorised for the region's project: signed, or with a token; a key or token that is refused is renewed once. */
  readonly client: AuthorizedClient;
  /** The same in another region; `undefined` with a token that was given, which is good for one region. */
  readonly inRegion: ((region: string) => Promise<Connection>) | undefined;
  /** Tokens, for requests whose body is image data; `undefined` with an access key alone. */
  readonly session: Session | undefined;
  readonly transport: DataTransport;
}

/** What all regions have in common. */
interface Means {
  readonly client: ControlClient;
  readonly keys: KeySource | undefined;
  readonly transport: DataTransport;
}

/**
 * Reads options and variables, and finds the project. A password is tried, and so are the keys of the server that this
 * runs on; a key that is given is first used when something is asked for.
 *
 * @throws AuthError `ERR_AUTH_FAILED` when there are no credentials, or they are refused, or there is no project.
 * @throws SpecError `ERR_SPEC_INVALID` when an option is wrong or missing.
 */
export async function connect(options: HuaweiCloudOptions): Promise<Connection> {
  checkOptions(options);
  const access = resolveAccess(options);
  const transport = await openTransport(options);
  const { timeoutMs, retry } = options;
  const client = controlClient({ fetch: transport.fetch, timeoutMs, retry });
  const keys = await keysOf(access, options);
  return connection(access, { client, keys, transport: transport.data });
}

async function connection(access: ResolvedAccess, means: Means): Promise<Connection> {
  const { region, enterpriseProjectId } = access;
  const { keys, transport } = means;
  const endpoints = endpointsOf(region, access.endpoints);
  const session = sessionOf(access, endpoints.iam, means.client);
  const clientWith = (headersFor?: SignedClientOptions["headersFor"]): AuthorizedClient => {
    if (keys !== undefined) return signedClient({ client: means.client, keys, headersFor, now: Date.now });
    if (session !== undefined) return authorizedClient(means.client, session);
    throw noCredentials();
  };
  const scoped = keys === undefined ? await session?.token() : undefined;
  const projectId =
    access.projectId ??
    scoped?.projectId ??
    (await findProject(clientWith(), endpoints.iam, access.projectName ?? region));
  return {
    region,
    projectId,
    enterpriseProjectId,
    endpoints,
    // Other services aren't of a region, and know no such header.
    client: clientWith((url) => (url.startsWith(`${endpoints.ims}/`) ? { "x-project-id": projectId } : {})),
    inRegion:
      keys === undefined && access.auth?.token !== undefined
        ? undefined
        : (other) => connectIn(other, access, means),
    session,
    transport,
  };
}

/** @throws SpecError `ERR_SPEC_INVALID` where nobody can say where the image service of the other region is. */
async function connectIn(region: string, access: ResolvedAccess, means: Means): Promise<Connection> {
  if (region === access.region) return connection(access, means);
  const refuse = (path: readonly string[], message: string) =>
    new SpecError([{ path, message }], { subject: "The access to another region of Huawei Cloud" });
  if (!isRegion(region)) throw refuse(["region"], `${JSON.stringify(region)} is no region`);
  const { ims } = access.endpoints;
  if (ims?.includes(access.region) === false)
    throw refuse(["endpoints", "ims"], `has no region in it, so nothing says where that of ${region} is`);
  const endpoints = { ...access.endpoints, ims: ims?.replaceAll(access.region, region) };
  // A token that was given is good for one region.
  const auth = access.auth?.token === undefined ? access.auth : undefined;
  const elsewhere = { region, endpoints, auth, projectId: undefined, projectName: undefined };
  return connection({ ...access, ...elsewhere }, means);
}

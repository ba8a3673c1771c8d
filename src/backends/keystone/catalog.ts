import { z } from "zod";
import { AuthError } from "../../model/index.ts";

/** The service catalog of a token (Identity API v3). */
export const Catalog: z.ZodType<Catalog> = z.array(
  z.object({
    type: z.string(),
    endpoints: z.array(
      z.object({
        interface: z.string(),
        url: z.string(),
        region: z.string().nullish(),
        region_id: z.string().nullish(),
      }),
    ),
  }),
);

/** The services of a cloud and where they are. */
export type Catalog = readonly Service[];

/** One service of a cloud. */
export interface Service {
  readonly type: string;
  readonly endpoints: readonly Endpoint[];
}

/** Where a service is, for one region and interface. */
export interface Endpoint {
  readonly interface: string;
  readonly url: string;
  readonly region?: string | null | undefined;
  readonly region_id?: string | null | undefined;
}

/** Which endpoint is wanted. */
export interface EndpointQuery {
  readonly type: string;
  readonly interface: string;
  /** Needed where the service is in more than one. */
  readonly region?: string | undefined;
  /** The one that is meant where it is in several, and none is named. */
  readonly defaultRegion?: string | undefined;
  readonly authUrl: string;
}

/** The region of an endpoint. */
export function regionOf({ region_id, region }: Endpoint): string | undefined {
  return region_id ?? region ?? undefined;
}

/**
 * The one endpoint that answers to a query.
 *
 * @throws AuthError `ERR_ENDPOINT_NOT_FOUND`, with what there is instead in `available`.
 */
export function findEndpoint(catalog: Catalog, query: EndpointQuery): Endpoint {
  const { type, authUrl } = query;
  const all = catalog.filter((service) => service.type === type).flatMap(({ endpoints }) => endpoints);
  const refuse = (message: string, available: readonly string[]): AuthError =>
    new AuthError(message, { code: "ERR_ENDPOINT_NOT_FOUND", authUrl, available });

  if (all.length === 0) {
    const types = distinct(catalog.map((service) => service.type));
    throw refuse(`The cloud at ${authUrl} has no ${type} service${list("; it has", types)}`, types);
  }
  const regions = distinct(all.map(regionOf));
  const region = query.region ?? regions.find((one) => one === query.defaultRegion);
  const inRegion = region === undefined ? all : all.filter((endpoint) => regionOf(endpoint) === region);
  if (inRegion.length === 0) {
    throw refuse(
      `There is no ${type} service in the region ${region}${list("; there is one in", regions)}`,
      regions,
    );
  }
  const matches = inRegion.filter((endpoint) => endpoint.interface === query.interface);
  if (region === undefined && distinct(matches.map(regionOf)).length > 1) {
    throw refuse(
      `The ${type} service is in several regions: name one of ${regions.join(", ")} as region`,
      regions,
    );
  }
  const [endpoint] = matches;
  if (endpoint !== undefined) return endpoint;
  const interfaces = distinct(inRegion.map((other) => other.interface));
  throw refuse(
    `The ${type} service${region === undefined ? "" : ` in ${region}`} has no ${query.interface} interface${list("; it has", interfaces)}`,
    interfaces,
  );
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))].sort();
}

function list(words: string, names: readonly string[]): string {
  return names.length === 0 ? "" : `${words} ${names.join(", ")}`;
}

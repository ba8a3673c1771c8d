import { type ControlClient, controlClient } from "../http/client.ts";
import { discoveredServices, discoveryUrl, type Services, usualServices } from "./endpoints.ts";
import type { KakaoCloudEndpoints, KakaoCloudOptions } from "./options.ts";

/** Everything goes on without the answer: nobody waits long for it. */
const TIMEOUT_MS = 10_000;

/**
 * Where the services are: as the caller says, else as the cloud says, else where they usually are. The cloud is asked
 * once, without credentials.
 */
export async function findServices(
  region: string,
  endpoints: KakaoCloudEndpoints,
  { fetch, timeoutMs = TIMEOUT_MS }: Pick<KakaoCloudOptions, "fetch" | "timeoutMs">,
): Promise<Services> {
  const usual = usualServices(region);
  const { iam, image, volume } = endpoints;
  if (iam !== undefined && image !== undefined && volume !== undefined) return { iam, image, volume };
  const client = controlClient({ fetch, timeoutMs: Math.min(timeoutMs, TIMEOUT_MS), retry: { limit: 0 } });
  const found = await discover(client, discoveryUrl(region, endpoints));
  return {
    iam: iam ?? found.iam ?? usual.iam,
    image: image ?? found.image ?? usual.image,
    volume: volume ?? found.volume ?? usual.volume,
  };
}

async function discover(client: ControlClient, url: string): Promise<Partial<Services>> {
  try {
    const { status, body } = await client({ method: "GET", url });
    return status === 200 ? discoveredServices(body, url) : {};
  } catch {
    return {};
  }
}

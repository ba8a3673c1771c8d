import type { Backend } from "../backend.ts";
import { controlClient } from "../http/client.ts";
import { openTransport } from "../http/transport.ts";
import { keystoneSession } from "../keystone/session.ts";
import { findServices } from "./discovery.ts";
import { DEFAULT_REGION, kakaocloudUrls } from "./endpoints.ts";
import { kakaocloudImages } from "./images.ts";
import { checkOptions, type KakaoCloudOptions } from "./options.ts";
import { kakaocloudClient } from "./requests.ts";
import { resolveCredentials } from "./resolve.ts";

/** The most that Terraform's provider asks for at a time: the services take it. */
const PAGE_SIZE = 1_000;

/** How long a deletion, or the sharing of an image, may take. */
const TIMEOUT_MS = 30 * 60_000;

/**
 * The images of KakaoCloud: IAM (a Keystone v3 with application credentials), the image service, and the volume service,
 * which makes images of volumes. Asks where these are, and gets a token; everything after that is asked for when it is
 * needed.
 *
 * @throws AuthError `ERR_AUTH_FAILED` when the credentials are refused.
 * @throws SpecError `ERR_SPEC_INVALID` when an option is wrong or missing.
 */
export async function kakaocloud(options: KakaoCloudOptions = {}): Promise<Backend> {
  checkOptions(options);
  const { region = DEFAULT_REGION, endpoints = {}, timeoutMs, retry } = options;
  const credentials = resolveCredentials(options);
  const { fetch } = await openTransport({ fetch: options.fetch });
  const urls = kakaocloudUrls(await findServices(region, endpoints, { fetch, timeoutMs }));
  const client = controlClient({ fetch, timeoutMs, retry });
  const session = keystoneSession({
    auth: { ...credentials, authUrl: urls.identity },
    client,
    now: Date.now,
  });
  const { projectId } = await session.token();
  return kakaocloudImages({
    client: kakaocloudClient(client, session),
    urls,
    region,
    projectId,
    pageSize: PAGE_SIZE,
    timeoutMs: TIMEOUT_MS,
  });
}

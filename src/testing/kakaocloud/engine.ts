import type { Served } from "../fake/serve.ts";
import { type FakeRequest, type FakeResponse, Refusal } from "../fake/wire.ts";
import { discovery } from "./discovery.ts";
import { iam } from "./iam.ts";
import { images } from "./images.ts";
import { Invalid, refused, refusedByIam } from "./refused.ts";
import type { Cloud } from "./state.ts";
import { volumes } from "./volumes.ts";

type Service = (cloud: Cloud, path: string, request: FakeRequest) => FakeResponse | Promise<FakeResponse>;

/** The services, by the first part of the path: elsewhere they have hosts of their own. */
const SERVICES: Readonly<Record<string, Service>> = { iam, discovery, image: images, volume: volumes };

/** The cloud, as what serves it has it. */
export function served(cloud: Cloud): Served {
  return {
    handle: (request) => handle(cloud, request),
    refuse: (status, { url }) => refusalOf(url, new Refusal(status, "As the test wants it.")),
    isData: () => false,
  };
}

async function handle(cloud: Cloud, request: FakeRequest): Promise<FakeResponse> {
  const [, name = "", path = "/"] = /^\/([^/]+)(\/.*)?$/.exec(request.url.pathname) ?? [];
  const service = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
  try {
    if (service === undefined) throw new Refusal(404, `There is ${Object.keys(SERVICES).join(", ")} here.`);
    return await service(cloud, path, request);
  } catch (error) {
    if (error instanceof Refusal || error instanceof Invalid) return refusalOf(request.url, error);
    throw error;
  }
}

function refusalOf({ pathname }: URL, error: Refusal | Invalid): FakeResponse {
  return pathname.startsWith("/iam/") ? refusedByIam(error) : refused(error);
}

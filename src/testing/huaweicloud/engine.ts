import type { Served } from "../fake/serve.ts";
import { type FakeRequest, type FakeResponse, Refusal } from "../fake/wire.ts";
import { eps } from "./eps.ts";
import { iam } from "./iam.ts";
import { ims } from "./ims.ts";
import { securityKey } from "./instance-metadata.ts";
import { refusalAnswer, wantedRefusal } from "./refusals.ts";
import type { Cloud } from "./state.ts";

const SERVICES = { iam, ims, eps };

/** The cloud, as what serves it has it. */
export function served(cloud: Cloud): Served {
  return {
    handle: (request) => handle(cloud, request),
    refuse: (status, { url }) =>
      refusalAnswer(wantedRefusal(status), serviceOf(url.pathname).name, cloud.newId().replaceAll("-", "")),
    isData: (path) => /\/v2\/images\/[^/]+\/file$/.test(path),
  };
}

/** What the cloud answers to a request. */
async function handle(cloud: Cloud, request: FakeRequest): Promise<FakeResponse> {
  const requestId = cloud.newId().replaceAll("-", "");
  const { name, path } = serviceOf(request.url.pathname);
  try {
    const answer = await answered(cloud, name, path, request);
    return { ...answer, headers: { ...answer.headers, "x-request-id": requestId } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const answer = refusalAnswer(error, name, requestId);
    return { ...answer, headers: { ...answer.headers, "x-request-id": requestId } };
  }
}

async function answered(
  cloud: Cloud,
  name: string,
  path: string,
  request: FakeRequest,
): Promise<FakeResponse> {
  if (request.method === "GET" && request.url.pathname === "/openstack/latest/securitykey")
    return securityKey(cloud);
  if (name !== "iam" && name !== "ims" && name !== "eps")
    throw new Refusal(404, "There is /iam, /ims and /eps here.");
  return await SERVICES[name](cloud, path, request);
}

function serviceOf(pathname: string): { readonly name: string; readonly path: string } {
  const [, name = "", path = "/"] = /^\/(iam|ims|eps)(\/.*)?$/.exec(pathname) ?? [];
  return { name, path };
}

import type { Served } from "../fake/serve.ts";
import { type FakeRequest, type FakeResponse, json, Refusal, titleOf } from "../fake/wire.ts";
import { glance } from "./glance.ts";
import { keystone } from "./keystone.ts";
import { refused } from "./refused.ts";
import type { Cloud } from "./state.ts";

/** The cloud, as what serves it has it. */
export function served(cloud: Cloud): Served {
  return {
    handle: (request) => handle(cloud, request),
    refuse: (status, request) => refusal(cloud, new Refusal(status, "As the test wants it."), request),
    isData: (path) => /\/(file|stage)$/.test(path),
  };
}

/** What the cloud answers to a request. */
async function handle(cloud: Cloud, request: FakeRequest): Promise<FakeResponse> {
  const [, service, path] = /^\/(identity|image)(\/.*)?$/.exec(request.url.pathname) ?? [];
  const requestId = `req-${cloud.newId()}`;
  try {
    const answer =
      service === undefined
        ? refusal(cloud, new Refusal(404, "There is /identity and /image here."), request)
        : await (service === "identity" ? keystone : glance)(cloud, path ?? "/", request);
    return { ...answer, headers: { ...answer.headers, "x-openstack-request-id": requestId } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const answer = service === "identity" ? identityRefusal(error) : refusal(cloud, error, request);
    return { ...answer, headers: { ...answer.headers, "x-openstack-request-id": requestId } };
  }
}

function refusal({ settings }: Cloud, error: Refusal, { headers }: FakeRequest): FakeResponse {
  return refused(error, settings.vendor.refusesInPages === true ? null : headers.get("accept"));
}

/** Keystone has an envelope of its own. */
function identityRefusal({ status, message, headers }: Refusal): FakeResponse {
  return json(status, { error: { code: status, message, title: titleOf(status) } }, headers);
}

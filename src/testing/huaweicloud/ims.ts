import type { FakeRequest, FakeResponse } from "../fake/wire.ts";
import { authenticate } from "./authenticate.ts";
import { settleImages } from "./images.ts";
import { settleJobs } from "./jobs.ts";
import { GatewayRefusal, unauthenticated } from "./refusals.ts";
import { matched } from "./routes.ts";
import { type Cloud, projectIdOf } from "./state.ts";

/** The image service; its path begins with a region, or is of the home region. */
export async function ims(cloud: Cloud, path: string, incoming: FakeRequest): Promise<FakeResponse> {
  const { regions } = cloud.settings;
  const named = regions.find((name) => path.startsWith(`/${name}/`));
  const region = named ?? regions[0];
  const below = named === undefined ? path : path.slice(named.length + 1);
  const { user, session, request } = await authenticate(cloud, incoming);
  if (session !== undefined && session.region !== region)
    throw unauthenticated(`the token is not for a project of ${region}`);
  const projectId = projectIdOf(cloud, user, region);
  checkProject(request.headers.get("x-project-id"), projectId);
  const call = { cloud, user, region, projectId, isSigned: session === undefined };
  settleJobs(cloud);
  settleImages(cloud);
  const { handlers, pid = projectId, id = "", name = "" } = matched(below);
  checkProject(pid, projectId);
  const handler = handlers[request.method];
  if (handler === undefined)
    throw new GatewayRefusal(405, "APIGW.0101", "The API does not exist with this method.");
  return await handler(call, request, decoded(id), decoded(name));
}

function checkProject(given: string | null, projectId: string): void {
  if (given !== null && given !== projectId)
    throw new GatewayRefusal(403, "APIGW.0302", `The project ${given} is not the caller's in this region.`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

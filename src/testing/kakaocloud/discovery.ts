import { type FakeRequest, type FakeResponse, json, Refusal } from "../fake/wire.ts";
import type { Cloud } from "./state.ts";

/** Says where the services are: all of them below this origin. */
export function discovery(_cloud: Cloud, path: string, { method, url }: FakeRequest): FakeResponse {
  if (path !== "/api/v1/client-endpoints/resolve") throw new Refusal(404, "There is nothing here.");
  if (method !== "GET") throw new Refusal(405);
  const { origin } = url;
  const services = { iam: `${origin}/iam`, image: `${origin}/image`, volume: `${origin}/volume` };
  return json(200, {
    success: true,
    data: { id: "fake", service_endpoints: services, priority: 1 },
    message: null,
  });
}

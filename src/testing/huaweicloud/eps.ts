import { type FakeRequest, type FakeResponse, json, jsonOf, NO_CONTENT, Refusal } from "../fake/wire.ts";
import { authenticate } from "./authenticate.ts";
import { type Body, objectOf, requiredText, texts } from "./fields.ts";
import { type Cloud, projectIdOf, save, type User } from "./state.ts";

/** `/v1.0/enterprise-projects`: what belongs to which. */
export async function eps(cloud: Cloud, path: string, incoming: FakeRequest): Promise<FakeResponse> {
  const { user, request } = await authenticate(cloud, incoming);
  const [, target = "", action] =
    /^\/v1\.0\/enterprise-projects\/([^/]+)\/(resources-migrate|resources\/filter)$/.exec(path) ?? [];
  if (action === undefined || request.method !== "POST") throw new Refusal(404, "There is no such API.");
  if (target !== "0" && !cloud.settings.enterpriseProjects.includes(target))
    throw new Refusal(404, `The enterprise project ${target} does not exist.`);
  const body = objectOf(await jsonOf(request));
  return action === "resources/filter"
    ? filter(cloud, user, target, body)
    : migrate(cloud, user, target, body);
}

function migrate(cloud: Cloud, user: User, target: string, body: Body): FakeResponse {
  if (body["resource_type"] !== "images") throw new Refusal(400, "Only images are kept here.");
  const image = cloud.images.get(requiredText(body, "resource_id"));
  const region = requiredText(body, "region_id");
  const isOwn = image?.region === region && image.owner === projectIdOf(cloud, user, region);
  if (image === undefined || image.status === "deleted" || !isOwn || body["project_id"] !== image.owner)
    throw new Refusal(400, "The resource does not exist.");
  save(cloud, { ...image, enterpriseProjectId: target });
  return NO_CONTENT;
}

function filter(cloud: Cloud, user: User, target: string, body: Body): FakeResponse {
  const { limit = 1000, offset = 0 } = body;
  if (typeof limit !== "number" || typeof offset !== "number")
    throw new Refusal(400, "limit and offset have to be numbers.");
  const projects = cloud.settings.regions.map((region) => projectIdOf(cloud, user, region));
  const asked = body["projects"] === undefined ? projects : texts(body, "projects");
  const found = [...cloud.images.values()].filter(
    ({ owner, status, enterpriseProjectId }) =>
      owner !== undefined &&
      projects.includes(owner) &&
      asked.includes(owner) &&
      status !== "deleted" &&
      enterpriseProjectId === target &&
      texts(body, "resource_types").includes("images"),
  );
  const resources = found.slice(offset, offset + limit).map(({ id, name, owner, region }) => ({
    resource_id: id,
    resource_name: name,
    resource_type: "images",
    enterprise_project_id: target,
    project_id: owner,
    project_name: region,
  }));
  return json(200, { resources, errors: [], total_count: found.length });
}

import { type FakeRequest, type FakeResponse, isObject, json, jsonOf, Refusal } from "../fake/wire.ts";
import { authenticate } from "./authenticate.ts";
import { type Cloud, projectIdOf, type Session, type User } from "./state.ts";

/** The password of everybody. */
export const PASSWORD = "secret";

const WRONG = "The username or password is wrong.";

/** `/v3`: tokens and projects. */
export async function iam(cloud: Cloud, path: string, request: FakeRequest): Promise<FakeResponse> {
  if (path === "/v3/auth/tokens" && request.method === "POST") return newToken(cloud, request);
  if (path === "/v3/projects" && request.method === "GET") return listProjects(cloud, request);
  throw new Refusal(404, "The resource could not be found.");
}

async function newToken(cloud: Cloud, request: FakeRequest): Promise<FakeResponse> {
  const body = await jsonOf(request);
  const auth = isObject(body) ? body["auth"] : undefined;
  const identity = isObject(auth) ? auth["identity"] : undefined;
  if (!isObject(auth) || !isObject(identity)) throw new Refusal(400, "The request body is invalid.");
  const user = userOf(cloud, identity);
  const session = {
    user,
    region: scopeOf(cloud, user, auth["scope"]),
    expiresAtMs: cloud.nowMs() + cloud.settings.tokenLifetimeMs,
  };
  const id = `MII${cloud.newId().replaceAll("-", "")}`;
  cloud.tokens.set(id, session);
  const { searchParams, origin } = request.url;
  const catalog = searchParams.get("nocatalog") === "true" ? [] : catalogOf(cloud, origin);
  return json(201, { token: tokenView(cloud, session, catalog) }, { "x-subject-token": id });
}

function userOf({ users }: Cloud, { methods, password }: Readonly<Record<string, unknown>>): User {
  const given = isObject(password) ? password["user"] : undefined;
  const isByPassword = Array.isArray(methods) && methods.includes("password");
  if (!isByPassword || !isObject(given)) throw new Refusal(401, WRONG);
  const user = users.find((one) =>
    given["id"] === undefined
      ? given["name"] === one.name && isNamed(given["domain"], one.domainId, one.name)
      : given["id"] === one.id,
  );
  if (user === undefined || given["password"] !== PASSWORD) throw new Refusal(401, WRONG);
  return user;
}

/** The region of a project; `undefined` for the whole account. */
function scopeOf(cloud: Cloud, user: User, scope: unknown): string | undefined {
  const { project, domain } = isObject(scope) ? scope : {};
  if (project === undefined) {
    if (domain !== undefined && !isNamed(domain, user.domainId, user.name)) throw new Refusal(401, WRONG);
    return undefined;
  }
  const region = cloud.settings.regions.find((name) =>
    isNamed(project, projectIdOf(cloud, user, name), name),
  );
  if (region === undefined) throw new Refusal(401, "The project of the scope does not exist.");
  return region;
}

function isNamed(given: unknown, id: string, name: string): boolean {
  if (!isObject(given)) return false;
  return given["id"] === undefined ? given["name"] === name : given["id"] === id;
}

function tokenView(
  cloud: Cloud,
  { user, region, expiresAtMs }: Session,
  catalog: readonly unknown[],
): Readonly<Record<string, unknown>> {
  const domain = { id: user.domainId, name: user.name };
  return {
    methods: ["password"],
    user: { id: user.id, name: user.name, domain, password_expires_at: "" },
    ...(region === undefined
      ? { domain }
      : { project: { id: projectIdOf(cloud, user, region), name: region, domain } }),
    roles: [{ id: "0", name: "te_admin" }],
    issued_at: microseconds(cloud.nowMs()),
    expires_at: microseconds(expiresAtMs),
    catalog,
  };
}

/** `2024-01-16T08:30:00.000000Z`. */
function microseconds(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}

function catalogOf({ settings: { regions } }: Cloud, origin: string): readonly unknown[] {
  const entry = (type: string, endpoints: readonly (readonly [region: string, url: string])[]) => ({
    id: `${type}-service`,
    type,
    name: type,
    endpoints: endpoints.map(([region, url]) => ({
      id: `${type}-${region}`,
      interface: "public",
      region,
      region_id: region,
      url,
    })),
  });
  return [
    entry("iam", [["*", `${origin}/iam/v3`]]),
    entry("eps", [["*", `${origin}/eps`]]),
    entry(
      "ims",
      regions.map((region) => [region, `${origin}${imsPath(region)}`]),
    ),
  ];
}

/** Where the image service of a region is. */
export function imsPath(region: string): string {
  return `/ims/${region}`;
}

/** `GET /v3/projects?name=`. */
async function listProjects(cloud: Cloud, request: FakeRequest): Promise<FakeResponse> {
  const { user } = await authenticate(cloud, request);
  const name = request.url.searchParams.get("name");
  const projects = cloud.settings.regions
    .filter((region) => name === null || region === name)
    .map((region) => ({
      id: projectIdOf(cloud, user, region),
      name: region,
      domain_id: user.domainId,
      parent_id: user.domainId,
      is_domain: false,
      enabled: true,
      description: "",
      links: {},
    }));
  return json(200, { projects, links: {} });
}

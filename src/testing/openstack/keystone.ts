import { type FakeRequest, type FakeResponse, isObject, json, jsonOf, Refusal } from "../fake/wire.ts";
import type { Cloud, Session, User } from "./state.ts";

/** The password of everybody, and the secret of everybody's application credential. */
export const SECRET = "secret";

/** `/v3`: tokens, and what the service is. */
export async function keystone(cloud: Cloud, path: string, request: FakeRequest): Promise<FakeResponse> {
  if (request.method === "GET" && /^\/(v3\/?)?$/.test(path)) return versions(request, path);
  if (path !== "/v3/auth/tokens") throw new Refusal(404, "Could not find the resource.");
  if (request.method === "POST") return newToken(cloud, request);
  if (request.method !== "GET") throw new Refusal(405);
  const id = request.headers.get("x-subject-token") ?? "";
  return tokenAnswer(cloud, id, sessionOf(cloud, id), request.url, 200);
}

/** Whom a token is for, else 401. */
export function sessionOf({ tokens, nowMs }: Cloud, token: string | null): Session {
  const session = tokens.get(token ?? "");
  if (session === undefined || session.expiresAtMs <= nowMs())
    throw new Refusal(
      401,
      "This server could not verify that you are authorized to access the document you requested.",
    );
  return session;
}

function versions({ url }: FakeRequest, path: string): FakeResponse {
  const href = `${url.origin}/identity/v3/`;
  const version = {
    id: "v3.14",
    status: "stable",
    updated: "2020-04-07T00:00:00Z",
    links: [{ rel: "self", href }],
    "media-types": [],
  };
  return path.startsWith("/v3") ? json(200, { version }) : json(300, { versions: { values: [version] } });
}

async function newToken(cloud: Cloud, request: FakeRequest): Promise<FakeResponse> {
  const body = await jsonOf(request);
  const auth = isObject(body) ? body["auth"] : undefined;
  const identity = isObject(auth) ? auth["identity"] : undefined;
  if (!isObject(auth) || !isObject(identity)) throw new Refusal(400, "'auth' is a required property");
  const user = userOf(cloud, identity);
  checkScope(auth["scope"], user);
  const id = `gAAAAA${cloud.newId()}`;
  const session = { user, expiresAtMs: cloud.nowMs() + cloud.settings.tokenLifetimeMs };
  cloud.tokens.set(id, session);
  return tokenAnswer(cloud, id, session, request.url, 201);
}

const REFUSED = "The request you have made requires authentication.";

function userOf(cloud: Cloud, identity: Readonly<Record<string, unknown>>): User {
  const { password, token, application_credential: credential } = identity;
  if (isObject(token) && typeof token["id"] === "string") return sessionOf(cloud, token["id"]).user;
  if (isObject(credential) && credential["secret"] === SECRET) {
    const { id, name, user } = credential;
    const found = cloud.users.find((one) =>
      id === undefined ? name === one.name && isUser(user, one) : id === `credential-${one.name}`,
    );
    if (found !== undefined) return found;
  }
  const given = isObject(password) ? password["user"] : undefined;
  const found = isOfDomain(given, cloud.settings.vendor.userDomain)
    ? cloud.users.find((one) => isUser(given, one))
    : undefined;
  if (found === undefined || !isObject(given) || given["password"] !== SECRET)
    throw new Refusal(401, REFUSED);
  return found;
}

/** Who is named by an id needs no domain. */
function isOfDomain(given: unknown, wanted: string | undefined): boolean {
  if (wanted === undefined || !isObject(given) || given["id"] !== undefined) return true;
  const { domain } = given;
  return isObject(domain) && (domain["name"] === wanted || domain["id"] === wanted);
}

function isUser(given: unknown, { id, name }: User): boolean {
  return isObject(given) && (given["id"] === undefined ? given["name"] === name : given["id"] === id);
}

function checkScope(scope: unknown, user: User): void {
  const project = isObject(scope) ? scope["project"] : undefined;
  if (!isObject(project)) return;
  if (project["id"] === undefined ? project["name"] !== user.name : project["id"] !== user.projectId)
    throw new Refusal(401, REFUSED);
}

function tokenAnswer(
  cloud: Cloud,
  id: string,
  { user, expiresAtMs }: Session,
  { origin }: URL,
  status: number,
): FakeResponse {
  const { region } = cloud.settings;
  const domain = { id: "default", name: "Default" };
  const endpoints = (url: string) =>
    ["public", "internal"].map((audience) => ({
      id: `${url}-${audience}`,
      interface: audience,
      region,
      region_id: region,
      url,
    }));
  const roles = user.role === "admin" ? ["admin", "member", "reader"] : ["member", "reader"];
  const token = {
    methods: ["password"],
    user: { id: user.id, name: user.name, domain, password_expires_at: null },
    project: { id: user.projectId, name: user.name, domain },
    is_domain: false,
    roles: roles.map((name) => ({ id: `role-${name}`, name })),
    audit_ids: ["fake"],
    issued_at: new Date(cloud.nowMs()).toISOString().replace("Z", "000Z"),
    expires_at: new Date(expiresAtMs).toISOString().replace("Z", "000Z"),
    catalog: [
      { id: "identity", type: "identity", name: "keystone", endpoints: endpoints(`${origin}/identity/v3`) },
      { id: "image", type: "image", name: "glance", endpoints: endpoints(`${origin}/image`) },
    ],
  };
  return json(status, { token }, { "x-subject-token": id });
}

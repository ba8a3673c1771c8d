import { type FakeRequest, type FakeResponse, isObject, json, jsonOf, Refusal } from "../fake/wire.ts";
import type { Cloud, Project, Session } from "./state.ts";

/** The secret of everybody's application credential, whose id is `credential-` and the project's name. */
export const SECRET = "secret";

const REFUSED = "The request you have made requires authentication.";

/** `/identity/v3/auth/tokens`. */
export async function iam(cloud: Cloud, path: string, request: FakeRequest): Promise<FakeResponse> {
  if (path !== "/identity/v3/auth/tokens") throw new Refusal(404, "Could not find the resource.");
  if (request.method === "GET") {
    const id = request.headers.get("x-subject-token");
    return tokenAnswer(cloud, id ?? "", sessionOf(cloud, id), 200);
  }
  if (request.method !== "POST") throw new Refusal(405);
  if (!request.headers.get("content-type")?.startsWith("application/json"))
    throw new Refusal(415, "The Content-Type must be application/json.");
  const project = projectOf(cloud, await jsonOf(request));
  const id = `gAAAAA${cloud.newId()}`;
  const session = { project, expiresAtMs: cloud.nowMs() + cloud.settings.tokenLifetimeMs };
  cloud.tokens.set(id, session);
  return tokenAnswer(cloud, id, session, 201);
}

/** Whom a token is for, else 401. */
export function sessionOf({ tokens, nowMs }: Cloud, token: string | null): Session {
  const session = tokens.get(token ?? "");
  if (session === undefined || session.expiresAtMs <= nowMs())
    throw new Refusal(401, "The token is missing, wrong, or has expired.");
  return session;
}

function projectOf(cloud: Cloud, body: unknown): Project {
  const auth = isObject(body) ? body["auth"] : undefined;
  const identity = isObject(auth) ? auth["identity"] : undefined;
  const credential = isObject(identity) ? identity["application_credential"] : undefined;
  if (!isObject(credential)) throw new Refusal(400, "'application_credential' is a required property");
  const found = cloud.projects.find(({ name }) => credential["id"] === `credential-${name}`);
  if (found === undefined || credential["secret"] !== SECRET) throw new Refusal(401, REFUSED);
  return found;
}

function tokenAnswer(
  { nowMs, settings }: Cloud,
  id: string,
  { project, expiresAtMs }: Session,
  status: number,
): FakeResponse {
  const at = (ms: number) => new Date(ms).toISOString().replace("Z", "000Z");
  const domain = { id: "default", name: "Default" };
  const token = {
    methods: ["application_credential"],
    ...(settings.tellsExpiry ? { expires_at: at(expiresAtMs) } : {}),
    issued_at: at(nowMs()),
    project: { ...project, domain },
    user: { id: `user-${project.name}`, name: project.name },
    roles: [{ id: "role-member", name: "member" }],
    application_credential: { id: `credential-${project.name}`, name: project.name, restricted: true },
  };
  return json(status, { token }, { "x-subject-token": id });
}

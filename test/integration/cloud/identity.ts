type EntityName = "project" | "user" | "role" | "service" | "endpoint";

interface Credentials {
  readonly user: string;
  readonly project: string;
  readonly password: string;
}

/** The part of Keystone's API that seeding takes; ids stand for what was made or found. */
export interface Identity {
  readonly token: string;
  create(entity: EntityName, values: Readonly<Record<string, string>>): Promise<string>;
  find(entity: EntityName, name: string): Promise<string>;
  grant(projectId: string, userId: string, roleId: string): Promise<void>;
}

export async function signIn(authUrl: string, credentials: Credentials): Promise<Identity> {
  const response = await send("POST", `${authUrl}/auth/tokens`, {}, passwordAuthentication(credentials));
  const token = response.headers.get("x-subject-token") ?? "";
  const headers = { "x-auth-token": token };

  return {
    token,
    async create(entity, values) {
      const created = await send("POST", `${authUrl}/${entity}s`, headers, { [entity]: values });
      return idIn(await created.json(), entity);
    },
    async find(entity, name) {
      const query = new URLSearchParams({ name });
      const found: unknown = await (await send("GET", `${authUrl}/${entity}s?${query}`, headers)).json();
      const [first]: unknown[] = listIn(found, `${entity}s`);
      return idIn({ [entity]: first }, entity);
    },
    async grant(projectId, userId, roleId) {
      await send("PUT", `${authUrl}/projects/${projectId}/users/${userId}/roles/${roleId}`, headers);
    },
  };
}

function passwordAuthentication({ user, project, password }: Credentials): object {
  const domain = { id: "default" };
  return {
    auth: {
      identity: { methods: ["password"], password: { user: { name: user, domain, password } } },
      scope: { project: { name: project, domain } },
    },
  };
}

async function send(
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Response> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${await response.text()}`);
  return response;
}

function idIn(body: unknown, entity: string): string {
  const id = property(property(body, entity), "id");
  if (typeof id !== "string") throw new Error(`Keystone's answer has no ${entity} with an id`);
  return id;
}

function listIn(body: unknown, name: string): unknown[] {
  const list = property(body, name);
  return Array.isArray(list) ? list : [];
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

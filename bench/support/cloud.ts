import { resolveCloud } from "../../src/backends/keystone/resolve.ts";

/** What the other contestants need to know of a cloud: they can't read clouds.yaml. */
export interface Account {
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly projectName: string;
  readonly userDomainName: string;
  readonly projectDomainName: string;
  readonly region: string;
}

/** Where the image service is, and what opens it. */
export interface Access {
  readonly token: string;
  readonly imageUrl: string;
}

export async function accountOf(cloud: string): Promise<Account> {
  const { auth, region = "RegionOne" } = await resolveCloud({ cloud });
  const { authUrl, username, password, projectName } = auth;
  if (username === undefined || password === undefined || projectName === undefined) {
    throw new Error(`The cloud "${cloud}" needs username, password and project_name for this bench`);
  }
  const { userDomainName = "Default", projectDomainName = "Default" } = auth;
  return { authUrl, username, password, projectName, userDomainName, projectDomainName, region };
}

/** What the command-line tools of OpenStack read. */
export function environmentOf(account: Account): Record<string, string | undefined> {
  return {
    OS_CLOUD: undefined,
    OS_AUTH_URL: account.authUrl,
    OS_USERNAME: account.username,
    OS_PASSWORD: account.password,
    OS_PROJECT_NAME: account.projectName,
    OS_DOMAIN_NAME: account.userDomainName,
    OS_USER_DOMAIN_NAME: account.userDomainName,
    OS_PROJECT_DOMAIN_NAME: account.projectDomainName,
    OS_REGION_NAME: account.region,
    OS_IDENTITY_API_VERSION: "3",
  };
}

export async function signIn(account: Account): Promise<Access> {
  const { username, password, projectName, userDomainName, projectDomainName } = account;
  const user = { name: username, password, domain: { name: userDomainName } };
  const project = { name: projectName, domain: { name: projectDomainName } };
  const response = await send(`${account.authUrl}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      auth: { identity: { methods: ["password"], password: { user } }, scope: { project } },
    }),
  });
  const token = response.headers.get("x-subject-token") ?? "";
  return { token, imageUrl: imageUrlIn(await response.json(), account.region) };
}

/** Deletes every image of this name that the account sees. */
export async function deleteImages({ token, imageUrl }: Access, name: string): Promise<void> {
  const headers = { "x-auth-token": token };
  const response = await send(`${imageUrl}/v2/images?${new URLSearchParams({ name })}`, { headers });
  for (const image of listIn(await response.json(), "images")) {
    await send(`${imageUrl}/v2/images/${property(image, "id")}`, { method: "DELETE", headers });
  }
}

/** An upload takes long enough for the server to close a connection that idles. */
async function send(
  url: string,
  request: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  const response = await fetch(url, { ...request, headers: { ...request.headers, connection: "close" } });
  if (!response.ok) {
    throw new Error(
      `${request.method ?? "GET"} ${url} answered ${response.status}: ${await response.text()}`,
    );
  }
  return response;
}

function imageUrlIn(answer: unknown, region: string): string {
  const service = listIn(property(answer, "token"), "catalog").find(
    (entry) => property(entry, "type") === "image",
  );
  const endpoint = listIn(service, "endpoints").find(
    (entry) => property(entry, "interface") === "public" && property(entry, "region") === region,
  );
  const url = property(endpoint, "url");
  if (typeof url !== "string") throw new Error(`The catalog has no public image service in ${region}`);
  return url.replace(/\/(v2)?\/?$/, "");
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = property(value, name);
  return Array.isArray(list) ? list : [];
}

export function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

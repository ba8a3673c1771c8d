import { createHmac, randomBytes } from "node:crypto";
import { inject } from "vitest";
import { password } from "../cloud/seed.ts";
import type { User } from "./cloud.ts";

interface Session {
  readonly token: string;
  readonly userId: string;
  readonly projectId: string;
}

export interface ApplicationCredential {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  /** A token of the user that it was made with. */
  readonly token: string;
}

export async function userIdOf(user: User): Promise<string> {
  return (await signIn(user)).userId;
}

export async function createApplicationCredential(user: User): Promise<ApplicationCredential> {
  const { token, userId } = await signIn(user);
  const name = `credential-${randomBytes(6).toString("hex")}`;
  const response = await fetch(`${inject("cloud").authUrl}/users/${userId}/application_credentials`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-auth-token": token },
    body: JSON.stringify({ application_credential: { name } }),
  });
  const { application_credential } = (await response.json()) as {
    application_credential: { id: string; secret: string };
  };
  return { ...application_credential, name, token };
}

/** Lets one user act for another in the other's project; returns the trust's id. */
export async function createTrust(trustor: User, trustee: User): Promise<string> {
  const { token, userId, projectId } = await signIn(trustor);
  const trust = {
    trustor_user_id: userId,
    trustee_user_id: await userIdOf(trustee),
    project_id: projectId,
    impersonation: false,
    roles: [{ name: "member" }],
  };
  return idOf(await call(token, "POST", "/OS-TRUST/trusts", { trust }), "trust");
}

/** Gives a user a role in the first domain. */
export async function grantInDomain(user: User, role: string): Promise<void> {
  const { token } = await signIn("admin");
  const { roles } = (await call(token, "GET", `/roles?name=${role}`)) as { roles: { id: string }[] };
  const path = `/domains/default/users/${await userIdOf(user)}/roles/${roles[0]?.id}`;
  await call(token, "PUT", path);
}

/** Gives a user a secret for one-time passwords; returns it. */
export async function createTotpSecret(user: User): Promise<Buffer> {
  const { token } = await signIn("admin");
  const secret = randomBytes(20);
  const credential = { type: "totp", blob: base32(secret), user_id: await userIdOf(user) };
  await call(token, "POST", "/credentials", { credential });
  return secret;
}

/** The one-time password of now (RFC 6238). */
export function totpOf(secret: Buffer): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", secret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0xf;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{5}/g) ?? [];
  return groups.map((group) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(group, 2)]).join("");
}

async function call(token: string, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${inject("cloud").authUrl}${path}`, {
    method,
    headers: { "content-type": "application/json", "x-auth-token": token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

function idOf(body: unknown, entity: string): string {
  return (body as Record<string, { id: string }>)[entity]?.id ?? "";
}

async function signIn(user: User): Promise<Session> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name: user, domain, password } } };
  const response = await fetch(`${inject("cloud").authUrl}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: user, domain } } } }),
  });
  const { token } = (await response.json()) as { token: { user: { id: string }; project: { id: string } } };
  const id = response.headers.get("x-subject-token") ?? "";
  return { token: id, userId: token.user.id, projectId: token.project.id };
}

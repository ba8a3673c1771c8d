import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { password } from "../cloud/seed.ts";
import type { User } from "./cloud.ts";

interface Session {
  readonly token: string;
  readonly userId: string;
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

async function signIn(user: User): Promise<Session> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name: user, domain, password } } };
  const response = await fetch(`${inject("cloud").authUrl}/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: user, domain } } } }),
  });
  const { token } = (await response.json()) as { token: { user: { id: string } } };
  return { token: response.headers.get("x-subject-token") ?? "", userId: token.user.id };
}

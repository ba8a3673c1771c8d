import { inject } from "vitest";
import { type OpenStackOptions, openstack } from "../../../src/backends/openstack/index.ts";
import { ImageManager } from "../../../src/index.ts";
import { password } from "../cloud/seed.ts";

/** Who the cloud knows; everybody has a project of the same name. */
export type User = "admin" | "demo" | "other";

export type OpenStack = Awaited<ReturnType<typeof openstack>>;

/** The credentials of a user, complete. */
export function authOf(user: User): NonNullable<OpenStackOptions["auth"]> {
  return {
    authUrl: inject("cloud").authUrl,
    username: user,
    password,
    projectName: user,
    userDomainName: "Default",
    projectDomainName: "Default",
  };
}

export async function backendOf(user: User, options: OpenStackOptions = {}): Promise<OpenStack> {
  return openstack({ auth: authOf(user), region: inject("cloud").region, ...options });
}

export async function managerOf(user: User, options: OpenStackOptions = {}): Promise<ImageManager> {
  return new ImageManager(await backendOf(user, options));
}

/** The id of the project that a backend acts for. */
export async function projectIdOf(user: User): Promise<string> {
  const { projectId } = await backendOf(user);
  if (projectId === undefined) throw new Error(`The token of ${user} is for no project`);
  return projectId;
}

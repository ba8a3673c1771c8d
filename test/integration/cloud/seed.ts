import { type Identity, signIn } from "./identity.ts";

export const region = "RegionOne";
/** The password of every user. */
export const password = "secret";

export const accounts = {
  glance: { user: "glance", project: "service", role: "admin" },
  demo: { user: "demo", project: "demo", role: "member" },
  other: { user: "other", project: "other", role: "member" },
} as const;

/** Adds the accounts and the catalog to a Keystone that has been bootstrapped. */
export async function seed(authUrl: string, imageUrl: string): Promise<void> {
  const identity = await signIn(authUrl, { user: "admin", project: "admin", password });
  await addAccounts(identity);
  await addService(identity, "identity", "keystone", authUrl);
  await addService(identity, "image", "glance", imageUrl);
}

async function addAccounts(identity: Identity): Promise<void> {
  const domain_id = "default";
  for (const { user, project, role } of Object.values(accounts)) {
    const projectId = await identity.create("project", { name: project, domain_id });
    const userId = await identity.create("user", { name: user, password, domain_id });
    const roleId = await identity.find("role", role);
    await identity.grant(projectId, userId, roleId);
  }
}

async function addService(identity: Identity, type: string, name: string, url: string): Promise<void> {
  const service_id = await identity.create("service", { type, name });
  for (const audience of ["public", "internal"]) {
    await identity.create("endpoint", { service_id, interface: audience, region_id: region, url });
  }
}

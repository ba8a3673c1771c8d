import { randomUUID } from "node:crypto";
import type { FakeOpenStackOptions } from "./options.ts";
import type { Cloud, User, Vendor } from "./state.ts";

/** Who may sign in: everybody has a project of the same name, and the password `secret`. */
export type FakeUser = "admin" | "demo" | "other";

const USERS: readonly FakeUser[] = ["admin", "demo", "other"];

/** Glance's own. */
const GLANCE_FORMATS = {
  disk: ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"],
  container: ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"],
};

/** A cloud with nothing in it. */
export function newCloud(
  { clock, ...options }: FakeOpenStackOptions,
  formats: { readonly disk: readonly string[]; readonly container: readonly string[] } = GLANCE_FORMATS,
  vendor: Vendor = {},
): Cloud {
  return {
    users: USERS.map(userOf),
    tokens: new Map(),
    images: new Map(),
    members: new Map(),
    tasks: new Map(),
    web: new Map(),
    inUse: new Set(),
    settings: {
      region: options.region ?? "RegionOne",
      stores: options.stores ?? ["fast", "slow"],
      importMethods: options.importMethods ?? ["glance-direct", "web-download", "copy-image"],
      hashAlgorithm: options.hashAlgorithm ?? "sha512",
      diskFormats: formats.disk,
      containerFormats: formats.container,
      maxPageSize: options.maxPageSize ?? 1000,
      imageSizeCapBytes: options.imageSizeCapBytes ?? 1024 ** 4,
      tokenLifetimeMs: options.tokenLifetimeMs ?? 3_600_000,
      importStepMs: options.importStepMs ?? 0,
      vendor,
    },
    nowMs: () => clock?.().getTime() ?? Date.now(),
    newId: randomUUID,
    sequence: 0,
  };
}

function userOf(name: FakeUser): User {
  return {
    name,
    id: `user-${name}`,
    projectId: projectIdOf(name),
    role: name === "admin" ? "admin" : "member",
  };
}

/** The id of the project of a user. */
export function projectIdOf(user: FakeUser): string {
  return { admin: "a", demo: "d", other: "0" }[user].repeat(32);
}

import { randomUUID } from "node:crypto";
import type { FakeHuaweiCloudOptions } from "./options.ts";
import type { Cloud, User } from "./state.ts";

/** A cloud without images. */
export function newCloud({ clock, ...options }: FakeHuaweiCloudOptions): Cloud {
  return {
    users: [userOf("demo"), userOf("other")],
    tokens: new Map(),
    temporaryKeys: new Map(),
    images: new Map(),
    jobs: new Map(),
    volumes: new Map(),
    servers: new Map(),
    objects: new Map(),
    failures: [],
    settings: {
      regions: options.regions ?? ["cn-north-4", "ap-southeast-1"],
      maxPageSize: options.maxPageSize ?? 1000,
      namesAreUnique: options.namesAreUnique ?? false,
      imageQuota: options.imageQuota ?? 100,
      enterpriseProjects: options.enterpriseProjects ?? [],
      tokenLifetimeMs: options.tokenLifetimeMs ?? 24 * 3_600_000,
      jobPolls: options.jobPolls ?? 0,
      jobMs: options.jobMs ?? 0,
      deletionReads: options.deletionReads ?? 0,
      deletionMs: options.deletionMs ?? 0,
    },
    nowMs: () => clock?.().getTime() ?? Date.now(),
    newId: randomUUID,
    sequence: 0,
  };
}

/** Everybody has an account and keys by the name. */
export function userOf(name: "demo" | "other"): User {
  const digit = { demo: "d", other: "0" }[name];
  return {
    name,
    id: `user-${name}`,
    domainId: digit.repeat(32),
    accessKey: `AK${name.toUpperCase()}`.padEnd(20, "0"),
    secretKey: `SK${name.toUpperCase()}`.padEnd(40, "0"),
  };
}

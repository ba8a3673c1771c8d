import type { StoredImage, StoredJob } from "./records.ts";

/** Somebody with an account of the same name. */
export interface User {
  readonly name: string;
  readonly id: string;
  readonly domainId: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Whom a token is for. */
export interface Session {
  readonly user: User;
  /** `undefined`: it is for the account. */
  readonly region: string | undefined;
  readonly expiresAtMs: number;
}

/** A key that is good for some time. */
export interface TemporaryKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken: string;
  readonly user: User;
  readonly expiresAtMs: number;
}

export interface Settings {
  readonly regions: readonly [string, ...string[]];
  readonly maxPageSize: number;
  readonly namesAreUnique: boolean;
  readonly imageQuota: number;
  readonly enterpriseProjects: readonly string[];
  readonly tokenLifetimeMs: number;
  readonly jobPolls: number;
  readonly jobMs: number;
  readonly deletionReads: number;
  readonly deletionMs: number;
}

/** What an image can be made of. */
export interface Source {
  readonly region: string;
  readonly data: Uint8Array;
}

/** A cloud in memory. */
export interface Cloud {
  readonly users: readonly User[];
  readonly tokens: Map<string, Session>;
  /** By access key. */
  readonly temporaryKeys: Map<string, TemporaryKey>;
  readonly images: Map<string, StoredImage>;
  readonly jobs: Map<string, StoredJob>;
  readonly volumes: Map<string, Source & { readonly sizeGb: number }>;
  readonly servers: Map<
    string,
    Source & { readonly isRunning: boolean; readonly osVersion: string; readonly diskSizeGb: number }
  >;
  /** By `bucket:key`. */
  readonly objects: Map<string, Source>;
  failures: readonly { readonly left: number; readonly code: string; readonly reason: string }[];
  readonly settings: Settings;
  readonly nowMs: () => number;
  readonly newId: () => string;
  sequence: number;
}

/** A call, with who makes it and where. */
export interface Call {
  readonly cloud: Cloud;
  readonly user: User;
  readonly region: string;
  readonly projectId: string;
  /** Whether it was signed. */
  readonly isSigned: boolean;
}

/** Replaces an image, and remembers when. */
export function save({ images, nowMs }: Cloud, image: StoredImage): StoredImage {
  const saved = { ...image, updatedAtMs: nowMs() };
  images.set(image.id, saved);
  return saved;
}

/** The project of a user in a region: it has the name of the region. */
export function projectIdOf(cloud: Cloud, user: User, region: string): string {
  const index = cloud.settings.regions.indexOf(region);
  return `${user.domainId.slice(0, 31)}${index.toString(16)}`;
}

/** An image as the fake keeps it: replaced as a whole, never changed. */
export interface StoredImage {
  readonly id: string;
  readonly region: string;
  /** The id of a project; every region has its own. `undefined`: the cloud's own. */
  readonly owner: string | undefined;
  /** Of the creation: what was made in the same millisecond has an order still. */
  readonly sequence: number;
  readonly status: "queued" | "saving" | "active" | "killed" | "deleted";
  readonly name: string;
  readonly description: string | undefined;
  readonly protected: boolean;
  readonly diskFormat: string;
  readonly minDiskGb: number;
  readonly minRamMb: number;
  /** `undefined`: never set. */
  readonly maxRamMb: number | undefined;
  readonly firmware: string | undefined;
  readonly osVersion: string;
  /** Such as `Linux`, where the version doesn't say it. */
  readonly osType: string | undefined;
  readonly architecture: "x86" | "arm";
  readonly environment: string;
  readonly isWhole: boolean;
  readonly keyId: string | undefined;
  /** Such as `file,bucket:key`. */
  readonly dataOrigin: string | undefined;
  readonly enterpriseProjectId: string;
  readonly tags: ReadonlyMap<string, string>;
  /** What a PATCH of the native API has added. */
  readonly properties: ReadonlyMap<string, string>;
  readonly members: ReadonlyMap<string, StoredMember>;
  readonly data: Uint8Array | undefined;
  /** Whom it can't be deleted for. */
  readonly busy: "created" | "exported" | undefined;
  /** What it becomes when it has been read often enough. */
  readonly pending: Pending | undefined;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly activeAtMs: number | undefined;
}

/** What happens to an image by and by. */
export interface Pending {
  readonly to: "active" | "deleted";
  readonly sinceMs: number;
  readonly reads: number;
}

/** A project that an image is shared with. */
export interface StoredMember {
  readonly project: string;
  readonly status: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What came of a job. */
export type Outcome =
  | { readonly entities: Readonly<Record<string, unknown>> }
  | { readonly code: string; readonly reason: string };

/** A job. */
export interface StoredJob {
  readonly id: string;
  readonly type: string;
  readonly projectId: string;
  readonly startedAtMs: number;
  readonly polls: number;
  /** What it says of itself while it runs. */
  readonly entities: Readonly<Record<string, unknown>>;
  /** The jobs that it consists of. */
  readonly parts: readonly StoredJob[];
  /** `undefined`: it goes on. */
  readonly outcome: Outcome | undefined;
  readonly endedAtMs: number | undefined;
  /** How it has to fail. */
  readonly failure: { readonly code: string; readonly reason: string } | undefined;
  /** Does what it is for. */
  readonly finish: () => Outcome;
  /** Undoes what it began. */
  readonly abandon: () => void;
}

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

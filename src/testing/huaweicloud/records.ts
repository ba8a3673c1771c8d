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

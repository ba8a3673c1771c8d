/** A project, and who signs in for it. */
export interface Project {
  readonly name: string;
  readonly id: string;
}

/** A volume that images are made of. */
export interface StoredVolume {
  readonly id: string;
  readonly owner: string;
  readonly sizeGb: number;
  readonly osInfo: OsInfo;
}

/** The operating system on a volume. */
export interface OsInfo {
  readonly type: string;
  readonly distro: string;
  readonly architecture: string;
  readonly admin_user: string;
  readonly is_hidden: boolean;
}

/** An image as the fake keeps it: replaced as a whole, never changed. */
export interface StoredImage {
  readonly id: string;
  readonly sequence: number;
  readonly name: string;
  readonly description: string;
  readonly owner: string;
  readonly volume: StoredVolume;
  readonly status: string;
  /** What it becomes in the end: `active`, unless a test wants it to fail. */
  readonly outcome: string;
  /** How often, and since when, it was read in this state. */
  readonly reads: number;
  readonly stateSinceMs: number;
  /** How often it is not known yet. */
  readonly unknownReads: number;
  /** How often a deleted one is still there; `undefined`: it isn't deleted. */
  readonly readsLeft: number | undefined;
  readonly members: readonly StoredMember[];
  /** What listings of members show until they have been asked for so often. */
  readonly shown: { readonly members: readonly StoredMember[]; readonly reads: number };
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** A project that an image is shared with, or was. */
export interface StoredMember {
  readonly project: string;
  readonly status: string;
  readonly isShared: boolean;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Whom a token is for. */
export interface Session {
  readonly project: Project;
  readonly expiresAtMs: number;
}

/** How the cloud behaves. */
export interface Settings {
  readonly maxPageSize: number;
  readonly tokenLifetimeMs: number;
  readonly tellsExpiry: boolean;
  readonly readsPerState: number;
  readonly stateMs: number;
  readonly readsUntilKnown: number;
  readonly readsUntilGone: number;
  readonly readsUntilShared: number;
  readonly absentFields: readonly string[];
}

/** A cloud in memory. */
export interface Cloud {
  readonly projects: readonly Project[];
  readonly tokens: Map<string, Session>;
  readonly images: Map<string, StoredImage>;
  readonly volumes: Map<string, StoredVolume>;
  /** What the next images become, in place of `active`. */
  outcomes: readonly string[];
  readonly settings: Settings;
  readonly nowMs: () => number;
  readonly newId: () => string;
  sequence: number;
}

/** A call, with the project that it is made for. */
export interface Call {
  readonly cloud: Cloud;
  readonly project: Project;
}

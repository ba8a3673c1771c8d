/** An image as the fake keeps it: replaced as a whole, never changed. */
export interface StoredImage {
  readonly id: string;
  /** Of the creation: what was made in the same millisecond has an order still. */
  readonly sequence: number;
  readonly status: string;
  readonly name: string | null;
  readonly visibility: string;
  readonly protected: boolean;
  readonly os_hidden: boolean;
  readonly container_format: string | null;
  readonly disk_format: string | null;
  readonly min_disk: number;
  readonly min_ram: number;
  readonly owner: string | null;
  readonly size: number | null;
  readonly virtual_size: number | null;
  readonly checksum: string | null;
  readonly os_hash_algo: string | null;
  readonly os_hash_value: string | null;
  readonly tags: readonly string[];
  readonly properties: ReadonlyMap<string, string | null>;
  /** Where its data is. */
  readonly stores: readonly string[];
  readonly data: Uint8Array | undefined;
  readonly staged: Uint8Array | undefined;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** A project that an image is shared with. */
export interface StoredMember {
  readonly project: string;
  readonly status: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** An import. */
export interface StoredTask {
  readonly id: string;
  readonly imageId: string;
  readonly owner: string;
  readonly requestId: string;
  readonly method: string;
  readonly stores: readonly string[];
  /** `undefined` where there is nothing to be had. */
  readonly data: Uint8Array | undefined;
  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  readonly status: "pending" | "processing" | "success" | "failure";
  readonly message: string;
}

/** Somebody who may sign in. Everybody has a project of the same name. */
export interface User {
  readonly name: string;
  readonly id: string;
  readonly projectId: string;
  readonly role: "admin" | "member";
}

/** Whom a token is for. */
export interface Session {
  readonly user: User;
  readonly expiresAtMs: number;
}

/** What an operator sets. */
export interface Settings {
  readonly region: string;
  readonly stores: readonly string[];
  readonly importMethods: readonly string[];
  readonly hashAlgorithm: string;
  readonly diskFormats: readonly string[];
  readonly containerFormats: readonly string[];
  /** How many images a listing gives at most. */
  readonly maxPageSize: number;
  readonly imageSizeCapBytes: number;
  readonly tokenLifetimeMs: number;
  /** How long each step of an import takes. */
  readonly importStepMs: number;
  /** What tells this vendor's cloud from others. */
  readonly vendor: Vendor;
}

/** How a vendor's cloud differs from a plain OpenStack. */
export interface Vendor {
  /** The only domain that users are of. Default: a user's domain isn't looked at. */
  readonly userDomain?: string | undefined;
  /** Whether there are imports, tasks and stores at all. Default: `true`. */
  readonly hasImports?: boolean | undefined;
  /** Whether refusals are pages, whatever is asked for. Default: `false`. */
  readonly refusesInPages?: boolean | undefined;
  /** The store of data where none is asked for. Default: `file`, where stores have no names. */
  readonly defaultStore?: string | undefined;
  /** The properties that it adds when data comes. Those that the image has already stay. Default: none. */
  readonly addsProperties?: ((image: StoredImage) => Readonly<Record<string, string>>) | undefined;
  /** What it shows of an image beside what Glance does. Default: nothing. */
  readonly shows?: ((image: StoredImage) => Readonly<Record<string, unknown>>) | undefined;
  /** How it refuses to delete what is in use. Default: 409. */
  readonly inUseStatus?: number | undefined;
}

/** A cloud in memory. */
export interface Cloud {
  readonly users: readonly User[];
  readonly tokens: Map<string, Session>;
  readonly images: Map<string, StoredImage>;
  /** By image. */
  readonly members: Map<string, ReadonlyMap<string, StoredMember>>;
  readonly tasks: Map<string, StoredTask>;
  /** What web-download finds at an address. */
  readonly web: Map<string, Uint8Array>;
  /** The images that volumes or servers were made from. */
  readonly inUse: Set<string>;
  settings: Settings;
  readonly nowMs: () => number;
  readonly newId: () => string;
  sequence: number;
}

/** A call, with who makes it. */
export interface Call {
  readonly cloud: Cloud;
  readonly user: User;
}

/** Replaces an image, and remembers when. */
export function save({ images, nowMs }: Cloud, image: StoredImage): StoredImage {
  const saved = { ...image, updatedAtMs: nowMs() };
  images.set(image.id, saved);
  return saved;
}

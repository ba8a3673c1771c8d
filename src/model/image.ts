import type { ContainerFormat, DiskFormat, Visibility } from "./formats.ts";
import type { HuaweiCloudImage } from "./huaweicloud.ts";
import type { KakaoCloudAttributes } from "./kakaocloud.ts";

/** The statuses of Glance's state machine; other clouds add their own. */
export type ImageStatus =
  | "queued"
  | "saving"
  | "uploading"
  | "importing"
  | "active"
  | "deactivated"
  | "killed"
  | "deleted"
  | "pending_delete"
  | (string & {});

/** What an image is, as its cloud reports it. What a cloud doesn't report is absent. */
export interface Image {
  readonly id: string;
  /** Empty where the cloud has none. */
  readonly name: string;
  readonly status: ImageStatus;
  readonly containerFormat?: ContainerFormat | (string & {}) | undefined;
  readonly diskFormat?: DiskFormat | undefined;
  readonly minDiskGb?: number | undefined;
  readonly minRamMb?: number | undefined;
  readonly visibility?: Visibility | (string & {}) | undefined;
  readonly protected?: boolean | undefined;
  readonly hidden?: boolean | undefined;
  /** What users may write, the library's own `imagewright.source` included. */
  readonly properties: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** The projects that it is shared with; absent when they were not asked for. */
  readonly members?: readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly region?: string | undefined;
  /** The md5 of the stored data, in hexadecimal. */
  readonly checksum?: string | undefined;
  /** The algorithm of `hashValue`, such as `sha512`. */
  readonly hashAlgorithm?: string | undefined;
  /** A digest of the stored data, in hexadecimal. */
  readonly hashValue?: string | undefined;
  readonly sizeBytes?: number | undefined;
  /** The size of the disk that the data describes. */
  readonly virtualSizeBytes?: number | undefined;
  /** The id of the project that owns it. */
  readonly owner?: string | undefined;
  /** Where its data is, relative to the image service. */
  readonly file?: string | undefined;
  /** Where its JSON schema is, relative to the image service. */
  readonly schema?: string | undefined;
  /** What old clouds report beside the properties. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** RFC 3339, in UTC. */
  readonly createdAt?: string | undefined;
  /** RFC 3339, in UTC. */
  readonly updatedAt?: string | undefined;
  /** The stores that hold its data. */
  readonly stores?: readonly string[] | undefined;
  /** What only the cloud writes, such as `os_hash_value` and `os_glance_import_task`. */
  readonly serverProperties?: Readonly<Record<string, string>> | undefined;
  /** What Huawei Cloud alone tells of it. */
  readonly huaweicloud?: HuaweiCloudImage | undefined;
  /** On KakaoCloud: what no other cloud reports. */
  readonly kakaocloud?: KakaoCloudAttributes | undefined;
  /** The answer as it came. Not enumerable: it can hold secrets, such as `direct_url`. */
  readonly raw?: unknown;
}

/** Adds the answer as it came, out of sight of loops, copies, `JSON.stringify` and the console. */
export function withRaw(image: Image, raw: unknown): Image {
  return Object.defineProperty({ ...image }, "raw", { value: raw, enumerable: false });
}

/** Statuses in which data is on its way: Glance loses metadata that is written meanwhile. */
export function isBusy(status: ImageStatus): boolean {
  return status === "saving" || status === "uploading" || status === "importing";
}

/** Statuses in which an image is as good as gone. */
export function isGone(status: ImageStatus): boolean {
  return status === "deleted" || status === "pending_delete";
}

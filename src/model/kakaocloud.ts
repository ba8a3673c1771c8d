/** What KakaoCloud reports of an image beside what other clouds do. It may leave anything out. */
export interface KakaoCloudAttributes {
  readonly osInfo?: KakaoCloudOsInfo | undefined;
  /** What the image boots: virtual machines, bare metal, machines with GPUs. */
  readonly instanceType?: "vm" | "bm" | "gpu" | (string & {}) | undefined;
  /** What this project has answered to an image that another one shares with it. Absent: it is this project's own. */
  readonly imageMemberStatus?: "accepted" | "pending" | "rejected" | (string & {}) | undefined;
  /** Whether it is shared with other projects. */
  readonly isShared?: boolean | undefined;
  /** The id of the project whose image it is. */
  readonly projectId?: string | undefined;
}

/** The operating system in an image, as KakaoCloud knows it. */
export interface KakaoCloudOsInfo {
  /** Such as `linux`. */
  readonly type?: string | undefined;
  /** Such as `ubuntu`. */
  readonly distro?: string | undefined;
  /** Such as `x86_64`. */
  readonly architecture?: string | undefined;
  /** Who signs in first, such as `ubuntu`. */
  readonly adminUser?: string | undefined;
  readonly isHidden?: boolean | undefined;
}

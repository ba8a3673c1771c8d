/** What Huawei Cloud tells of an image beside what every cloud has. What it doesn't tell is absent. */
export interface HuaweiCloudImage {
  /** When it became active: RFC 3339, in UTC. */
  readonly activeAt?: string | undefined;
  /** `x86` or `arm`. */
  readonly architecture?: string | undefined;
  /** `gold` (the cloud's own), `private`, `shared` or `market`. */
  readonly imageType?: string | undefined;
  /** The size of the image's file, in bytes; 0 while there is none. */
  readonly imageSizeBytes?: number | undefined;
  /** What keeps the data, such as `uds`. */
  readonly imageSourceType?: string | undefined;
  readonly imageDisplayName?: string | undefined;
  readonly imageLocation?: string | undefined;
  readonly originalImageName?: string | undefined;
  /** What the image was made of: `instance,<id>`, `volume,<id>` or `file,<bucket:key>`. */
  readonly dataOrigin?: string | undefined;
  readonly rootOrigin?: string | undefined;
  readonly sequenceNum?: string | undefined;
  /** The backup that a whole server's image was made of. */
  readonly backupId?: string | undefined;
  /** Of images of the marketplace. */
  readonly productCode?: string | undefined;
  readonly accountCode?: string | undefined;
  /** The id of the enterprise project; `0` is the default one. */
  readonly enterpriseProjectId?: string | undefined;
  /** The id of the key that the image is encrypted with. */
  readonly cmkId?: string | undefined;
  /** Such as `Ubuntu 22.04 server 64bit`. */
  readonly osVersion?: string | undefined;
  /** `Linux`, `Windows` or `Other`. */
  readonly osType?: string | undefined;
  /** Such as `Ubuntu`. */
  readonly platform?: string | undefined;
  /** `32` or `64`. */
  readonly osBit?: string | undefined;
  /** The path of the image in the API, below the address of IMS. */
  readonly self?: string | undefined;
  /** What else it can do: a list, as JSON. */
  readonly osFeatureList?: string | undefined;
  /** How long a server may take to shut down, in seconds. */
  readonly osShutdownTimeoutSeconds?: number | undefined;
  /** What the image is for: `FusionCompute` (servers), `Ironic` (bare metal), `DataImage` or `IsoImage`. */
  readonly virtualEnvType?: string | undefined;
  /** The most memory, in MiB, that a server of the image has; absent: no limit. */
  readonly maxRamMb?: number | undefined;
  /** `bios` or `uefi`. */
  readonly hwFirmwareType?: string | undefined;
  readonly hwVifMultiqueueEnabled?: boolean | undefined;
  readonly isRegistered?: boolean | undefined;
  readonly isConfigInit?: boolean | undefined;
  readonly isOffshelved?: boolean | undefined;
  readonly wholeImage?: boolean | undefined;
  readonly lazyloading?: boolean | undefined;
  readonly systemSupportMarket?: boolean | undefined;
  /** Such as `hss,ces`. */
  readonly supportAgentList?: string | undefined;
  readonly supportAmd?: boolean | undefined;
  readonly supportArm?: boolean | undefined;
  readonly supportDiskintensive?: boolean | undefined;
  /** Where it is `true`, Cloud-Init can *not* set passwords and keys: the cloud's own wording. */
  readonly supportFcInject?: boolean | undefined;
  readonly supportHighperformance?: boolean | undefined;
  readonly supportKvm?: boolean | undefined;
  readonly supportKvmFpgaType?: string | undefined;
  readonly supportKvmGpuType?: string | undefined;
  /** Whether network cards of the type SR-IOV are supported. */
  readonly supportKvmHi1822Hisriov?: boolean | undefined;
  /** Whether network cards of the type Virtio-Net are supported. */
  readonly supportKvmHi1822Hivirtionet?: boolean | undefined;
  readonly supportKvmInfiniband?: boolean | undefined;
  readonly supportKvmNvmeSpdk?: boolean | undefined;
  readonly supportLargememory?: boolean | undefined;
  readonly supportXen?: boolean | undefined;
  readonly supportXenGpuType?: string | undefined;
  readonly supportXenHana?: boolean | undefined;
}

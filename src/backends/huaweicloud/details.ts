import type { HuaweiCloudImage } from "../../model/index.ts";
import { architectureOf, enterpriseProjectOf, type WireImage } from "./wire.ts";

type Reader<Value> = (value: unknown) => Value | undefined;

/** Nearly everything that is true or false, and two of the numbers, come as texts. */
const text: Reader<string> = (value) =>
  (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : undefined;

const flag: Reader<boolean> = (value) =>
  ["true", "false"].includes(String(value).toLowerCase())
    ? String(value).toLowerCase() === "true"
    : undefined;

const count: Reader<number> = (value) => {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
};

/** A number that stands for nothing where it is 0. */
const limit: Reader<number> = (value) => count(value) || undefined;

/** Where each detail is on the wire, and what it is; two may be in more than one place. */
const DETAILS: {
  readonly [Name in Exclude<keyof HuaweiCloudImage, "architecture" | "enterpriseProjectId">]-?: readonly [
    wire: string,
    read: Reader<NonNullable<HuaweiCloudImage[Name]>>,
  ];
} = {
  activeAt: ["active_at", text],
  imageType: ["__imagetype", text],
  imageSizeBytes: ["__image_size", count],
  imageSourceType: ["__image_source_type", text],
  imageDisplayName: ["__image_displayname", text],
  imageLocation: ["__image_location", text],
  originalImageName: ["__originalimagename", text],
  dataOrigin: ["__data_origin", text],
  rootOrigin: ["__root_origin", text],
  sequenceNum: ["__sequence_num", text],
  backupId: ["__backup_id", text],
  productCode: ["__productcode", text],
  accountCode: ["__account_code", text],
  cmkId: ["__system__cmkid", text],
  osVersion: ["__os_version", text],
  osType: ["__os_type", text],
  platform: ["__platform", text],
  osBit: ["__os_bit", text],
  self: ["self", text],
  osFeatureList: ["__os_feature_list", text],
  osShutdownTimeoutSeconds: ["os_shutdown_timeout", count],
  virtualEnvType: ["virtual_env_type", text],
  maxRamMb: ["max_ram", limit],
  hwFirmwareType: ["hw_firmware_type", text],
  hwVifMultiqueueEnabled: ["hw_vif_multiqueue_enabled", flag],
  isRegistered: ["__isregistered", flag],
  isConfigInit: ["__is_config_init", flag],
  isOffshelved: ["__is_offshelved", flag],
  wholeImage: ["__whole_image", flag],
  lazyloading: ["__lazyloading", flag],
  systemSupportMarket: ["__system_support_market", flag],
  supportAgentList: ["__support_agent_list", text],
  supportAmd: ["__support_amd", flag],
  supportArm: ["__support_arm", flag],
  supportDiskintensive: ["__support_diskintensive", flag],
  supportFcInject: ["__support_fc_inject", flag],
  supportHighperformance: ["__support_highperformance", flag],
  supportKvm: ["__support_kvm", flag],
  supportKvmFpgaType: ["__support_kvm_fpga_type", text],
  supportKvmGpuType: ["__support_kvm_gpu_type", text],
  supportKvmHi1822Hisriov: ["__support_kvm_hi1822_hisriov", flag],
  supportKvmHi1822Hivirtionet: ["__support_kvm_hi1822_hivirtionet", flag],
  supportKvmInfiniband: ["__support_kvm_infiniband", flag],
  supportKvmNvmeSpdk: ["__support_kvm_nvme_spdk", flag],
  supportLargememory: ["__support_largememory", flag],
  supportXen: ["__support_xen", flag],
  supportXenGpuType: ["__support_xen_gpu_type", text],
  supportXenHana: ["__support_xen_hana", flag],
};

/** What Huawei Cloud alone tells of an image; what it doesn't tell, or not in a form that is known, is left out. */
export function detailsOf(wire: WireImage): HuaweiCloudImage {
  const entries = Object.entries(DETAILS).map(([name, [key, read]]) => [name, read(wire[key])] as const);
  const enterpriseProjectId = enterpriseProjectOf(wire);
  return {
    ...Object.fromEntries(entries.filter(([, value]) => value !== undefined)),
    ...(enterpriseProjectId === undefined ? {} : { enterpriseProjectId }),
    architecture: architectureOf(wire),
  };
}

import { osFacts } from "./os.ts";
import type { StoredImage } from "./records.ts";

/** A time as IMS writes it: to the second. */
export function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** What images say of their data instead of the truth: the cloud's own speak of an empty file, others of two bytes. */
const UNRELIABLE = {
  cloud: { size: 0, checksum: "d41d8cd98f00b204e9800998ecf8427e" },
  private: { size: 2, checksum: "99914b932bd37a50b983c5e7c90ae93b" },
} as const;

/** An image as IMS writes it: nearly all that is true or false is a text, and so are two of the numbers. */
export function imageView(image: StoredImage, projectId: string): Readonly<Record<string, unknown>> {
  const { id, status, osVersion, maxRamMb, description, firmware, owner, keyId, activeAtMs } = image;
  const { platform, type, bits } = osFacts(osVersion, image.osType) ?? {
    platform: "Other",
    type: image.osType ?? "Linux",
    bits: "64",
  };
  const isOwn = owner === projectId;
  const isActive = status === "active";
  return {
    ...Object.fromEntries(image.properties),
    id,
    name: image.name,
    status,
    owner: owner ?? "cloud",
    visibility: visibilityOf(image),
    protected: image.protected,
    container_format: "bare",
    disk_format: image.diskFormat,
    min_disk: image.minDiskGb,
    min_ram: image.minRamMb,
    ...(maxRamMb === undefined ? {} : { max_ram: String(maxRamMb) }),
    ...(description === undefined ? {} : { __description: description }),
    ...(firmware === undefined ? {} : { hw_firmware_type: firmware }),
    ...(isActive ? UNRELIABLE[owner === undefined ? "cloud" : "private"] : {}),
    ...(isActive
      ? { virtual_size: 0, __originalimagename: id, __data_origin: image.dataOrigin ?? null }
      : {}),
    __image_size: String(isActive ? (image.data?.length ?? 0) : 0),
    __imagetype: owner === undefined ? "gold" : isOwn ? "private" : "shared",
    __isregistered: "true",
    __image_source_type: "uds",
    __os_type: type,
    __platform: platform,
    __os_bit: bits,
    __os_version: osVersion,
    virtual_env_type: image.environment,
    __support_kvm: "true",
    ...(image.architecture === "arm" ? { __support_arm: "true" } : {}),
    ...(image.isWhole ? { __whole_image: "true" } : {}),
    ...(keyId === undefined ? {} : { __system__cmkid: keyId }),
    __system_support_market: true,
    hw_vif_multiqueue_enabled: "true",
    enterprise_project_id: image.enterpriseProjectId,
    tags: [...image.tags].map(([key, value]) => `${key}=${value}`),
    created_at: time(image.createdAtMs),
    updated_at: time(image.updatedAtMs),
    ...(activeAtMs === undefined ? {} : { active_at: time(activeAtMs) }),
    self: `/v2/images/${id}`,
    file: `/v2/images/${id}/file`,
    schema: "/v2/schemas/image",
  };
}

function visibilityOf({ owner, members }: StoredImage): string {
  if (owner === undefined) return "public";
  return members.size > 0 ? "shared" : "private";
}

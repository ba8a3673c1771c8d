import type { ImageSpec } from "../../model/index.ts";

/** How an image comes about. */
export type WayName =
  | "upload"
  | "volume"
  | "volumeData"
  | "object"
  | "objectData"
  | "iso"
  | "quick"
  | "quickData"
  | "copy"
  | "copyToRegion"
  | "server";

/** A way, and what its body may say. */
export interface Way {
  /** What it is of, for messages. */
  readonly title: string;
  /** Below IMS. A copy's is below its original. */
  readonly path: string;
  readonly fields: readonly string[];
  /** What it can't do without, of {@link Way.fields}. */
  readonly needs: readonly string[];
  /** The smallest disk that may be declared, in GiB; absent: the cloud takes it from what the image is made of. */
  readonly minDiskGb?: { readonly min: number; readonly ofWindows: number; readonly max: number };
}

const ACTION = "v2/cloudimages/action";
const DATA = "v1/cloudimages/dataimages/action";
const QUICK = "v2/cloudimages/quickimport/action";
const COMMON = ["name", "description", "image_tags", "enterprise_project_id"];
const MEMORY = ["min_ram", "max_ram"];
const OBJECT = [...COMMON, "image_url", "min_disk"];
const SYSTEM_DISK = { min: 10, ofWindows: 20, max: 1024 };
const DATA_DISK = { min: 40, ofWindows: 40, max: 2048 };

/** What Terraform's provider sends on each way, and so what is taken. */
export const WAYS: Readonly<Record<WayName, Way>> = {
  upload: {
    title: "image data that is uploaded",
    path: "v2/images",
    fields: ["name", "min_ram", "min_disk", "os_version"],
    needs: [],
    minDiskGb: { min: 0, ofWindows: 0, max: 1024 },
  },
  volume: {
    title: "source.volumeId",
    path: ACTION,
    fields: [...COMMON, ...MEMORY, "volume_id", "os_version", "type"],
    needs: ["os_version"],
  },
  volumeData: {
    title: 'source.volumeId with the type "DataImage"',
    path: ACTION,
    fields: [...COMMON, "volume_id", "type"],
    needs: [],
  },
  object: {
    title: "source.object",
    path: ACTION,
    fields: [
      ...OBJECT,
      ...MEMORY,
      "type",
      "cmk_id",
      "os_type",
      "os_version",
      "architecture",
      "is_config",
      "is_quick_import",
    ],
    needs: ["min_disk"],
    minDiskGb: SYSTEM_DISK,
  },
  objectData: {
    title: 'source.object with the type "DataImage"',
    path: DATA,
    fields: [...OBJECT, "type", "os_type", "cmk_id", "is_quick_import"],
    needs: ["min_disk"],
    minDiskGb: DATA_DISK,
  },
  iso: {
    title: "source.object of an ISO",
    path: DATA,
    fields: [
      ...OBJECT,
      "type",
      "os_type",
      "os_version",
      "architecture",
      "cmk_id",
      "is_config",
      "is_quick_import",
    ],
    needs: ["min_disk", "os_version"],
    minDiskGb: SYSTEM_DISK,
  },
  quick: {
    title: "source.object with is_quick_import",
    path: QUICK,
    fields: [
      ...OBJECT,
      "type",
      "os_version",
      "architecture",
      "license_type",
      "hw_firmware_type",
      "is_quick_import",
    ],
    needs: ["min_disk", "os_version"],
    minDiskGb: SYSTEM_DISK,
  },
  quickData: {
    title: 'source.object with is_quick_import and the type "DataImage"',
    path: QUICK,
    fields: [...OBJECT, "type", "os_type", "is_quick_import"],
    needs: ["min_disk"],
    minDiskGb: DATA_DISK,
  },
  copy: {
    title: "source.imageId",
    path: "copy",
    fields: ["name", "description", "cmk_id", "enterprise_project_id"],
    needs: [],
  },
  copyToRegion: {
    title: "source.imageId of another region",
    path: "cross_region_copy",
    fields: ["name", "description", "region", "project_name", "agency_name", "vault_id"],
    needs: ["agency_name"],
  },
  server: {
    title: "a server",
    path: ACTION,
    fields: [...COMMON, ...MEMORY, "instance_id"],
    needs: [],
  },
};

/** The way of an image of a spec; without a source the record is made that data is uploaded to. */
export function wayOf(
  { source, properties = {}, diskFormat }: Pick<ImageSpec, "source" | "properties" | "diskFormat">,
  region: string,
): WayName {
  const { type, is_quick_import: quick } = properties;
  const isData = type === "DataImage";
  if (source === undefined) return "upload";
  if ("volumeId" in source) return isData ? "volumeData" : "volume";
  if ("imageId" in source) return (source.region ?? region) === region ? "copy" : "copyToRegion";
  if (!("object" in source)) return "upload";
  if (quick === "true") return isData ? "quickData" : "quick";
  if (isData) return "objectData";
  return type === "IsoImage" || diskFormat === "iso" ? "iso" : "object";
}

import { type Image, type ImageMember, type KakaoCloudOsInfo, withRaw } from "../../model/index.ts";
import { NO_DESCRIPTION } from "./names.ts";
import type { WireImage, WireMember, WireOsInfo } from "./wire.ts";

/** Words for an image that the cloud has given up: the set is open, and documented nowhere. */
const GIVEN_UP: readonly string[] = ["error", "failed", "killed"];

/** Words for an image that is on its way out. */
const LEAVING: readonly string[] = ["deleting", "pending_delete"];

/** An {@link Image} from what KakaoCloud wrote. */
export function imageFromWire(wire: WireImage, { region }: { readonly region: string }): Image {
  const memberStatus = wire.image_member_status ?? undefined;
  const image: Image = {
    id: wire.id,
    name: wire.name ?? "",
    status: statusOf(wire.status),
    containerFormat: wire.container_format ?? undefined,
    diskFormat: wire.disk_format ?? undefined,
    minDiskGb: wire.min_disk ?? undefined,
    minRamMb: wire.min_ram ?? undefined,
    visibility: visibilityOf(wire),
    description: wire.description === NO_DESCRIPTION ? undefined : wire.description || undefined,
    region,
    sizeBytes: wire.size ?? undefined,
    virtualSizeBytes: wire.virtual_size ?? undefined,
    // Of an image of somebody else, nobody says whose id `project_id` is.
    owner: wire.owner ?? (memberStatus === undefined ? (wire.project_id ?? undefined) : undefined),
    createdAt: wire.created_at ?? undefined,
    updatedAt: wire.updated_at ?? undefined,
    properties: {},
    tags: [],
    kakaocloud: {
      osInfo: wire.os_info ? osInfoOf(wire.os_info) : undefined,
      instanceType: wire.instance_type ?? undefined,
      imageMemberStatus: memberStatus,
      isShared: wire.is_shared ?? undefined,
      projectId: wire.project_id ?? undefined,
    },
  };
  return withRaw(image, wire);
}

/** A status by the family's names, where there is one; without any, nobody knows. */
function statusOf(status: string | null | undefined): string {
  const word = (status ?? "unknown").toLowerCase();
  if (GIVEN_UP.includes(word)) return "killed";
  return LEAVING.includes(word) ? "pending_delete" : word;
}

/** KakaoCloud says apart that an image has members, or is somebody else's: elsewhere that is the visibility `shared`. */
function visibilityOf({ visibility, is_shared, image_member_status }: WireImage): string | undefined {
  const word = visibility?.toLowerCase();
  const isShared = is_shared === true || typeof image_member_status === "string";
  return isShared && (word === undefined || word === "private") ? "shared" : word;
}

function osInfoOf({ type, distro, architecture, admin_user, is_hidden }: WireOsInfo): KakaoCloudOsInfo {
  return {
    type: type ?? undefined,
    distro: distro ?? undefined,
    architecture: architecture ?? undefined,
    adminUser: admin_user ?? undefined,
    isHidden: is_hidden ?? undefined,
  };
}

/** The members among what is listed: one that isn't shared any more stays in the list. */
export function membersFromWire(members: readonly WireMember[]): readonly ImageMember[] {
  return members
    .filter(({ is_shared }) => is_shared !== false)
    .map(({ id, status, created_at, updated_at }) => ({
      project: id,
      status: status?.toLowerCase() ?? "pending",
      createdAt: created_at ?? undefined,
      updatedAt: updated_at ?? undefined,
    }));
}

import type { Call, Settings, StoredImage, StoredMember } from "./state.ts";

const GIB = 1024 ** 3;

/** A time as KakaoCloud writes it. */
function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** An image as creations and changes are answered: they leave out what depends on who asks. */
export function imageView(image: StoredImage, { absentFields }: Settings): object {
  const { id, name, description, owner, status, volume } = image;
  const isWhole = status === "active";
  const bytes = volume.sizeGb * GIB;
  return without(absentFields, {
    id,
    name,
    size: isWhole ? bytes : 0,
    status,
    owner,
    visibility: "private",
    description,
    is_shared: image.members.some(({ isShared }) => isShared),
    disk_format: "raw",
    container_format: "bare",
    min_disk: volume.sizeGb,
    min_ram: 0,
    virtual_size: isWhole ? bytes : null,
    instance_type: "vm",
    os_info: volume.osInfo,
    created_at: time(image.createdAtMs),
    updated_at: time(image.updatedAtMs),
  });
}

/** An image as it is read and listed. */
export function readView(image: StoredImage, { cloud: { settings }, project }: Call): object {
  const { absentFields } = settings;
  const membership = memberOf(image, project.id);
  const extra = { image_member_status: membership?.status ?? null, project_id: image.owner };
  return { ...imageView(image, settings), ...without(absentFields, extra) };
}

/** The record of a project that an image is shared with. */
export function memberOf({ members }: StoredImage, project: string): StoredMember | undefined {
  return members.find((member) => member.isShared && member.project === project);
}

/** A member as an addition is answered: `id` is the project's. */
export function memberView(imageId: string, member: StoredMember): object {
  const { project, status, createdAtMs, updatedAtMs } = member;
  return {
    id: project,
    image_id: imageId,
    status,
    created_at: time(createdAtMs),
    updated_at: time(updatedAtMs),
  };
}

/** A member as it is listed: one that isn't any more has no status. */
export function listedMemberView(imageId: string, member: StoredMember): object {
  const { isShared } = member;
  const view = { ...memberView(imageId, member), is_shared: isShared };
  return isShared ? view : without(["status"], view);
}

function without(names: readonly string[], fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

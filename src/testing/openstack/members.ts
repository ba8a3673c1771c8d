import {
  type FakeRequest,
  type FakeResponse,
  isObject,
  json,
  jsonOf,
  NO_CONTENT,
  Refusal,
} from "../fake/wire.ts";
import { isOwn, visibleImage } from "./access.ts";
import { checkMemberQuota } from "./quota.ts";
import type { Call, StoredImage, StoredMember } from "./state.ts";
import { time } from "./view.ts";

const STATUSES: readonly unknown[] = ["pending", "accepted", "rejected"];

export function listMembers(call: Call, id: string): FakeResponse {
  const image = sharedImage(call, id);
  const members = seen(call, image).map((member) => memberView(id, member));
  return json(200, { members, schema: "/v2/schemas/members" });
}

export function showMember(call: Call, id: string, project: string): FakeResponse {
  const image = visibleImage(call, id);
  if (image.visibility !== "shared") throw new Refusal(404, "Only shared images have members.");
  return json(200, memberView(id, found(call, image, project)));
}

export async function addMember(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const body = await jsonOf(request);
  const project = isObject(body) ? body["member"] : undefined;
  if (typeof project !== "string" || project === "")
    throw new Refusal(400, "Member to be added not specified");
  const image = ownShared(call, id);
  const members = membersOf(call, image);
  if (members.has(project)) throw new Refusal(409, `Member ${project} is duplicated for image ${id}`);
  checkMemberQuota(members.size + 1);
  const now = call.cloud.nowMs();
  const member = { project, status: "pending", createdAtMs: now, updatedAtMs: now };
  call.cloud.members.set(id, new Map(members).set(project, member));
  return json(200, memberView(id, member));
}

export async function answerMember(
  call: Call,
  id: string,
  project: string,
  request: FakeRequest,
): Promise<FakeResponse> {
  const body = await jsonOf(request);
  if (!isObject(body) || !Object.hasOwn(body, "status")) throw new Refusal(400, "Status not specified");
  const image = sharedImage(call, id);
  if (call.user.role !== "admin" && image.owner === call.user.projectId)
    throw new Refusal(403, `Not allowed to update members for image ${id}.`);
  const member = found(call, image, project);
  if (call.user.role !== "admin" && call.user.projectId !== project)
    throw new Refusal(403, `Not allowed to update members for image ${id}.`);
  const { status } = body;
  if (typeof status !== "string" || !STATUSES.includes(status))
    throw new Refusal(400, "Incorrect request: status");
  const answered = { ...member, status, updatedAtMs: call.cloud.nowMs() };
  call.cloud.members.set(id, new Map(membersOf(call, image)).set(project, answered));
  return json(200, memberView(id, answered));
}

export function removeMember(call: Call, id: string, project: string): FakeResponse {
  const image = sharedImage(call, id);
  if (!isOwn(call, image)) throw new Refusal(403, `Not allowed to delete members for image ${id}.`);
  found(call, image, project);
  const members = new Map(membersOf(call, image));
  members.delete(project);
  call.cloud.members.set(id, members);
  return NO_CONTENT;
}

function sharedImage(call: Call, id: string): StoredImage {
  const image = visibleImage(call, id);
  if (image.visibility !== "shared") throw new Refusal(403, "Only shared images have members.");
  return image;
}

function ownShared(call: Call, id: string): StoredImage {
  const image = sharedImage(call, id);
  if (!isOwn(call, image)) throw new Refusal(403, `Not allowed to create members for image ${id}.`);
  return image;
}

function membersOf({ cloud }: Call, { id }: StoredImage): ReadonlyMap<string, StoredMember> {
  return cloud.members.get(id) ?? new Map();
}

/** The owner sees all, a member itself. */
function seen(call: Call, image: StoredImage): readonly StoredMember[] {
  const members = [...membersOf(call, image).values()];
  return isOwn(call, image) ? members : members.filter(({ project }) => project === call.user.projectId);
}

function found(call: Call, image: StoredImage, project: string): StoredMember {
  const member = seen(call, image).find((one) => one.project === project);
  if (member === undefined)
    throw new Refusal(404, `${project} not found in the member list of the image ${image.id}.`);
  return member;
}

function memberView(imageId: string, member: StoredMember): object {
  return {
    member_id: member.project,
    image_id: imageId,
    status: member.status,
    created_at: time(member.createdAtMs),
    updated_at: time(member.updatedAtMs),
    schema: "/v2/schemas/member",
  };
}

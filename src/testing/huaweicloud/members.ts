import { type FakeRequest, type FakeResponse, json, jsonOf, NO_CONTENT } from "../fake/wire.ts";
import { choice, objectOf, requiredText, text } from "./fields.ts";
import { ownImage, visibleImage } from "./images.ts";
import type { StoredImage, StoredMember } from "./records.ts";
import { ImsRefusal } from "./refusals.ts";
import { type Call, save } from "./state.ts";
import { time } from "./view.ts";

const STATUSES: readonly string[] = ["pending", "accepted", "rejected"];

export function checkShareable(call: Call, image: StoredImage, project: string, count: number): void {
  if (project === call.projectId) throw new ImsRefusal("IMG.0076", "An image is not shared with its owner.");
  if (image.keyId !== undefined) throw new ImsRefusal("IMG.0098", "An encrypted image cannot be shared.");
  if (image.status !== "active") throw new ImsRefusal("IMG.0046", "The image is not available.");
  if (image.members.size + count > (image.isWhole ? 10 : 256))
    throw new ImsRefusal("IMG.0088", "The quota of members has been reached.");
}

export function added({ cloud }: Call, image: StoredImage, project: string): StoredImage {
  if (image.members.has(project)) return image;
  const now = cloud.nowMs();
  const member: StoredMember = { project, status: "pending", createdAtMs: now, updatedAtMs: now };
  return { ...image, members: new Map(image.members).set(project, member) };
}

export function removed(image: StoredImage, project: string): StoredImage {
  return { ...image, members: new Map([...image.members].filter(([one]) => one !== project)) };
}

export function answered({ cloud }: Call, image: StoredImage, project: string, status: string): StoredImage {
  const member = image.members.get(project);
  if (member === undefined) return image;
  const changed = { ...member, status, updatedAtMs: cloud.nowMs() };
  return { ...image, members: new Map(image.members).set(project, changed) };
}

/** `GET /v2/images/{id}/members`. */
export function listMembers(call: Call, id: string): FakeResponse {
  return json(200, { members: membersOf(call, visibleImage(call, id, 404)), schema: "/v2/schemas/members" });
}

/** `GET /v1/{project_id}/cloudimages/{id}/members`. */
export function pageOfMembers(call: Call, id: string): FakeResponse {
  const members = membersOf(call, visibleImage(call, id));
  return json(200, { members, page_info: { next_marker: null, current_count: members.length } });
}

export function showMember(call: Call, id: string, project: string): FakeResponse {
  const image = visibleImage(call, id, 404);
  return json(200, memberView(image, memberOf(call, image, project)));
}

/** `POST /v2/images/{id}/members`: at once. */
export async function addMember(call: Call, id: string, request: FakeRequest): Promise<FakeResponse> {
  const project = requiredText(objectOf(await jsonOf(request)), "member");
  const image = ownImage(call, id, 404);
  checkShareable(call, image, project, 1);
  if (image.members.has(project))
    throw new ImsRefusal("IMG.0034", `The image is shared with ${project} already.`, 409);
  const shared = save(call.cloud, added(call, image, project));
  return json(200, memberView(shared, memberOf(call, shared, project)));
}

/** `PUT /v2/images/{id}/members/{member}`: the member's own answer. */
export async function answerOffer(
  call: Call,
  id: string,
  project: string,
  request: FakeRequest,
): Promise<FakeResponse> {
  const body = objectOf(await jsonOf(request));
  const status = choice(body, "status", STATUSES) ?? requiredText(body, "status");
  text(body, "vault_id");
  const image = visibleImage(call, id, 404);
  memberOf(call, image, project);
  if (project !== call.projectId) throw new ImsRefusal("IMG.0047", "Only the member itself may answer.", 403);
  const shared = save(call.cloud, answered(call, image, project, status));
  return json(200, memberView(shared, memberOf(call, shared, project)));
}

/** `DELETE /v2/images/{id}/members/{member}`: at once. */
export function removeMember(call: Call, id: string, project: string): FakeResponse {
  const image = ownImage(call, id, 404);
  memberOf(call, image, project);
  save(call.cloud, removed(image, project));
  return NO_CONTENT;
}

export function memberOf({ projectId }: Call, image: StoredImage, project: string): StoredMember {
  const member = image.members.get(project);
  if (member === undefined || (image.owner !== projectId && project !== projectId))
    throw new ImsRefusal("IMG.0086", `The image is not shared with ${project}.`, 404);
  return member;
}

/** A member sees itself only. */
function membersOf({ projectId }: Call, image: StoredImage): readonly unknown[] {
  return [...image.members.values()]
    .filter(({ project }) => image.owner === projectId || project === projectId)
    .map((member) => memberView(image, member));
}

function memberView(
  { id }: StoredImage,
  { project, status, createdAtMs, updatedAtMs }: StoredMember,
): unknown {
  return {
    image_id: id,
    member_id: project,
    status,
    created_at: time(createdAtMs),
    updated_at: time(updatedAtMs),
    schema: "/v2/schemas/member",
  };
}

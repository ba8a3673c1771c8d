import { type FakeRequest, type FakeResponse, json, NO_CONTENT, Refusal } from "../fake/wire.ts";
import { pageOf } from "./list.ts";
import { ownImage, visibleImage } from "./progress.ts";
import type { Call, Cloud, StoredImage, StoredMember } from "./state.ts";
import { listedMemberView, memberOf, memberView } from "./view.ts";

const PROJECT = /^[0-9a-f]{32}$/;

export function listMembers(call: Call, id: string, { url: { searchParams } }: FakeRequest): FakeResponse {
  const image = visibleImage(call, id);
  const { shown, members } = image;
  const isOld = shown.reads > 0;
  if (isOld) call.cloud.images.set(id, { ...image, shown: { ...shown, reads: shown.reads - 1 } });
  const { items, pagination } = pageOf(call, isOld ? shown.members : members, searchParams);
  return json(200, { members: items.map((member) => listedMemberView(id, member)), pagination });
}

export function addMember(call: Call, id: string, project: string): FakeResponse {
  const image = ownImage(call, id);
  if (!PROJECT.test(project)) throw new Refusal(400, "project_id must be 32 hexadecimal digits.");
  if (memberOf(image, project) !== undefined)
    throw new Refusal(409, `Project ${project} is a member of image ${id} already.`);
  const now = call.cloud.nowMs();
  const member = { project, status: "pending", isShared: true, createdAtMs: now, updatedAtMs: now };
  setMember(call.cloud, image, member);
  return json(200, { member: memberView(id, member) });
}

/** What is shared no more stays in the list. */
export function removeMember(call: Call, id: string, project: string): FakeResponse {
  const image = ownImage(call, id);
  const member = memberOf(image, project);
  if (member === undefined) throw new Refusal(404, `Project ${project} is no member of image ${id}.`);
  setMember(call.cloud, image, { ...member, isShared: false, updatedAtMs: call.cloud.nowMs() });
  return NO_CONTENT;
}

/** Puts a record of a member in the place of the one that there is. */
export function setMember({ images, settings }: Cloud, image: StoredImage, member: StoredMember): void {
  const others = image.members.filter(({ project }) => project !== member.project);
  const shown = { members: image.members, reads: settings.readsUntilShared };
  images.set(image.id, { ...image, members: [...others, member], shown });
}

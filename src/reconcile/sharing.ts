import {
  type ImageMember,
  MEMBER_STATUSES,
  type MemberStatus,
  SpecError,
  UnsupportedError,
} from "../model/index.ts";
import { type Calls, callOptions } from "./context.ts";

/** The members of an image, with what they answered. */
export async function listMembers(calls: Calls, id: string): Promise<readonly ImageMember[]> {
  const { members, name } = calls.backend;
  if (members === undefined) throw new UnsupportedError({ backend: name, capability: "members" });
  if (members.statuses !== undefined) return members.statuses(id, callOptions(calls));
  const projects = await members.list(id, callOptions(calls));
  return projects.map((project) => ({ project, status: "pending" }));
}

/** Answers for the backend's own project. */
export async function answerSharing(calls: Calls, id: string, status: MemberStatus): Promise<void> {
  const { members, name } = calls.backend;
  if (!MEMBER_STATUSES.includes(status)) {
    throw new SpecError([{ path: ["status"], message: `must be one of ${MEMBER_STATUSES.join(", ")}` }], {
      subject: "The call",
    });
  }
  if (members?.setStatus === undefined)
    throw new UnsupportedError({ backend: name, capability: "setMemberStatus" });
  await members.setStatus(id, status, callOptions(calls));
}

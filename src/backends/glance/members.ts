import type { ImageMember } from "../../model/index.ts";
import type { CallOptions, Members } from "../backend.ts";
import { explained, httpError, readBody } from "../http/errors.ts";
import type { AuthorizedClient } from "../keystone/authorized-client.ts";
import type { GlanceUrls } from "./urls.ts";
import { type WireMember, WireMembers } from "./wire.ts";

/**
 * `/v2/images/{id}/members`.
 *
 * @param project The one that the calls are made for, which answers for itself.
 */
export function glanceMembers(
  client: AuthorizedClient,
  urls: GlanceUrls,
  project: string | undefined,
): Members {
  const statuses = async (id: string, options?: CallOptions): Promise<ImageMember[]> => {
    const what = `Listing the members of image ${id}`;
    const answer = await client({ method: "GET", url: urls.members(id) }, options);
    // An image that isn't shared shows its members to nobody.
    if (answer.status === 403) return [];
    if (answer.status !== 200) throw httpError(answer, what);
    return readBody(answer, WireMembers, what).members.map(memberFromWire);
  };

  return {
    statuses,

    async list(id, options) {
      return (await statuses(id, options)).map((member) => member.project);
    },

    ...(project === undefined ? {} : { setStatus: answering(client, urls, project) }),

    async add(id, member, options) {
      const answer = await client(
        { method: "POST", url: urls.members(id), json: { member }, repeatable: true },
        options,
      );
      // 409: is a member already.
      if (answer.status !== 200 && answer.status !== 409)
        throw httpError(answer, `Sharing of image ${id} with ${member}`);
    },

    async remove(id, member, options) {
      const answer = await client({ method: "DELETE", url: urls.member(id, member) }, options);
      if (answer.status !== 204 && answer.status !== 404) {
        throw httpError(answer, `Ending the sharing of image ${id} with ${member}`);
      }
    },
  };
}

function answering(
  client: AuthorizedClient,
  urls: GlanceUrls,
  project: string,
): Required<Members>["setStatus"] {
  return async (id, status, options) => {
    const answer = await client(
      { method: "PUT", url: urls.member(id, project), json: { status }, repeatable: true },
      options,
    );
    if (answer.status === 200) return;
    const refusal = httpError(answer, `Answering ${status} to the sharing of image ${id}`);
    throw answer.status === 403
      ? explained(refusal, "only a project that an image is shared with answers, not its owner")
      : refusal;
  };
}

function memberFromWire({ member_id, status, created_at, updated_at }: WireMember): ImageMember {
  return {
    project: member_id,
    status: status ?? "pending",
    createdAt: created_at ?? undefined,
    updatedAt: updated_at ?? undefined,
  };
}

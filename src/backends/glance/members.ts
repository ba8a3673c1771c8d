import type { Members } from "../backend.ts";
import { httpError, readBody } from "../http/errors.ts";
import type { AuthorizedClient } from "./requests.ts";
import type { GlanceUrls } from "./urls.ts";
import { WireMembers } from "./wire.ts";

/** `/v2/images/{id}/members`. */
export function glanceMembers(client: AuthorizedClient, urls: GlanceUrls): Members {
  return {
    async list(id, options) {
      const what = `Listing the members of image ${id}`;
      const answer = await client({ method: "GET", url: urls.members(id) }, options);
      // An image that isn't shared shows its members to nobody.
      if (answer.status === 403) return [];
      if (answer.status !== 200) throw httpError(answer, what);
      return readBody(answer, WireMembers, what).members.map(({ member_id }) => member_id);
    },

    async add(id, project, options) {
      const answer = await client(
        { method: "POST", url: urls.members(id), json: { member: project }, repeatable: true },
        options,
      );
      // 409: is a member already.
      if (answer.status !== 200 && answer.status !== 409)
        throw httpError(answer, `Sharing of image ${id} with ${project}`);
    },

    async remove(id, project, options) {
      const answer = await client({ method: "DELETE", url: urls.member(id, project) }, options);
      if (answer.status !== 204 && answer.status !== 404) {
        throw httpError(answer, `Ending the sharing of image ${id} with ${project}`);
      }
    },
  };
}

import { type ImageMember, ImageStateError } from "../../model/index.ts";
import type { CallOptions, Members } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { kakaocloudError } from "./errors.ts";
import { membersFromWire } from "./mapping.ts";
import { allOf } from "./paging.ts";
import { type Calls, isDone, isNowhere } from "./requests.ts";
import { waitUntil } from "./wait.ts";
import { WireMembers } from "./wire.ts";

/** `/images/{id}/members`: the projects that an image is shared with. No call is known to answer for one. */
export function kakaocloudMembers({ client, urls, pageSize, timeoutMs }: Calls): Members {
  const statuses = async (id: string, options?: CallOptions): Promise<readonly ImageMember[]> => {
    const what = `Listing the members of image ${id}`;
    const read = async (offset: number) => {
      const url = `${urls.members(id)}?limit=${pageSize}&offset=${offset}`;
      const answer = await client({ method: "GET", url }, options);
      if (answer.status !== 200) throw kakaocloudError(answer, what);
      const { members, pagination } = readBody(answer, WireMembers, what);
      return { items: members, total: pagination?.total };
    };
    return membersFromWire(await Array.fromAsync(allOf(read, pageSize)));
  };

  const isMember = async (id: string, project: string, options?: CallOptions): Promise<boolean> =>
    (await statuses(id, options)).some((member) => member.project === project);

  /** The list follows what was agreed to after a while. */
  const settle = async (id: string, project: string, wanted: boolean, options?: CallOptions) => {
    const isSo = async () => (await isMember(id, project, options)) === wanted;
    if (await waitUntil(isSo, { timeoutMs, signal: options?.signal })) return;
    const what = wanted ? "doesn't list" : "still lists";
    throw new ImageStateError(`Image ${id} ${what} the member ${project} after ${timeoutMs} ms`, {
      code: "ERR_IMAGE_TIMEOUT",
      imageId: id,
      retryable: true,
    });
  };

  return {
    statuses,

    async list(id, options) {
      return (await statuses(id, options)).map(({ project }) => project);
    },

    async add(id, project, options) {
      const answer = await client(
        { method: "POST", url: urls.member(id, project), repeatable: true },
        options,
      );
      // Nobody says what comes of sharing twice.
      const isRepeated = answer.status === 409 && (await isMember(id, project, options));
      if (!isDone(answer) && !isRepeated)
        throw kakaocloudError(answer, `Sharing of image ${id} with ${project}`);
      await settle(id, project, true, options);
    },

    async remove(id, project, options) {
      const answer = await client({ method: "DELETE", url: urls.member(id, project) }, options);
      // 404: it isn't a member, or there is no image.
      if (isNowhere(answer)) return;
      if (!isDone(answer)) throw kakaocloudError(answer, `Ending the sharing of image ${id} with ${project}`);
      await settle(id, project, false, options);
    },
  };
}

import type { ImageMember } from "../../model/index.ts";
import type { CallOptions, Members } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { expectDone } from "./errors.ts";
import { runJob } from "./jobs.ts";
import type { Calls } from "./requests.ts";
import { type WireMember, WireMembers } from "./wire.ts";

/** Members are read and answered as Glance's are, and added and removed by jobs. */
export function imsMembers(calls: Calls): Required<Members> {
  const { connection, urls } = calls;

  const statuses = async (id: string, options?: CallOptions): Promise<readonly ImageMember[]> => {
    const what = `Listing the members of image ${id}`;
    const answer = await connection.client({ method: "GET", url: urls.members(id) }, options);
    expectDone(answer, what);
    return readBody(answer, WireMembers, what).members.map(memberFromWire);
  };
  const list = async (id: string, options?: CallOptions): Promise<readonly string[]> =>
    (await statuses(id, options)).map(({ project }) => project);
  const change = async (method: "POST" | "DELETE", id: string, project: string, options?: CallOptions) => {
    const what =
      method === "POST"
        ? `Sharing of image ${id} with ${project}`
        : `Ending the sharing of image ${id} with ${project}`;
    const json = { images: [id], projects: [project] };
    await runJob(calls, { method, url: urls.sharing, json, repeatable: true, what, imageId: id }, options);
  };

  return {
    list,
    statuses,
    async add(id, project, options) {
      if (!(await list(id, options)).includes(project)) await change("POST", id, project, options);
    },
    async remove(id, project, options) {
      if ((await list(id, options)).includes(project)) await change("DELETE", id, project, options);
    },
    async setStatus(id, status, options) {
      const url = urls.member(id, connection.projectId);
      const answer = await connection.client(
        { method: "PUT", url, json: { status }, repeatable: true },
        options,
      );
      expectDone(answer, `Answering ${status} to the sharing of image ${id}`);
    },
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

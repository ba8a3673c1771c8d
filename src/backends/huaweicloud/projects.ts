import { z } from "zod";
import { AuthError } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { explained, httpError, readBody } from "../http/errors.ts";
import type { AuthorizedClient } from "../keystone/authorized-client.ts";

const Projects = z.object({ projects: z.array(z.object({ id: z.string() })) });

/**
 * The id of the project of that name; that of a region has the region's name.
 *
 * @throws AuthError `ERR_AUTH_FAILED` where there is none, or the credentials are refused.
 */
export async function findProject(
  client: AuthorizedClient,
  iam: string,
  name: string,
  options?: CallOptions,
): Promise<string> {
  const url = `${iam}/v3/projects?name=${encodeURIComponent(name)}`;
  const answer = await client({ method: "GET", url }, options);
  const what = `The look-up of the project ${name}`;
  if (answer.status !== 200)
    throw explained(httpError(answer, what), "give its id as projectId (HW_PROJECT_ID)");
  const [project] = readBody(answer, Projects, what).projects;
  if (project !== undefined) return project.id;
  throw new AuthError(
    `The account has no project ${name}: is the region right? Otherwise give the project's id as projectId (HW_PROJECT_ID)`,
    { code: "ERR_AUTH_FAILED", authUrl: iam },
  );
}

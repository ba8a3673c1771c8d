import { type Image, ImageStateError, type NewImage } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { segment } from "../http/segment.ts";
import { waitFor } from "../http/wait.ts";
import { expectDone } from "./errors.ts";
import { type Calls, readWire, toImage } from "./requests.ts";
import { WireResources } from "./wire.ts";

const PAGE_SIZE = 1_000;

/** Moves an image to an enterprise project, by EPS, and waits until it is listed there. */
export async function migrate(
  calls: Calls,
  id: string,
  enterpriseProjectId: string,
  options: CallOptions = {},
): Promise<void> {
  const { connection, jobTimeoutMs: timeoutMs } = calls;
  const { projectId, region, endpoints, client } = connection;
  const target = `${endpoints.eps}/v1.0/enterprise-projects/${segment(enterpriseProjectId)}`;
  const what = `Moving of image ${id} to enterprise project ${enterpriseProjectId}`;
  const json = { resource_type: "images", resource_id: id, project_id: projectId, region_id: region };
  expectDone(
    await client({ method: "POST", url: `${target}/resources-migrate`, json, repeatable: true }, options),
    what,
  );

  const isListed = async (): Promise<true | undefined> => {
    for (let offset = 0; ; offset += PAGE_SIZE) {
      const page = { limit: PAGE_SIZE, offset, projects: [projectId], resource_types: ["images"] };
      const answer = await client(
        { method: "POST", url: `${target}/resources/filter`, json: page, repeatable: true },
        options,
      );
      expectDone(answer, what);
      const { resources } = readBody(answer, WireResources, what);
      if (resources.some(({ resource_id }) => resource_id === id)) return true;
      if (resources.length < PAGE_SIZE) return undefined;
    }
  };
  if (await waitFor(isListed, { timeoutMs, signal: options.signal })) return;
  throw new ImageStateError(`${what}: it isn't there after ${timeoutMs} ms`, {
    code: "ERR_IMAGE_TIMEOUT",
    imageId: id,
    retryable: true,
  });
}

/**
 * An image that was just made, in the enterprise project that it declares, else in that of the options. One that can't be
 * moved there is not left behind: nobody would see that it is in another.
 */
export async function placed(
  calls: Calls,
  made: Image,
  { properties = {} }: Pick<NewImage, "properties">,
  options?: CallOptions,
): Promise<Image> {
  const { connection, urls } = calls;
  const project = properties["enterprise_project_id"] ?? connection.enterpriseProjectId;
  if (project === undefined || project === (made.huaweicloud?.enterpriseProjectId ?? "0")) return made;
  try {
    await migrate(calls, made.id, project, options);
    const wire = await readWire(calls, made.id, `Creation of image ${made.id}`, options);
    return wire === undefined ? made : toImage(calls, wire);
  } catch (error) {
    await connection.client({ method: "DELETE", url: urls.image(made.id) }).catch(() => undefined);
    throw error;
  }
}

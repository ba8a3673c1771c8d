import { ImageStateError } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import { readBody } from "../http/errors.ts";
import { expectDone } from "./errors.ts";
import type { Calls } from "./requests.ts";
import { waitFor } from "./wait.ts";
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
  const target = `${endpoints.eps}/v1.0/enterprise-projects/${encodeURIComponent(enterpriseProjectId)}`;
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

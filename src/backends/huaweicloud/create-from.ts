import { type Image, ImageStateError, type NewImage, UnsupportedError } from "../../model/index.ts";
import type { CallOptions, CloudSource, CreateFrom } from "../backend.ts";
import { waitFor } from "../http/wait.ts";
import { jobBody, type Origin } from "./body.ts";
import type { Connection } from "./connection.ts";
import { placed } from "./enterprise-project.ts";
import { type JobRequest, runJob } from "./jobs.ts";
import { listImages } from "./list.ts";
import { type Calls, callsOf, readWire, toImage } from "./requests.ts";
import { WAYS, type WayName, wayOf } from "./ways.ts";

/** Images of what the cloud has, each by a job. */
export function createFrom(calls: Calls): CreateFrom {
  return {
    kinds: ["volumeId", "object", "imageId"],
    async start(image, source, options) {
      const way = wayOf({ ...image, source }, calls.connection.region);
      return way === "copyToRegion"
        ? copyToRegion(calls, image, source, options)
        : makeImage(calls, way, image, source, options);
    },
  };
}

/**
 * Starts the job of a way, and waits for its end: only then it says why there is no image.
 *
 * @throws ImageStateError `ERR_IMAGE_FAILED` with the cloud's reason.
 */
export async function makeImage(
  calls: Calls,
  way: WayName,
  image: NewImage,
  origin: Origin,
  options?: CallOptions,
): Promise<Image> {
  const { urls, connection } = calls;
  const json = jobBody(way, inProject(image, connection), origin, connection.region);
  const url = "imageId" in origin ? urls.ofImage(origin.imageId, "copy") : urls.action(WAYS[way].path);
  const what = `Creation of image ${image.name} from ${nameOf(origin)}`;
  return finished(calls, calls, { method: "POST", url, json, what }, image, options);
}

/** A copy of another region's image: that region's IMS makes it here. */
async function copyToRegion(
  calls: Calls,
  image: NewImage,
  source: CloudSource,
  options?: CallOptions,
): Promise<Image> {
  const { inRegion, region } = calls.connection;
  if (!("imageId" in source) || source.region === undefined || inRegion === undefined)
    throw new UnsupportedError({
      backend: "huaweicloud",
      capability: "source.imageId",
      alternative: "a token is good for one region: give accessKey and secretKey, or a password",
    });
  const there = callsOf(await inRegion(source.region), calls);
  const json = jobBody("copyToRegion", image, source, region);
  const url = there.urls.ofImage(source.imageId, "cross_region_copy");
  const what = `Creation of image ${image.name} from image ${source.imageId} of ${source.region}`;
  const made = await finished(calls, there, { method: "POST", url, json, what }, image, options);
  // The call has no field for it.
  return placed(calls, made, image, options);
}

/** In the enterprise project of the options, unless it says another. */
function inProject(image: NewImage, { enterpriseProjectId }: Connection): NewImage {
  if (enterpriseProjectId === undefined) return image;
  return { ...image, properties: { enterprise_project_id: enterpriseProjectId, ...image.properties } };
}

/** The image that a job has made, once it is listed: the one that it tells, or else the one of the name. */
async function finished(
  calls: Calls,
  jobsCalls: Calls,
  request: JobRequest,
  { name }: NewImage,
  options?: CallOptions,
): Promise<Image> {
  const id = await runJob(jobsCalls, request, options);
  const { listLagMs: timeoutMs } = calls;
  const look = () =>
    id === undefined ? named(calls, name, options) : listed(calls, id, request.what, options);
  const image = await waitFor(look, { timeoutMs, signal: options?.signal });
  if (image !== undefined) return image;
  throw new ImageStateError(`${request.what}: the job has ended, and there is no image ${id ?? name}`, {
    code: "ERR_IMAGE_FAILED",
    imageId: id,
  });
}

async function listed(
  calls: Calls,
  id: string,
  what: string,
  options?: CallOptions,
): Promise<Image | undefined> {
  const wire = await readWire(calls, id, what, options);
  return wire === undefined ? undefined : toImage(calls, wire);
}

async function named(calls: Calls, name: string, options?: CallOptions): Promise<Image | undefined> {
  const query = { name, owner: calls.connection.projectId };
  for await (const image of listImages(calls, query, options)) return image;
  return undefined;
}

function nameOf(origin: Origin): string {
  if ("serverId" in origin) return `server ${origin.serverId}`;
  if ("volumeId" in origin) return `volume ${origin.volumeId}`;
  return "object" in origin ? `object ${origin.object}` : `image ${origin.imageId}`;
}

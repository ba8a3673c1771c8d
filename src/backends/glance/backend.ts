import type { z } from "zod";
import { glanceRules, type Image, type ImageSpec } from "../../model/index.ts";
import type { Backend } from "../backend.ts";
import type { ControlClient } from "../http/client.ts";
import type { DataTransport } from "../http/data.ts";
import { explained, httpError, readBody, reasonOf } from "../http/errors.ts";
import { authorizedClient } from "../keystone/authorized-client.ts";
import type { Session } from "../keystone/session.ts";
import { glanceActivation } from "./activation.ts";
import { schemaCheck } from "./check.ts";
import { downloadData, uploadData } from "./data.ts";
import { hashAlgorithm } from "./hash-algorithm.ts";
import { checkHidden, creationError } from "./hidden.ts";
import { glanceImports } from "./imports.ts";
import { listImages, MAX_PAGE_SIZE } from "./list.ts";
import { imageFromWire, wireFromNewImage } from "./mapping.ts";
import { glanceMembers } from "./members.ts";
import { PATCH_TYPE, patchOf } from "./patch.ts";
import { glanceUrls } from "./urls.ts";
import type { GlanceVariant } from "./variant.ts";
import { WireImage } from "./wire.ts";

/** What a cloud of the Glance family is made of. */
export interface GlanceOptions {
  /** The backend's name. */
  readonly name: string;
  /** The image service's URL, with or without a version. */
  readonly endpoint: string;
  readonly region: string | undefined;
  readonly projectId: string | undefined;
  readonly session: Session;
  readonly client: ControlClient;
  /** For image data: the client has its own. */
  readonly transport?: DataTransport | undefined;
  /** What it takes of a spec. */
  readonly spec: z.ZodType<ImageSpec>;
  /** How many images a listing asks for at a time: 1 to 1,000, which is the default. */
  readonly pageSize?: number | undefined;
  readonly variant?: GlanceVariant | undefined;
}

const IN_USE =
  "it is in use: volumes or servers that were made from it still read its data. Delete those first, or hide the image (hidden: true) until they are gone";

/** A backend that speaks the Image API v2. */
export function glanceBackend(options: GlanceOptions): Backend {
  const { name, endpoint, region, projectId, session, transport, spec, pageSize = MAX_PAGE_SIZE } = options;
  const { rules = glanceRules, creationHeaders = {}, refusals = {} } = options.variant ?? {};
  const urls = glanceUrls(endpoint);
  const dataContext = {
    session,
    urls,
    transport,
    region,
    headers: creationHeaders,
    tooLarge: refusals.tooLarge,
  };
  const client = authorizedClient(options.client, session);
  const algorithm = hashAlgorithm();
  const toImage = (wire: WireImage): Image => {
    algorithm.learn(wire);
    return imageFromWire(wire, { rules, region });
  };

  const get: Backend["get"] = async (id, callOptions) => {
    const answer = await client({ method: "GET", url: urls.image(id) }, callOptions);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw httpError(answer, `Reading of image ${id}`);
    return toImage(readBody(answer, WireImage, `Reading of image ${id}`));
  };

  return {
    name,
    region,
    projectId,
    spec,
    rules,
    losesUpdates: true,
    get,
    list: (query, callOptions) => listImages({ client, urls, toImage, pageSize }, query, callOptions),
    ...glanceActivation({ client, urls, get }),
    check: schemaCheck(client, urls),
    hashAlgorithm: algorithm.current,

    async create(image, callOptions) {
      const what = `Creation of image ${image.name}`;
      const answer = await client(
        { method: "POST", url: urls.images, headers: creationHeaders, json: wireFromNewImage(image) },
        callOptions,
      );
      if (answer.status !== 201) throw creationError(httpError(answer, what), image, name);
      return toImage(readBody(answer, WireImage, what));
    },

    async update(id, operations, callOptions) {
      const what = `Update of image ${id}`;
      const read = await client({ method: "GET", url: urls.image(id) }, callOptions);
      if (read.status !== 200) throw httpError(read, what);
      const current = toImage(readBody(read, WireImage, what));
      checkHidden(current, operations, name);
      const steps = patchOf(current, operations);
      // An empty PATCH is answered 200 and does nothing.
      if (steps.length === 0) return current;
      const headers = { "content-type": PATCH_TYPE };
      const answer = await client(
        { method: "PATCH", url: urls.image(id), headers, json: steps },
        callOptions,
      );
      if (answer.status !== 200) throw httpError(answer, what);
      return toImage(readBody(answer, WireImage, what));
    },

    async delete(id, callOptions) {
      const answer = await client({ method: "DELETE", url: urls.image(id) }, callOptions);
      if (answer.status === 204 || answer.status === 404) return;
      // Glance's answer to the later of two deletions that overlap: "Image status transition from deleted to deleted…".
      if (answer.status === 400 && /from (deleted|pending_delete) to /.test(reasonOf(answer.body))) return;
      const refusal = httpError(answer, `Deletion of image ${id}`);
      if (answer.status === 409) throw explained(refusal, IN_USE);
      if (answer.status !== 403 || refusals.deletion === undefined) throw refusal;
      const image = await get(id, callOptions);
      throw image?.protected === true ? refusal : explained(refusal, refusals.deletion);
    },

    upload: (id, data, callOptions) => uploadData(dataContext, id, data, callOptions),
    download: (id, callOptions) => downloadData(dataContext, id, callOptions),
    members: glanceMembers(client, urls, projectId),
    imports: glanceImports({ client, urls, get, dataContext }),
  };
}

import { redactUrlIn } from "../../model/index.ts";
import type { Backend, CallOptions, ImportOffer, ImportRequest, Imports } from "../backend.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { httpError, readBody } from "../http/errors.ts";
import type { AuthorizedClient } from "../keystone/authorized-client.ts";
import { type DataContext, stageData } from "./data.ts";
import { importBody } from "./import-request.ts";
import { importState, isImporting } from "./import-state.ts";
import type { GlanceUrls } from "./urls.ts";
import { WireImportInfo, WireStores, type WireTask, WireTasks } from "./wire.ts";

/** What {@link glanceImports} needs. */
export interface ImportContext {
  readonly client: AuthorizedClient;
  readonly urls: GlanceUrls;
  readonly get: Backend["get"];
  readonly dataContext: DataContext;
}

/**
 * `POST /v2/images/{id}/import`. What a cloud offers is read once, from what it answers: its version numbers don't
 * tell, they aren't monotonic.
 */
export function glanceImports({ client, urls, get, dataContext }: ImportContext): Imports {
  let known: ImportOffer | undefined;

  const methods = async (options?: CallOptions): Promise<ImportOffer["methods"]> => {
    const what = "Reading of the import methods";
    const answer = await client({ method: "GET", url: urls.info("import") }, options);
    // Before Queens there are no imports.
    if (answer.status === 404) return [];
    if (answer.status !== 200) throw httpError(answer, what);
    return readBody(answer, WireImportInfo, what)["import-methods"].value;
  };
  const stores = async (options?: CallOptions): Promise<ImportOffer["stores"]> => {
    const what = "Reading of the stores";
    const answer = await client({ method: "GET", url: urls.info("stores") }, options);
    // A cloud with one store has no name for it.
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw httpError(answer, what);
    return readBody(answer, WireStores, what)
      .stores.filter((store) => String(store["read-only"]).toLowerCase() !== "true")
      .map(({ id }) => id);
  };
  const tasks = async (id: string, options?: CallOptions): Promise<readonly WireTask[]> => {
    const answer = await client({ method: "GET", url: urls.tasks(id) }, options);
    // Before Wallaby there are none to be seen; of an image that is gone there are none.
    if (answer.status === 404) return [];
    if (answer.status !== 200) throw httpError(answer, `Reading of the tasks of image ${id}`);
    return readBody(answer, WireTasks, `Reading of the tasks of image ${id}`).tasks;
  };

  return {
    isImporting,

    async offer(options) {
      known ??= { methods: await methods(options), stores: await stores(options) };
      return known;
    },

    async start(id, request, options) {
      if (request.method === "glance-direct" && request.data !== undefined)
        await stageData(dataContext, id, request.data, options);
      const json = importBody(request);
      const answer = await client({ method: "POST", url: urls.import(id), json }, options);
      if (answer.status !== 202)
        throw httpError(withoutSecrets(answer, request), `Import of image ${id} by ${request.method}`);
    },

    async state(id, options) {
      const image = await get(id, options);
      return importState(image, image === undefined ? [] : await tasks(id, options));
    },
  };
}

/** Glance says which URL it doesn't like, with all that is in it. */
function withoutSecrets(answer: HttpAnswer, request: ImportRequest): HttpAnswer {
  const { body } = answer;
  const message = typeof body === "object" && body !== null && "message" in body ? body.message : body;
  if (request.method !== "web-download" || typeof message !== "string") return answer;
  return { ...answer, body: redactUrlIn(message, request.url) };
}

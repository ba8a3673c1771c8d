import { orAbort } from "../../model/index.ts";
import type { Backend, CallOptions } from "../backend.ts";
import { httpError, readBody } from "../http/errors.ts";
import type { AuthorizedClient } from "../keystone/authorized-client.ts";
import { schemaIssues, WireSchema } from "./schema.ts";
import type { GlanceUrls } from "./urls.ts";

/**
 * Holds values against the cloud's own schema of an image, which is read once, when it is first needed. A reading
 * that fails stops nobody, and is made again at the next plan.
 */
export function schemaCheck(client: AuthorizedClient, urls: GlanceUrls): Required<Backend>["check"] {
  let reading: Promise<WireSchema | undefined> | undefined;

  const read = async (onRetry: CallOptions["onRetry"]): Promise<WireSchema | undefined> => {
    try {
      const answer = await client({ method: "GET", url: urls.schema }, { onRetry });
      // A cloud that has none will have none later.
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw httpError(answer, "Reading of the image schema");
      return readBody(answer, WireSchema, "Reading of the image schema");
    } catch {
      reading = undefined;
      return undefined;
    }
  };

  return async (values, { signal, onRetry } = {}) => {
    signal?.throwIfAborted();
    reading ??= read(onRetry);
    const shared = reading;
    // Other plans may wait for the same answer: an abort ends the waiting only.
    const schema = await orAbort(() => shared, signal);
    return schema === undefined ? [] : schemaIssues(schema, values);
  };
}

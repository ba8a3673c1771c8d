import type { Image } from "../../model/index.ts";
import type { Backend, CallOptions } from "../backend.ts";
import { httpError } from "../http/errors.ts";
import type { AuthorizedClient } from "../keystone/authorized-client.ts";
import { wrongStatus } from "../record.ts";
import type { GlanceUrls } from "./urls.ts";

/** What {@link glanceActivation} needs. */
export interface ActivationContext {
  readonly client: AuthorizedClient;
  readonly urls: GlanceUrls;
  readonly get: Backend["get"];
}

/** `POST /v2/images/{id}/actions/…`: closes the data of an image, and opens it again. */
export function glanceActivation({
  client,
  urls,
  get,
}: ActivationContext): Required<Pick<Backend, "deactivate" | "reactivate">> {
  const act = async (
    id: string,
    action: "deactivate" | "reactivate",
    options: CallOptions | undefined,
  ): Promise<void> => {
    const answer = await client({ method: "POST", url: urls.action(id, action), repeatable: true }, options);
    if (answer.status === 204) return;
    const refusal = httpError(
      answer,
      `${action === "deactivate" ? "Deactivation" : "Reactivation"} of image ${id}`,
    );
    // Glance answers 403 both to who may not, and where the status forbids it.
    const image = answer.status === 403 ? await get(id, options) : undefined;
    if (image === undefined || canBeClosed(image)) throw refusal;
    throw wrongStatus(image, action === "deactivate" ? "deactivated" : "active", refusal);
  };

  return {
    deactivate: (id, options) => act(id, "deactivate", options),
    reactivate: (id, options) => act(id, "reactivate", options),
  };
}

function canBeClosed({ status }: Image): boolean {
  return status === "active" || status === "deactivated";
}

import { ImageStateError } from "../../model/index.ts";
import type { Backend } from "../backend.ts";
import { kakaocloudError } from "./errors.ts";
import { type Calls, isDone, isNowhere } from "./requests.ts";
import { waitUntil } from "./wait.ts";

/** `DELETE /images/{id}`: agreed to at once, and done after a while. */
export function deletion({ client, urls, timeoutMs }: Calls, get: Backend["get"]): Backend["delete"] {
  return async (id, options) => {
    const answer = await client({ method: "DELETE", url: urls.image(id) }, options);
    if (isNowhere(answer)) return;
    if (!isDone(answer)) throw kakaocloudError(answer, `Deletion of image ${id}`);
    let status: string | undefined;
    const isGone = async () => {
      status = (await get(id, options))?.status;
      return status === undefined;
    };
    if (await waitUntil(isGone, { timeoutMs, signal: options?.signal })) return;
    throw new ImageStateError(`Image ${id} was deleted, and is still ${status} after ${timeoutMs} ms`, {
      code: "ERR_IMAGE_TIMEOUT",
      imageId: id,
      status,
      retryable: true,
    });
  };
}

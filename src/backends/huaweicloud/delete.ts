import { ImageStateError } from "../../model/index.ts";
import type { Backend } from "../backend.ts";
import { waitFor } from "../http/wait.ts";
import { refusal } from "../record.ts";
import { protectionKept } from "./changes.ts";
import { imsError } from "./errors.ts";
import { type Calls, readWire, toImage } from "./requests.ts";

/**
 * `DELETE /v2/images/{id}`: answered 204 whatever there is, and done after a while. So it is looked before, and until the
 * image is gone.
 */
export function deletion(calls: Calls): Backend["delete"] {
  return async (id, options) => {
    const what = `Deletion of image ${id}`;
    const { connection, urls, deletionTimeoutMs: timeoutMs } = calls;
    const wire = await readWire(calls, id, what, options);
    if (wire === undefined) return;
    if (toImage(calls, wire).protected === true) throw refusal(403, protectionKept(id));
    const answer = await connection.client({ method: "DELETE", url: urls.image(id) }, options);
    if (answer.status < 200 || answer.status >= 300) {
      const refused = imsError(answer, what);
      if (refused.status !== 404) throw refused;
    }
    let { status } = wire;
    const isGone = async (): Promise<true | undefined> => {
      const left = await readWire(calls, id, what, options);
      if (left === undefined || left.status === "deleted") return true;
      status = left.status;
      return undefined;
    };
    if (await waitFor(isGone, { timeoutMs, signal: options?.signal })) return;
    throw new ImageStateError(`Image ${id} was deleted, and is still ${status} after ${timeoutMs} ms`, {
      code: "ERR_IMAGE_TIMEOUT",
      imageId: id,
      status,
      retryable: true,
    });
  };
}

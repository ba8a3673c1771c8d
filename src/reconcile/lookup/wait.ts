import { type Image, ImageStateError, isGone, pause } from "../../model/index.ts";
import { type Context, callOptions } from "../context.ts";
import { isStaged, isUnderWay, STAGED_MS } from "./under-way.ts";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
const UNCHANGED_TIMEOUT_MS = 2_000;

/**
 * Waits until an image that was filled is active.
 *
 * @throws ImageStateError `ERR_IMAGE_FAILED` when the cloud gave up, `ERR_IMAGE_TIMEOUT` when it took too long.
 */
export async function waitForActive(context: Context, id: string, name: string): Promise<Image> {
  const image = await waitWhileBusy(context, id, name);
  if (image === undefined) throw failed(id, "deleted", "is gone");
  if (image.status === "active" || image.status === "deactivated") return image;
  throw failed(id, image.status, `is ${image.status}: the cloud did not keep its data`);
}

/**
 * Waits until an image is active that the cloud makes of its own data.
 *
 * @throws ImageStateError `ERR_IMAGE_FAILED` when the cloud gave up, `ERR_IMAGE_TIMEOUT` when it took too long.
 */
export async function waitUntilMade(context: Context, id: string, name: string): Promise<Image> {
  const isBusy = (image: Image) => image.status === "queued" || isUnderWay(context, image);
  const image = await waitWhileBusy(context, id, name, isBusy);
  if (image === undefined) throw failed(id, undefined, "is gone: the cloud did not make it");
  if (image.status === "active" || image.status === "deactivated") return image;
  throw failed(id, image.status, `is ${image.status}: the cloud gave it up`);
}

/**
 * Waits until no data is on its way into an image; `undefined` when it is gone. One that was staged, and that nobody
 * imports, is `uploading` in the end.
 *
 * @param isBusy What is waited for the end of. Default: data on its way.
 * @throws ImageStateError `ERR_IMAGE_TIMEOUT` when that took too long.
 */
export async function waitWhileBusy(
  context: Context,
  id: string,
  name: string,
  isBusy: (image: Image) => boolean = (image) => isUnderWay(context, image),
): Promise<Image | undefined> {
  const { backend, emit, signal, statusTimeoutMs } = context;
  let deadlineMs = performance.now() + statusTimeoutMs;
  let lastStatus: string | undefined;
  let stagedAtMs: number | undefined;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const image = await backend.get(id, callOptions(context));
    if (image === undefined || isGone(image.status)) return undefined;
    if (image.status !== lastStatus) {
      emit("image-status", { name, imageId: id, status: image.status });
      deadlineMs = performance.now() + statusTimeoutMs;
    }
    lastStatus = image.status;
    if (!isBusy(image)) return image;
    stagedAtMs = isStaged(context, image) ? (stagedAtMs ?? performance.now()) : undefined;
    if (stagedAtMs !== undefined && performance.now() - stagedAtMs > STAGED_MS) return image;
    if (performance.now() + pauseMs > deadlineMs) {
      throw new ImageStateError(`Image ${id} was still ${image.status} after ${statusTimeoutMs} ms`, {
        code: "ERR_IMAGE_TIMEOUT",
        imageId: id,
        status: image.status,
        retryable: true,
      });
    }
    await pause(pauseMs, signal);
  }
}

/**
 * Waits until a deleted image is gone: some clouds take their time, and tell so by its status. One whose status stays
 * as it was isn't on its way: what is between here and the cloud may have said "not found" of an image that is there.
 *
 * @throws ImageStateError `ERR_IMAGE_TIMEOUT` when that took too long.
 */
export async function waitUntilGone(context: Context, { id, name, status }: Image): Promise<void> {
  const { backend, signal, statusTimeoutMs } = context;
  const startMs = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const image = await backend.get(id, callOptions(context));
    if (image === undefined || isGone(image.status)) return;
    const patienceMs = image.status === status ? UNCHANGED_TIMEOUT_MS : statusTimeoutMs;
    if (performance.now() + pauseMs > startMs + patienceMs) {
      throw new ImageStateError(`Image ${id} (${name}) was deleted, and is still ${image.status}`, {
        code: "ERR_IMAGE_TIMEOUT",
        imageId: id,
        status: image.status,
        retryable: true,
      });
    }
    await pause(pauseMs, signal);
  }
}

function failed(imageId: string, status: string | undefined, what: string): ImageStateError {
  return new ImageStateError(`Image ${imageId} ${what}`, { code: "ERR_IMAGE_FAILED", imageId, status });
}

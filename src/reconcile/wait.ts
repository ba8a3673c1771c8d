import { setTimeout as sleep } from "node:timers/promises";
import { type Image, ImageStateError, isBusy, isGone } from "../model/index.ts";
import { type Calls, type Context, callOptions } from "./context.ts";

/** How long the first pause is between two looks at an image. */
export const FIRST_PAUSE_MS = 200;

const LONGEST_PAUSE_MS = 5_000;

/** How long an image may stay staged before nobody is taken to be about to import it. */
const STAGED_MS = 3_000;

/**
 * Whether data is on its way into an image, by an upload or an import. An import may not have begun yet, or still fill
 * stores of an active image: Glance reverts metadata then, too.
 */
export function isUnderWay(context: Pick<Calls, "backend">, image: Image): boolean {
  return isBusy(image.status) || isImporting(context, image);
}

/** Whether an import into an image is under way. */
export function isImporting({ backend }: Pick<Calls, "backend">, image: Image): boolean {
  return backend.imports?.isImporting(image) === true;
}

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
 * Waits until no data is on its way into an image; `undefined` when it is gone. One that was staged, and that nobody
 * imports, is `uploading` in the end.
 *
 * @throws ImageStateError `ERR_IMAGE_TIMEOUT` when that took too long.
 */
export async function waitWhileBusy(context: Context, id: string, name: string): Promise<Image | undefined> {
  const { backend, emit, signal, statusTimeoutMs } = context;
  const deadlineMs = performance.now() + statusTimeoutMs;
  let lastStatus: string | undefined;
  let stagedAtMs: number | undefined;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = nextPauseMs(pauseMs)) {
    const image = await backend.get(id, callOptions(context));
    if (image === undefined || isGone(image.status)) return undefined;
    if (image.status !== lastStatus) emit("image-status", { name, imageId: id, status: image.status });
    lastStatus = image.status;
    if (!isUnderWay(context, image)) return image;
    stagedAtMs = isStaged(context, image) ? (stagedAtMs ?? performance.now()) : undefined;
    if (stagedAtMs !== undefined && performance.now() - stagedAtMs > STAGED_MS) return image;
    if (performance.now() + pauseMs > deadlineMs) throw timedOut(context, image);
    await pause(pauseMs, signal);
  }
}

/** All data is in the staging area, which only then tells its size, and no import takes it from there. */
function isStaged(context: Context, image: Image): boolean {
  const { backend } = context;
  return (
    backend.imports !== undefined &&
    image.status === "uploading" &&
    Boolean(image.sizeBytes) &&
    !isImporting(context, image)
  );
}

/** How long the pause is that comes after a pause. */
export function nextPauseMs(pauseMs: number): number {
  return Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS);
}

/** An image that has kept its status for too long. */
export function timedOut(context: Context, image: Image): ImageStateError {
  const { id, status } = image;
  const importing = isImporting(context, image) ? ", and an import into it still under way," : "";
  return new ImageStateError(
    `Image ${id} was still ${status}${importing} after ${context.statusTimeoutMs} ms`,
    {
      code: "ERR_IMAGE_TIMEOUT",
      imageId: id,
      status,
      retryable: true,
    },
  );
}

/** Waits, or rejects with the signal's own reason. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

function failed(imageId: string, status: string, what: string): ImageStateError {
  return new ImageStateError(`Image ${imageId} ${what}`, { code: "ERR_IMAGE_FAILED", imageId, status });
}

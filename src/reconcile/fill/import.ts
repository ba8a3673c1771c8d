import type { Imports } from "../../backends/backend.ts";
import { ImageStateError, pause, UnsupportedError } from "../../model/index.ts";
import { type Calls, type Context, callOptions } from "../context.ts";
import { isTaken, mayHaveSucceeded } from "../outcome.ts";
import { hasBegun, type Imported, type ImportJob, importOutcome } from "./import-outcome.ts";
import { throwIfTaken } from "./taken.ts";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** Has the cloud bring data into an image that this process never sees, waits for it, and tells of its progress. */
export async function runImport(context: Context, job: ImportJob): Promise<Imported> {
  const { imageId, name } = job;
  const event = (transferredBytes: number, totalBytes?: number) => ({
    name,
    imageId,
    transferredBytes,
    totalBytes,
  });
  context.emit("upload-start", event(0));
  await startImport(context, job);
  const imported = await waitForImport(context, job, (bytes) =>
    context.emit("upload-progress", event(bytes)),
  );
  const { sizeBytes = 0 } = imported.image;
  context.emit("upload-progress", event(sizeBytes, sizeBytes));
  context.emit("upload-end", event(sizeBytes, sizeBytes));
  return imported;
}

/** Begins an import. One whose answer was lost has begun all the same: the image says so. */
export async function startImport(context: Context, { imageId, name, request }: ImportJob): Promise<void> {
  const imports = importsOf(context);
  try {
    await imports.start(imageId, request, callOptions(context));
  } catch (error) {
    context.signal?.throwIfAborted();
    if (isTaken(error)) await throwIfTaken(context, imageId, name, error);
    if (!mayHaveSucceeded(error)) throw error;
    const state = await imports.state(imageId, callOptions(context)).catch(() => undefined);
    if (state === undefined || !hasBegun(state, request)) throw error;
  }
}

/**
 * Waits until an import has ended, in every store.
 *
 * @param onProgress Told of bytes that the cloud has brought in.
 * @throws ImageStateError `ERR_IMAGE_FAILED` with the cloud's reason; `ERR_IMAGE_TIMEOUT` when nothing moved for too
 *   long.
 */
export async function waitForImport(
  context: Context,
  job: ImportJob,
  onProgress?: (transferredBytes: number) => void,
): Promise<Imported> {
  const { emit, signal, statusTimeoutMs } = context;
  const { imageId, name } = job;
  const imports = importsOf(context);
  let begun = false;
  let lastStatus: string | undefined;
  let lastBytes = 0;
  let movedAtMs = performance.now();
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    const state = await imports.state(imageId, callOptions(context));
    const { image } = state;
    const transferredBytes = (state.status === "running" && state.transferredBytes) || 0;
    if (image !== undefined && image.status !== lastStatus) {
      emit("image-status", { name, imageId, status: image.status });
      lastStatus = image.status;
      movedAtMs = performance.now();
    }
    if (transferredBytes > lastBytes) {
      onProgress?.(transferredBytes);
      lastBytes = transferredBytes;
      movedAtMs = performance.now();
    }
    const outcome = importOutcome(job, state, begun);
    if (outcome !== undefined) return outcome;
    begun ||= state.status === "running";
    if (performance.now() + pauseMs > movedAtMs + statusTimeoutMs)
      throw timedOut(imageId, lastStatus, statusTimeoutMs);
    await pause(pauseMs, signal);
  }
}

function importsOf({ backend }: Calls): Imports {
  if (backend.imports === undefined)
    throw new UnsupportedError({ backend: backend.name, capability: "imports" });
  return backend.imports;
}

function timedOut(imageId: string, status: string | undefined, timeoutMs: number): ImageStateError {
  const message = `Image ${imageId} was still ${status}, and an import into it still under way, after ${timeoutMs} ms`;
  return new ImageStateError(message, { code: "ERR_IMAGE_TIMEOUT", imageId, status, retryable: true });
}

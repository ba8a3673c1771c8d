import type { ImageData, ImportRequest, ImportState, Imports } from "../backends/backend.ts";
import { type Image, ImageStateError, UnsupportedError } from "../model/index.ts";
import { type Calls, type Context, callOptions } from "./context.ts";
import { mayHaveSucceeded } from "./outcome.ts";
import { FIRST_PAUSE_MS, nextPauseMs, pause, timedOut } from "./wait.ts";

/** Data that the cloud is to bring into an image. */
export interface ImportJob {
  readonly imageId: string;
  /** The image's name, for events. */
  readonly name: string;
  /** For messages: `The import of https://… into image 1bea47ed…`. */
  readonly what: string;
  readonly request: ImportRequest;
}

/** What came of an import. */
export interface Imported {
  readonly image: Image;
  /** The stores that have failed, where not all had to succeed; absent when none has. */
  readonly failedStores?: readonly string[];
}

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
export async function startImport(
  context: Context,
  { imageId, request }: ImportJob,
  data?: ImageData,
): Promise<void> {
  const imports = importsOf(context);
  const whole = request.method === "glance-direct" && data !== undefined ? { ...request, data } : request;
  try {
    await imports.start(imageId, whole, callOptions(context));
  } catch (error) {
    context.signal?.throwIfAborted();
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
  const { imageId, name, request } = job;
  const imports = importsOf(context);
  let begun = false;
  let lastStatus: string | undefined;
  let lastBytes = 0;
  let deadlineMs = performance.now() + statusTimeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = nextPauseMs(pauseMs)) {
    const state = await imports.state(imageId, callOptions(context));
    const { image } = state;
    if (image !== undefined && image.status !== lastStatus) {
      emit("image-status", { name, imageId, status: image.status });
      lastStatus = image.status;
      deadlineMs = performance.now() + statusTimeoutMs;
    }
    if (state.status === "failed") throw failed(job, state, state.failedStores);
    if (state.status === "done") {
      const { failedStores } = state;
      if (failedStores.length > 0 && request.allStoresMustSucceed === false)
        return { image: state.image, failedStores };
      if (failedStores.length > 0) throw failed(job, state, failedStores);
      if (isInStores(state.image, request)) return { image: state.image };
      // A cloud without a lock says nothing until it begins, and nothing when it gives up.
    }
    if (state.status === "running") begun = true;
    else if (begun) throw failed(job, state, []);
    if (
      state.status === "running" &&
      state.transferredBytes !== undefined &&
      state.transferredBytes > lastBytes
    ) {
      lastBytes = state.transferredBytes;
      deadlineMs = performance.now() + statusTimeoutMs;
      onProgress?.(lastBytes);
    }
    if (performance.now() + pauseMs > deadlineMs) throw timedOut(state.image, statusTimeoutMs);
    await pause(pauseMs, signal);
  }
}

function importsOf({ backend }: Calls): Imports {
  if (backend.imports === undefined)
    throw new UnsupportedError({ backend: backend.name, capability: "imports" });
  return backend.imports;
}

function hasBegun(state: ImportState, request: ImportRequest): boolean {
  return state.status === "running" || (state.status === "done" && isInStores(state.image, request));
}

function isInStores({ stores }: Image, request: ImportRequest): boolean {
  return stores === undefined || (request.stores ?? []).every((store) => stores.includes(store));
}

function failed(
  { imageId, what }: ImportJob,
  state: ImportState,
  stores: readonly string[],
): ImageStateError {
  const reason = state.status === "failed" ? state.reason : undefined;
  const where = stores.length === 0 ? "" : `, in ${stores.join(", ")}`;
  const status = state.image?.status ?? "deleted";
  return new ImageStateError(
    `${what} failed${where}: ${reason ?? `the image is ${status}, and the cloud says no more`}`,
    {
      code: "ERR_IMAGE_FAILED",
      imageId,
      status,
      stores,
    },
  );
}

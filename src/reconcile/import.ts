import type { ImageData, ImportRequest, ImportState, Imports } from "../backends/backend.ts";
import { type Image, ImageStateError, redactUrlIn, UnsupportedError } from "../model/index.ts";
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
      const failedStores = lackingStores(state, request);
      if (failedStores.length === 0) return { image: state.image };
      // Without a word of failure, an old cloud may not have begun to copy yet.
      if (begun || state.failedStores.length > 0) {
        if (request.allStoresMustSucceed === false) return { image: state.image, failedStores };
        throw failed(job, state, failedStores);
      }
    }
    // Neither under way nor failed in so many words: an old cloud says nothing before it begins, nor when it gives up.
    if (state.status === "pending" && begun) throw failed(job, state, []);
    if (state.status === "running") {
      begun = true;
      const { transferredBytes = 0 } = state;
      if (transferredBytes > lastBytes) {
        lastBytes = transferredBytes;
        deadlineMs = performance.now() + statusTimeoutMs;
        onProgress?.(lastBytes);
      }
    }
    if (performance.now() + pauseMs > deadlineMs) throw timedOut(context, state.image);
    await pause(pauseMs, signal);
  }
}

function importsOf({ backend }: Calls): Imports {
  if (backend.imports === undefined)
    throw new UnsupportedError({ backend: backend.name, capability: "imports" });
  return backend.imports;
}

function hasBegun(state: ImportState, request: ImportRequest): boolean {
  return (
    state.status === "running" || (state.status === "done" && lackingStores(state, request).length === 0)
  );
}

/** The stores that were to have the data and don't. What failed in an earlier import doesn't count. */
function lackingStores(
  { image, failedStores }: Extract<ImportState, { readonly status: "done" }>,
  { stores = failedStores }: ImportRequest,
): readonly string[] {
  const { stores: present } = image;
  return present === undefined ? failedStores : stores.filter((store) => !present.includes(store));
}

function failed(
  { imageId, what, request }: ImportJob,
  state: ImportState,
  stores: readonly string[],
): ImageStateError {
  const told = state.status === "failed" ? state.reason : undefined;
  const status = state.image?.status ?? "deleted";
  const words = told ?? `the image is ${status}, and the cloud says no more`;
  const reason = request.method === "web-download" ? redactUrlIn(words, request.url) : words;
  const where = stores.length === 0 ? "" : `, in ${stores.join(", ")}`;
  return new ImageStateError(`${what} failed${where}: ${reason}`, {
    code: "ERR_IMAGE_FAILED",
    imageId,
    status,
    stores,
  });
}

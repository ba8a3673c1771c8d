import type { ImportRequest, ImportState } from "../../backends/backend.ts";
import { type Image, ImageStateError, redactUrlIn } from "../../model/index.ts";

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

/**
 * What has come of an import by now; `undefined` while it goes on.
 *
 * @param begun Whether it was seen under way. A cloud without a lock says nothing before it begins, nor when it gives up.
 * @throws ImageStateError `ERR_IMAGE_FAILED` with the cloud's reason.
 */
export function importOutcome(job: ImportJob, state: ImportState, begun: boolean): Imported | undefined {
  const { request } = job;
  switch (state.status) {
    case "running":
      return undefined;
    case "pending":
      if (begun) throw failure(job, state, []);
      return undefined;
    case "failed":
      throw failure(job, state, state.failedStores);
    case "done": {
      const { image } = state;
      const failedStores = lackingStores(state, request);
      if (failedStores.length === 0) return { image };
      if (!begun && state.failedStores.length === 0) return undefined;
      if (request.allStoresMustSucceed === false) return { image, failedStores };
      throw failure(job, state, failedStores);
    }
    default:
      return state satisfies never;
  }
}

/** Whether an import whose beginning nobody heard of has begun, as far as the image can tell. */
export function hasBegun(state: ImportState, request: ImportRequest): boolean {
  return (
    state.status === "running" || (state.status === "done" && lackingStores(state, request).length === 0)
  );
}

/**
 * The stores that were to have the data and don't. A cloud remembers what failed in earlier imports, too: that doesn't
 * count, and where the choice was the cloud's an image with data has it there.
 */
function lackingStores(
  { image: { stores: present }, failedStores }: Extract<ImportState, { readonly status: "done" }>,
  { stores = [] }: ImportRequest,
): readonly string[] {
  return stores.filter((store) =>
    present === undefined ? failedStores.includes(store) : !present.includes(store),
  );
}

function failure(
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

import { ImageStateError, ImagewrightError } from "../../model/index.ts";
import type { CallOptions } from "../backend.ts";
import type { ControlRequest } from "../http/client.ts";
import { readBody } from "../http/errors.ts";
import { expectDone } from "./errors.ts";
import { type JobState, jobState } from "./job-state.ts";
import type { Calls } from "./requests.ts";
import { waitFor } from "./wait.ts";
import { WireJob, WireStarted } from "./wire.ts";

/** A job that is asked for. */
export interface JobRequest extends Pick<ControlRequest, "method" | "url" | "json" | "repeatable"> {
  /** For messages: `Creation of image debian-13 from volume 877a2cda…`. */
  readonly what: string;
  /** The image that it is about, where there is one before. */
  readonly imageId?: string | undefined;
}

/**
 * Starts a job and waits for its end.
 *
 * @returns the id of the image that it has made, where it has made one.
 * @throws ImageStateError `ERR_IMAGE_FAILED` with the cloud's reason when it fails, `ERR_IMAGE_TIMEOUT` when it takes
 *   longer than it may.
 */
export async function runJob(
  calls: Calls,
  { what, imageId, ...request }: JobRequest,
  options: CallOptions = {},
): Promise<string | undefined> {
  const answer = await calls.connection.client(request, options);
  expectDone(answer, what);
  const { job_id: id } = readBody(answer, WireStarted, what);
  const end = await waitFor(() => readEnd(calls, id, what, options), {
    timeoutMs: calls.jobTimeoutMs,
    signal: options.signal,
  });
  if (end === undefined)
    throw new ImageStateError(
      `${what}: the cloud's job ${id} has not ended after ${calls.jobTimeoutMs} ms, and may go on`,
      { code: "ERR_IMAGE_TIMEOUT", imageId, retryable: true },
    );
  if (end.status === "failed")
    throw new ImageStateError(`${what} failed: ${end.reason} [job ${id}]`, {
      code: "ERR_IMAGE_FAILED",
      imageId: imageId ?? end.imageId,
    });
  return end.imageId;
}

/** How a job has ended; `undefined` while it runs, or nobody can tell at the moment. */
async function readEnd(
  { connection, urls }: Calls,
  id: string,
  what: string,
  options: CallOptions,
): Promise<JobState | undefined> {
  try {
    const answer = await connection.client({ method: "GET", url: urls.job(id) }, options);
    expectDone(answer, `${what}: asking for job ${id}`);
    const state = jobState(readBody(answer, WireJob, `${what}: job ${id}`));
    return state.status === "running" ? undefined : state;
  } catch (error) {
    options.signal?.throwIfAborted();
    // The job goes on without being asked.
    if (ImagewrightError.is(error) && error.retryable) return undefined;
    throw error;
  }
}

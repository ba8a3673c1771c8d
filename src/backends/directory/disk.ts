import { HttpError, httpErrorCode, ImagewrightError } from "../../model/index.ts";

/** What a server would answer; any other failure of the disk is a 500. */
const STATUS: Readonly<Record<string, number>> = {
  EACCES: 403,
  EPERM: 403,
  EROFS: 403,
  ENOENT: 404,
  EDQUOT: 413,
  ENOSPC: 413,
  EBUSY: 503,
  EMFILE: 503,
  ENFILE: 503,
};

/**
 * Does work on the disk, unless the signal is aborted already.
 *
 * @throws HttpError for what the operating system refuses, beginning with `action`; other errors as they are.
 */
export async function onDisk<Result>(
  action: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    throw error === signal?.reason ? error : diskError(action, error);
  }
}

function diskError(action: string, error: unknown): unknown {
  if (ImagewrightError.is(error) || !isSystemError(error)) return error;
  const status = STATUS[error.code] ?? 500;
  return new HttpError(`${action} failed: ${error.message}`, {
    code: httpErrorCode(status),
    status,
    retryable: status === 503,
    cause: error,
  });
}

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "syscall" in error && "code" in error && typeof error.code === "string";
}

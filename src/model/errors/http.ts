import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** The codes of {@link HttpError}. */
export type HttpErrorCode =
  | "ERR_HTTP_NOT_FOUND"
  | "ERR_HTTP_FORBIDDEN"
  | "ERR_HTTP_CONFLICT"
  | "ERR_HTTP_QUOTA"
  | "ERR_HTTP_RATE_LIMITED"
  | "ERR_HTTP_UNAVAILABLE"
  | "ERR_HTTP_STATUS";

/** Facts of an {@link HttpError}. */
export interface HttpErrorOptions extends ErrorOptions {
  readonly code: HttpErrorCode;
  readonly status: number;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/**
 * A server answered, and the answer is a refusal. Backends without a server (`memory`, `directory`) refuse with
 * the same codes and statuses, without `method` and `url`.
 */
export class HttpError extends ImagewrightError {
  override readonly name = "HttpError";
  readonly code: HttpErrorCode;
  /** The HTTP status. */
  readonly status: number;
  readonly method: string | undefined;
  /** The URL that was asked, without user information. */
  readonly url: string | undefined;
  /** The server's id of the request, for its operator. */
  readonly requestId: string | undefined;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: HttpErrorOptions) {
    super(message, options);
    this.code = options.code;
    this.status = options.status;
    this.method = options.method;
    this.url = options.url;
    this.requestId = options.requestId;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The code that belongs to an HTTP status (RFC 9110, section 15; Glance answers 413 where a quota is exceeded). */
export function httpErrorCode(status: number): HttpErrorCode {
  switch (status) {
    case 403:
      return "ERR_HTTP_FORBIDDEN";
    case 404:
    case 410:
      return "ERR_HTTP_NOT_FOUND";
    case 409:
      return "ERR_HTTP_CONFLICT";
    case 413:
      return "ERR_HTTP_QUOTA";
    case 429:
      return "ERR_HTTP_RATE_LIMITED";
    case 502:
    case 503:
    case 504:
      return "ERR_HTTP_UNAVAILABLE";
    default:
      return "ERR_HTTP_STATUS";
  }
}

/** Whether a request that ended in this status may succeed when it is made again. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 429 || status === 502 || status === 503 || status === 504;
}

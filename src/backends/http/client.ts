import ky, { isHTTPError, isNetworkError, isTimeoutError } from "ky";
import { NetworkError, type RequestRetryEvent, redactUrl } from "../../model/index.ts";
import { type HttpAnswer, parseBody } from "./answer.ts";
import { failureOf } from "./errors.ts";

/** Options of {@link controlClient}. */
export interface ControlClientOptions {
  /** Default: the global `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How long one attempt may take, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /** How often a request that may be repeated is made again at most. Default: 2. */
  readonly retry?: { readonly limit?: number | undefined } | undefined;
}

/** A call to an API. */
export interface ControlRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. The `Content-Type` is `application/json` unless `headers` say otherwise. */
  readonly json?: unknown;
  /** Whether the request may be made again when no answer, or a passing refusal, came. Default: GET and DELETE. */
  readonly repeatable?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((event: RequestRetryEvent) => void) | undefined;
}

/** Makes calls to APIs, not transfers of data: answers whole, whatever their status. */
export type ControlClient = (request: ControlRequest) => Promise<HttpAnswer>;

/** 413 isn't among them: Glance answers it where a quota is exceeded. */
const PASSING_STATUSES = [408, 429, 502, 503, 504];

/**
 * A client for the control plane. It rejects with `ERR_NETWORK` or `ERR_TIMEOUT` when no answer came, and with
 * the signal's own reason after an abort; an answer of any status is an answer. Redirects are not followed:
 * `fetch` would take the token to another origin.
 */
export function controlClient(options: ControlClientOptions = {}): ControlClient {
  const { fetch, timeoutMs = 60_000, retry = {} } = options;
  return async (request) => {
    const { method, url, json, signal, onRetry } = request;
    const repeatable = request.repeatable ?? (method === "GET" || method === "DELETE");
    const contentType = json === undefined ? {} : { "content-type": "application/json" };
    try {
      const call = ky(url, {
        method,
        headers: { accept: "application/json", ...contentType, ...request.headers },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        ...(signal === undefined ? {} : { signal }),
        fetch: (input, init) => (fetch ?? globalThis.fetch)(input, init),
        redirect: "manual",
        timeout: timeoutMs,
        parseJson: parseBody,
        retry: {
          limit: repeatable ? (retry.limit ?? 2) : 0,
          methods: [method.toLowerCase()],
          statusCodes: PASSING_STATUSES,
          afterStatusCodes: [429, 503],
          jitter: true,
          backoffLimit: 10_000,
          maxRetryAfter: 60_000,
        },
        hooks: {
          beforeRetry: [
            ({ error, retryCount }) =>
              onRetry?.({
                method,
                url: redactUrl(url),
                attempt: retryCount,
                status: isHTTPError(error) ? error.response.status : undefined,
              }),
          ],
        },
      });
      const { status, headers } = await call;
      // Not the response's own `text()`: ky's is bound by the timeout.
      return { method, url, status, headers, body: parseBody(await call.text()) };
    } catch (error) {
      signal?.throwIfAborted();
      if (isHTTPError(error)) {
        const { status, headers } = error.response;
        return { method, url, status, headers, body: error.data };
      }
      throw networkError(error, method, url, timeoutMs);
    }
  };
}

function networkError(error: unknown, method: string, url: string, timeoutMs: number): NetworkError {
  const call = `${method} ${redactUrl(url)}`;
  if (isTimeoutError(error)) {
    return new NetworkError(`${call} was not answered within ${timeoutMs} ms`, {
      code: "ERR_TIMEOUT",
      phase: "request",
    });
  }
  // ky's own error carries the request, and that the token.
  const cause = isNetworkError(error) ? innermost(error.cause) : innermost(error);
  return new NetworkError(`${call} failed: ${failureOf(cause)}`, {
    code: "ERR_NETWORK",
    phase: "request",
    cause,
  });
}

/** `fetch` hides the reason, such as `ECONNREFUSED`, below a `TypeError: fetch failed`. */
function innermost(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}

import ky, { isNetworkError, isTimeoutError } from "ky";
import { NetworkError, pause, type RequestRetryEvent, redactUrl, SpecError } from "../../model/index.ts";
import { ProxyError } from "../../network/proxy-error.ts";
import { type HttpAnswer, parseBody, requestIdOf } from "./answer.ts";
import { publishRequest } from "./diagnostics.ts";
import { networkError } from "./errors.ts";
import {
  decideRetry,
  failureKind,
  type Outcome,
  type RetryOptions,
  retryAfterMs,
  retryPolicy,
} from "./retry.ts";

/** Options of {@link controlClient}. */
export interface ControlClientOptions {
  /** Default: the global `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How long one attempt may take, in milliseconds, within `retry.maxElapsedMs`. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Whether a request that may be repeated is made again. */
  readonly retry?: RetryOptions | undefined;
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
  /** Headers to add to one attempt, made of all that it sends: a signature grows old while a call is repeated. */
  readonly sign?: ((sent: SentRequest) => Readonly<Record<string, string>>) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((event: RequestRetryEvent) => void) | undefined;
}

/** One attempt of a {@link ControlRequest}, as it is sent. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined` where there is none. */
  readonly body: string | undefined;
}

/** Makes calls to APIs, not transfers of data: answers whole, whatever their status. */
export type ControlClient = (request: ControlRequest) => Promise<HttpAnswer>;

/** How one attempt ended, and what it means where it is the last. */
type Attempt =
  | { readonly answer: HttpAnswer; readonly outcome: Outcome }
  | { readonly error: NetworkError; readonly outcome: Outcome };

/**
 * A client for the control plane. It rejects with `ERR_NETWORK` or `ERR_TIMEOUT` when no answer came, and with
 * the signal's own reason after an abort; an answer of any status is an answer. Redirects are not followed:
 * `fetch` would take the token to another origin.
 */
export function controlClient(options: ControlClientOptions = {}): ControlClient {
  const { timeoutMs = 60_000 } = options;
  const fetch: typeof globalThis.fetch = (input, init) => (options.fetch ?? globalThis.fetch)(input, init);
  const policy = retryPolicy(options.retry, timeoutMs);
  return async (request) => {
    const { method, url, repeatable, signal, onRetry } = request;
    const start = performance.now();
    for (let attempt = 1; ; attempt++) {
      const attemptStart = performance.now();
      const left = policy.maxElapsedMs - (attemptStart - start);
      const made = await makeOnce(request, fetch, Math.max(1, Math.min(timeoutMs, left)), attempt);
      const { outcome } = made;
      const end = performance.now();
      const status = "status" in outcome ? outcome.status : undefined;
      publishRequest(() => ({
        method,
        url: redactUrl(url),
        status,
        requestId: "answer" in made ? requestIdOf(made.answer) : undefined,
        durationMs: end - attemptStart,
        attempt,
      }));
      const elapsedMs = end - start;
      const random = Math.random();
      const decision = decideRetry({ method, repeatable, outcome, attempt, elapsedMs, policy, random });
      if (!decision.retry) {
        if ("error" in made) throw made.error;
        return made.answer;
      }
      await pause(decision.delayMs, signal);
      onRetry?.({ method, url: redactUrl(url), attempt, status });
    }
  };
}

async function makeOnce(
  { method, url, headers: given, json, sign, signal }: ControlRequest,
  fetch: typeof globalThis.fetch,
  timeoutMs: number,
  attempt: number,
): Promise<Attempt> {
  signal?.throwIfAborted();
  const contentType = json === undefined ? {} : { "content-type": "application/json" };
  const headers = { accept: "application/json", ...contentType, ...given };
  const body = json === undefined ? undefined : JSON.stringify(json);
  const call = ky(url, {
    method,
    headers: { ...headers, ...sign?.({ method, url, headers, body }) },
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
    fetch,
    redirect: "manual",
    timeout: timeoutMs,
    throwHttpErrors: false,
    retry: 0,
  });
  try {
    const response = await call;
    // Not the response's own `text()`: ky's is bound by the timeout.
    const text = response.ok ? await call.text() : await call.text().catch(() => "");
    signal?.throwIfAborted();
    const answer = { method, url, status: response.status, headers: response.headers, body: parseBody(text) };
    return { answer, outcome: { status: answer.status, retryAfterMs: retryAfterMs(answer.headers) } };
  } catch (error) {
    signal?.throwIfAborted();
    if (isTimeoutError(error))
      return { error: timeoutError(method, url, timeoutMs, attempt), outcome: { failure: "timeout" } };
    // ky's own error carries the request, and that the token.
    const cause = innermost(isNetworkError(error) ? error.cause : error);
    // Nothing was sent: a variable names no proxy.
    if (cause instanceof SpecError) throw cause;
    return {
      error: networkError(method, url, "request", cause),
      outcome: { failure: failureKind(cause) },
    };
  }
}

function timeoutError(method: string, url: string, timeoutMs: number, attempt: number): NetworkError {
  const which = attempt === 1 ? "" : `, which were left for attempt ${attempt}`;
  return new NetworkError(
    `${method} ${redactUrl(url)} was not answered within ${Math.round(timeoutMs)} ms${which}`,
    {
      code: "ERR_TIMEOUT",
      phase: "request",
    },
  );
}

/** `fetch` hides the reason, such as `ECONNREFUSED`, below a `TypeError: fetch failed`. */
function innermost(error: unknown): unknown {
  const isCover = error instanceof Error && error.cause !== undefined && !(error instanceof ProxyError);
  return isCover ? innermost(error.cause) : error;
}

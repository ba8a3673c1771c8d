/** How often, and for how long, a call that may be repeated is made again. */
export interface RetryOptions {
  /** How often a call is made again at most. Default: 2. */
  readonly limit?: number | undefined;
  /** The longest wait before the first repetition, in milliseconds; it doubles with each. Default: 300. */
  readonly baseDelayMs?: number | undefined;
  /** The longest wait before any repetition, in milliseconds. Default: 10,000. */
  readonly maxDelayMs?: number | undefined;
  /** The longest wait that a server may ask for (`Retry-After`), in milliseconds. Default: 60,000. */
  readonly maxRetryAfterMs?: number | undefined;
  /**
   * How long a call may take with all its attempts and waits, in milliseconds: no wait goes beyond it, and no attempt.
   * Default: 300,000, or the time of one attempt where that is longer.
   */
  readonly maxElapsedMs?: number | undefined;
}

/** {@link RetryOptions} of which all are known. */
export type RetryPolicy = { readonly [Name in keyof RetryOptions]-?: number };

const DEFAULTS: RetryPolicy = {
  limit: 2,
  baseDelayMs: 300,
  maxDelayMs: 10_000,
  maxRetryAfterMs: 60_000,
  maxElapsedMs: 300_000,
};

/** The names of {@link RetryOptions}. */
export const RETRY_KEYS: readonly string[] = Object.keys(DEFAULTS);

/** The policy that options mean, where one attempt may take `timeoutMs`. */
export function retryPolicy(options: RetryOptions = {}, timeoutMs = 0): RetryPolicy {
  return {
    limit: options.limit ?? DEFAULTS.limit,
    baseDelayMs: options.baseDelayMs ?? DEFAULTS.baseDelayMs,
    maxDelayMs: options.maxDelayMs ?? DEFAULTS.maxDelayMs,
    maxRetryAfterMs: options.maxRetryAfterMs ?? DEFAULTS.maxRetryAfterMs,
    maxElapsedMs: options.maxElapsedMs ?? Math.max(DEFAULTS.maxElapsedMs, timeoutMs),
  };
}

/**
 * Why no answer came:
 *
 * - `refused`, `reset`, `unreachable`: the connection didn't come about, or was lost;
 * - `timeout`: the server had all the time of one attempt;
 * - `dns`: there is no host of that name;
 * - `proxy`: a proxy doesn't let the call through;
 * - `tls`: the two can't agree on TLS, or one doesn't trust the other's certificate;
 * - `other`: nobody knows, such as an error of a `fetch` of the caller's own, or an answer that isn't HTTP.
 */
export type FailureKind = "refused" | "reset" | "unreachable" | "timeout" | "dns" | "proxy" | "tls" | "other";

/** How one attempt of a call ended. */
export type Outcome =
  | { readonly status: number; readonly retryAfterMs?: number | undefined }
  | { readonly failure: FailureKind };

/** What {@link decideRetry} decides by. */
export interface RetryQuestion {
  readonly method: string;
  /** Whether the call may be made again. Default: GET and DELETE. */
  readonly repeatable?: boolean | undefined;
  readonly outcome: Outcome;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Since the first attempt began. */
  readonly elapsedMs: number;
  readonly policy: RetryPolicy;
  /** From 0 (included) to 1 (not included). */
  readonly random: number;
}

/** What {@link decideRetry} says. */
export type RetryDecision = { readonly retry: true; readonly delayMs: number } | { readonly retry: false };

/** 413 isn't among them: Glance answers it where a quota is exceeded. */
const PASSING_STATUSES: readonly number[] = [408, 429, 502, 503, 504];

/**
 * Not among them: a wrong name or certificate stays wrong, and a server that was silent for a whole attempt has kept
 * the caller waiting for long enough.
 */
const PASSING_FAILURES: readonly FailureKind[] = ["refused", "reset", "unreachable"];

const ENOUGH: RetryDecision = { retry: false };

/**
 * Whether a call is made again, and after which wait: as long as the server asks, within limits, or else a random part
 * of a time that doubles with each attempt ("full jitter").
 */
export function decideRetry(question: RetryQuestion): RetryDecision {
  const { method, outcome, attempt, elapsedMs, policy } = question;
  const repeatable = question.repeatable ?? (method === "GET" || method === "DELETE");
  if (!repeatable || !mayPass(outcome) || !(attempt <= policy.limit)) return ENOUGH;
  const delayMs = delayOf(question);
  return elapsedMs + delayMs < policy.maxElapsedMs ? { retry: true, delayMs } : ENOUGH;
}

function mayPass(outcome: Outcome): boolean {
  return "status" in outcome
    ? PASSING_STATUSES.includes(outcome.status)
    : PASSING_FAILURES.includes(outcome.failure);
}

function delayOf({ outcome, attempt, policy, random }: RetryQuestion): number {
  if ("status" in outcome && outcome.retryAfterMs !== undefined)
    return Math.min(outcome.retryAfterMs, policy.maxRetryAfterMs);
  return random * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
}

/**
 * `Retry-After` in milliseconds (RFC 9110, section 10.2.3). A date is counted from the answer's own `Date`: the two
 * machines' clocks may differ.
 */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (value === "") return undefined;
  const seconds = Number(value);
  if (!Number.isNaN(seconds)) return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
  const wait = Date.parse(value) - Date.parse(headers.get("date") ?? "");
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}

const KINDS: ReadonlyMap<string, FailureKind> = new Map([
  ["ECONNREFUSED", "refused"],
  ["ECONNRESET", "reset"],
  ["EPIPE", "reset"],
  ["UND_ERR_SOCKET", "reset"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  // Of a connection that doesn't come about: much shorter than an attempt.
  ["ETIMEDOUT", "unreachable"],
  ["UND_ERR_CONNECT_TIMEOUT", "unreachable"],
  // A resolver that is busy, or can't be reached.
  ["EAI_AGAIN", "unreachable"],
  ["ERR_PROXY_UPSTREAM", "unreachable"],
  ["ERR_PROXY_REFUSED", "proxy"],
  ["ENOTFOUND", "dns"],
  ["EPROTO", "tls"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "tls"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "tls"],
  ["HOSTNAME_MISMATCH", "tls"],
] as const);

const TLS_CODES = /^(CERT_|CRL_|ERR_TLS_|ERR_SSL_|UNABLE_TO_)/;

/** What an error of Node's network says of the connection. */
export function failureKind(error: unknown): FailureKind {
  const code = codeOf(error);
  return KINDS.get(code) ?? (TLS_CODES.test(code) ? "tls" : "other");
}

/** The `code` of an error of Node's; empty where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

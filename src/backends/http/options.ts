import type { RetryOptions } from "./retry.ts";

/** Options for calls that move no image data. */
export interface CallPlaneOptions {
  /** How long one attempt of a call that moves no image data may take, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * How often, and for how long, a call that moves no image data is made again: one that changes nothing, or may be
   * repeated, after a passing refusal (408, 429, 502, 503, 504) or a connection that failed. Default: twice.
   */
  readonly retry?: RetryOptions | undefined;
  /**
   * Makes the calls that move no image data, with TLS settings and proxies of its own: `HTTPS_PROXY` and the like are for
   * image data then. Default: the global `fetch`, or one over `node:https` where there are such.
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Options for image data on its way. */
export interface DataPlaneOptions {
  /**
   * How long the cloud may take no byte of an upload, or send none of a download, in milliseconds. The time that a
   * source takes doesn't count. Default: 300,000 (5 minutes).
   */
  readonly dataIdleTimeoutMs?: number | undefined;
  /** How long the cloud may take to answer a whole upload, in milliseconds. Default: 3,600,000 (1 hour). */
  readonly uploadAnswerTimeoutMs?: number | undefined;
}

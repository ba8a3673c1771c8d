import type { AnyImagewrightError } from "./index.ts";

const brand: unique symbol = Symbol.for("imagewright.error");

/** What every error of this library may be given. */
export interface ErrorOptions {
  /** The error underneath, without secrets. */
  readonly cause?: unknown;
  /** Whether the same call may succeed when it is made again, unchanged. Default: `false`. */
  readonly retryable?: boolean;
}

/**
 * The base of every error that this library throws on purpose.
 *
 * `code` is stable and safe to `switch` on; the message is for people and may change. Use
 * {@link ImagewrightError.is} rather than `instanceof`: the ESM and the CommonJS copy of the package have
 * classes of their own.
 */
export abstract class ImagewrightError extends Error {
  /** Stable, machine-readable: `ERR_…`. */
  abstract readonly code: string;
  /** Whether the same call may succeed when it is made again, unchanged. */
  readonly retryable: boolean;

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retryable = options.retryable ?? false;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether `value` is an error of this library, from whichever copy of the package it came. */
  static is(value: unknown): value is AnyImagewrightError {
    return value instanceof Error && brand in value;
  }
}

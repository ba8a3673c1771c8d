import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** Facts of an {@link AuthError}. */
export interface AuthErrorOptions extends ErrorOptions {
  readonly code: AuthError["code"];
  readonly authUrl?: string | undefined;
  readonly available?: readonly string[] | undefined;
  readonly requestId?: string | undefined;
}

/**
 * The cloud didn't accept the credentials (`ERR_AUTH_FAILED`), or it offers no image service where it was looked
 * for (`ERR_ENDPOINT_NOT_FOUND`).
 */
export class AuthError extends ImagewrightError {
  override readonly name = "AuthError";
  readonly code: "ERR_AUTH_FAILED" | "ERR_ENDPOINT_NOT_FOUND";
  /** The Keystone that was asked, where one was. */
  readonly authUrl: string | undefined;
  /** What there is instead: names of clouds, regions or interfaces. Empty when that isn't known. */
  readonly available: readonly string[];
  /** The cloud's id of the failed request. */
  readonly requestId: string | undefined;

  constructor(message: string, options: AuthErrorOptions) {
    super(message, options);
    this.code = options.code;
    this.authUrl = options.authUrl;
    this.available = options.available ?? [];
    this.requestId = options.requestId;
  }
}

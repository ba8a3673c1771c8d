import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** Facts of an {@link UnsupportedError}. */
export interface UnsupportedErrorOptions extends ErrorOptions {
  readonly backend: string;
  readonly capability: string;
  readonly alternative?: string | undefined;
}

/** What the user asks for is well formed, but this backend can't do it. Nothing was sent. */
export class UnsupportedError extends ImagewrightError {
  override readonly name = "UnsupportedError";
  readonly code = "ERR_UNSUPPORTED";
  /** The backend's name. */
  readonly backend: string;
  /** What it can't do: the path of the field that asks for it, such as `source.webDownload`. */
  readonly capability: string;
  /** What to do instead, where there is something. */
  readonly alternative: string | undefined;

  constructor(options: UnsupportedErrorOptions) {
    const advice = options.alternative === undefined ? "" : `: ${options.alternative}`;
    super(`The ${options.backend} backend does not support ${options.capability}${advice}`, options);
    this.backend = options.backend;
    this.capability = options.capability;
    this.alternative = options.alternative;
  }
}

import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** Facts of a {@link NetworkError}. */
export interface NetworkErrorOptions extends ErrorOptions {
  readonly code: NetworkError["code"];
  readonly phase: NetworkError["phase"];
}

/** No answer came: the connection failed (`ERR_NETWORK`) or took too long (`ERR_TIMEOUT`). */
export class NetworkError extends ImagewrightError {
  override readonly name = "NetworkError";
  readonly code: "ERR_NETWORK" | "ERR_TIMEOUT";
  /** What was going on: asking the cloud, sending data to it, or reading a source. */
  readonly phase: "request" | "upload" | "download";

  constructor(message: string, options: NetworkErrorOptions) {
    super(message, { retryable: true, ...options });
    this.code = options.code;
    this.phase = options.phase;
  }
}

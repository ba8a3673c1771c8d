import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** Facts of a {@link NetworkError}. */
export interface NetworkErrorOptions extends ErrorOptions {
  readonly code: NetworkError["code"];
  readonly phase: NetworkError["phase"];
  readonly offset?: number | undefined;
}

/** No answer came: the connection failed (`ERR_NETWORK`) or took too long (`ERR_TIMEOUT`). */
export class NetworkError extends ImagewrightError {
  override readonly name = "NetworkError";
  readonly code: "ERR_NETWORK" | "ERR_TIMEOUT";
  /** What was going on: asking the cloud, sending data to it, or reading data. */
  readonly phase: "request" | "upload" | "download";
  /** After how many bytes of data, where that is known. */
  readonly offset: number | undefined;

  constructor(message: string, options: NetworkErrorOptions) {
    super(message, { retryable: true, ...options });
    this.code = options.code;
    this.phase = options.phase;
    this.offset = options.offset;
  }
}

import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** The codes of {@link FormatError}. */
export type FormatErrorCode =
  | "ERR_FORMAT_MISMATCH"
  | "ERR_FORMAT_UNSAFE"
  | "ERR_DECOMPRESS"
  | "ERR_CONVERT_UNSUPPORTED";

/** Facts of a {@link FormatError}. */
export interface FormatErrorOptions extends ErrorOptions {
  readonly code: FormatErrorCode;
  readonly detected?: string | undefined;
  readonly declared?: string | undefined;
}

/** Image data isn't of the format that was declared, or is of one that can't be taken. */
export class FormatError extends ImagewrightError {
  override readonly name = "FormatError";
  readonly code: FormatErrorCode;
  /** The format that was found, where one was. */
  readonly detected: string | undefined;
  /** The format that the spec declares. */
  readonly declared: string | undefined;

  constructor(message: string, options: FormatErrorOptions) {
    super(message, options);
    this.code = options.code;
    this.detected = options.detected;
    this.declared = options.declared;
  }
}

import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** The codes of {@link TransferError}. */
export type TransferErrorCode =
  | "ERR_DIGEST_MISMATCH"
  | "ERR_SIZE_MISMATCH"
  | "ERR_TRANSFER_INCOMPLETE"
  | "ERR_SOURCE_CHANGED"
  | "ERR_URL_REFUSED";

/** Facts of a {@link TransferError}. */
export interface TransferErrorOptions extends ErrorOptions {
  readonly code: TransferErrorCode;
  readonly expected?: string | number | undefined;
  readonly actual?: string | number | undefined;
  readonly offset?: number | undefined;
}

/** Image data isn't what it should be, ended early, or may not be fetched from where it is. */
export class TransferError extends ImagewrightError {
  override readonly name = "TransferError";
  readonly code: TransferErrorCode;
  /** What was promised: a digest as `algorithm:hex`, or a number of bytes. */
  readonly expected: string | number | undefined;
  /** What came, in the same form. */
  readonly actual: string | number | undefined;
  /** The byte at which the transfer ended. */
  readonly offset: number | undefined;

  constructor(message: string, options: TransferErrorOptions) {
    super(message, options);
    this.code = options.code;
    this.expected = options.expected;
    this.actual = options.actual;
    this.offset = options.offset;
  }
}

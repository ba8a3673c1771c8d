import { type ErrorOptions, ImagewrightError } from "./base.ts";

/** The codes of {@link ImageStateError}. */
export type ImageStateErrorCode =
  | "ERR_IMAGE_FAILED"
  | "ERR_IMAGE_STATUS"
  | "ERR_IMAGE_PROTECTED"
  | "ERR_IMAGE_AMBIGUOUS"
  | "ERR_IMAGE_TIMEOUT";

/** One of several images that a lookup can't choose between. */
export interface ImageMatch {
  readonly id: string;
  readonly name: string;
}

/** Facts of an {@link ImageStateError}. */
export interface ImageStateErrorOptions extends ErrorOptions {
  readonly code: ImageStateErrorCode;
  readonly imageId?: string | undefined;
  readonly status?: string | undefined;
  readonly matches?: readonly ImageMatch[];
  readonly stores?: readonly string[];
}

/** An image is in a state that doesn't allow what was asked, or more than one image answers to a name. */
export class ImageStateError extends ImagewrightError {
  override readonly name = "ImageStateError";
  readonly code: ImageStateErrorCode;
  readonly imageId: string | undefined;
  /** The image's status when it was last read. */
  readonly status: string | undefined;
  /** With `ERR_IMAGE_AMBIGUOUS`: every image that matches. */
  readonly matches: readonly ImageMatch[];
  /** With `ERR_IMAGE_FAILED`: the stores that did not take the data, where the cloud names them. */
  readonly stores: readonly string[];

  constructor(message: string, options: ImageStateErrorOptions) {
    super(message, options);
    this.code = options.code;
    this.imageId = options.imageId;
    this.status = options.status;
    this.matches = options.matches ?? [];
    this.stores = options.stores ?? [];
  }
}

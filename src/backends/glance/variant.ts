import type { Rules } from "../../model/index.ts";

/** How the Glance of a vendor differs from others. */
export interface GlanceVariant {
  /** What it can change, and what it keeps to itself. Default: Glance's own rules. */
  readonly rules?: Rules | undefined;
  /** Headers of the requests that make an image and bring its data. Default: none. */
  readonly creationHeaders?: Readonly<Record<string, string>> | undefined;
  /** What its refusals mean, where that isn't what they mean elsewhere. */
  readonly refusals?:
    | {
        /** A 413 to an upload. */
        readonly tooLarge?: string | undefined;
        /** A 403 to the deletion of an image that isn't protected. */
        readonly deletion?: string | undefined;
      }
    | undefined;
}

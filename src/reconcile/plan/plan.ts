import type { ImageSpec, Operation, Source } from "../../model/index.ts";
import type { Delivery } from "./delivery.ts";

/** What a plan does to the image. */
export type Action = "create" | "update" | "replace" | "delete" | "none";

/** The order of a replacement. */
export type OnReplace = "create-first" | "delete-first" | "refuse";

/** What stands in a plan where the source has a secret or a function. */
export const REDACTED = "[redacted]";

/** A source as a plan holds it: `password` and the values of `headers` are redacted, and so is `open`. */
export type PlannedSource =
  | Exclude<Source, { open: unknown }>
  | { readonly open: typeof REDACTED; readonly size?: number };

/** A spec as a plan holds it. */
export type PlannedSpec = Omit<ImageSpec, "source"> & { readonly source?: PlannedSource | undefined };

/** The whole way from an image that is to one that should be, as data: it survives `JSON.stringify`. */
export interface Plan extends Delivery {
  readonly action: Action;
  /** The name that the image shall have; for a deletion the name that it has. */
  readonly name: string;
  /** The image that is there; absent for a creation. */
  readonly imageId?: string;
  /** The spec that the plan fulfils; absent for a deletion. */
  readonly desired?: PlannedSpec;
  /** Attributes in the order of the spec's documentation, then properties, tags and members by name. */
  readonly operations: readonly Operation[];
  /** The fields that can't change in place and so force a replacement. */
  readonly replaces: readonly string[];
  /** Whether the stored data is the declared data; absent where the spec declares none. */
  readonly content?: "same" | "changed" | "unknown";
  /** How many bytes the source has, where that was known when the plan was made. */
  readonly sizeBytes?: number;
  /** Half-made images that an interrupted replacement left behind: they are deleted first. */
  readonly discards?: readonly string[];
  /** The image whose place this one took in an interrupted replacement: it is deleted in the end. */
  readonly supersedes?: string;
  /** The stores that the data is copied to, from a store that has it. */
  readonly copies?: readonly string[];
  /** How a replacement goes about. Default: `create-first`. */
  readonly onReplace?: OnReplace;
  /** A digest of the image that the plan was made for, by which `apply` knows that it changed since. */
  readonly basis?: string;
}

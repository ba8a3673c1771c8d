import type { Image, ImageStatus } from "./image.ts";

/** Which of several targets an event is about; absent where there is one. */
export interface TargetedEvent {
  /** The backend's name. */
  readonly backend?: string | undefined;
  readonly region?: string | undefined;
}

/** What a plan is about to do, or did. */
export interface ActionEvent extends TargetedEvent {
  readonly action: "create" | "update" | "replace" | "delete" | "none";
  readonly name: string;
  /** The image that is there already; for a creation absent, and in the end the new one. */
  readonly imageId: string | undefined;
}

/** An action that ended. */
export interface ActionEndEvent extends ActionEvent {
  /** The image as it is now; absent after a deletion or a failure. */
  readonly image: Image | undefined;
  /** Why it failed; absent when it didn't. */
  readonly error: unknown;
}

/** How far a transfer is; `upload-…` is also told of data that the cloud brings into an image by itself. */
export interface ProgressEvent extends TargetedEvent {
  readonly name: string;
  readonly imageId: string | undefined;
  readonly transferredBytes: number;
  /** Absent where nobody said how much there will be. */
  readonly totalBytes: number | undefined;
  /** How many came a second, in the last two seconds or so. Absent where nobody knows, at the start and at the end. */
  readonly bytesPerSecond?: number | undefined;
}

/** An image's status, when it changed. */
export interface ImageStatusEvent extends TargetedEvent {
  readonly name: string;
  readonly imageId: string;
  readonly status: ImageStatus;
}

/** A request that failed and is made again. */
export interface RequestRetryEvent extends TargetedEvent {
  readonly method: string;
  /** Without user information and query. */
  readonly url: string;
  /** 1 for the first repetition. */
  readonly attempt: number;
  /** The status that was answered, where one was. */
  readonly status: number | undefined;
}

/** A spec that is about to be planned for. */
export interface PlanStartEvent extends TargetedEvent {
  readonly name: string;
}

/** A download that was found in the cache. */
export interface CacheHitEvent extends TargetedEvent {
  readonly name: string;
  readonly path: string;
}

/** The events of an `ImageManager`, by name. */
export interface ImageEvents {
  "plan-start": (event: PlanStartEvent) => void;
  "action-start": (event: ActionEvent) => void;
  "action-end": (event: ActionEndEvent) => void;
  "download-start": (event: ProgressEvent) => void;
  "download-progress": (event: ProgressEvent) => void;
  "download-end": (event: ProgressEvent) => void;
  /** How much of a compressed source has gone into the decompressor. */
  "decompress-progress": (event: ProgressEvent) => void;
  "upload-start": (event: ProgressEvent) => void;
  "upload-progress": (event: ProgressEvent) => void;
  "upload-end": (event: ProgressEvent) => void;
  "image-status": (event: ImageStatusEvent) => void;
  "request-retry": (event: RequestRetryEvent) => void;
  "cache-hit": (event: CacheHitEvent) => void;
}

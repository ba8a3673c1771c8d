import type { z } from "zod";
import type {
  AttributeOperation,
  Image,
  ImageMember,
  ImageQuery,
  ImageSource,
  ImageSpec,
  Issue,
  MemberStatus,
  NewImage,
  ObjectSource,
  PropertyOperation,
  RequestRetryEvent,
  Rules,
  TagOperation,
  VolumeSource,
} from "../model/index.ts";

/** What every call of a backend takes. */
export interface CallOptions {
  /** Ends the call early: it rejects with the signal's own reason, and leaves no listener behind. */
  readonly signal?: AbortSignal | undefined;
  /** Told of every request that is made again. It never throws. */
  readonly onRetry?: ((event: RequestRetryEvent) => void) | undefined;
}

/** Image data on its way. */
export interface ImageData {
  /** How many bytes `chunks` yields, exactly; absent where nobody knows. */
  readonly sizeBytes: number | undefined;
  /** In data that was asked for from some byte on: at which byte of the whole `chunks` begins. Absent: at the first. */
  readonly startByte?: number | undefined;
  /** The bytes, to be iterated once. An error of the iteration ends the call with that very error. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /**
   * Takes the memory of a chunk back, for another one: a receiver that is done with a chunk may say so, which spares
   * much memory and time. A chunk that was not given back keeps its bytes.
   */
  release?(chunk: Uint8Array): void;
}

/** What an upload takes. */
export interface UploadOptions extends CallOptions {
  /** The store that keeps the data, one of {@link ImportOffer.stores}. Default: the cloud's own choice. */
  readonly store?: string | undefined;
}

/** What a download takes. */
export interface DownloadOptions extends CallOptions {
  /**
   * From which byte on the data is wanted; it is within the data. A backend that can't begin there passes over it, and
   * yields all: the answer's {@link ImageData.startByte} says where it begins. Default: 0.
   */
  readonly startByte?: number | undefined;
}

/** A change that {@link Backend.update} can be asked for. Members have calls of their own. */
export type MetadataOperation = AttributeOperation | PropertyOperation | TagOperation;

/** Values that a plan is about to send. */
export interface SentValues
  extends Pick<
    ImageSpec,
    "containerFormat" | "diskFormat" | "visibility" | "hidden" | "description" | "properties"
  > {
  /** Whether an image is made of them: what the cloud requires has to be there. */
  readonly creates: boolean;
}

/**
 * A cloud, as the rest of the library sees it: the law for authors of backends.
 *
 * - Every method that is not required is a capability: without it, plans that need it are refused with
 *   `ERR_UNSUPPORTED` before anything is sent.
 * - Refusals are {@link HttpError}s: 404 where the image is gone or can't be seen (or 410, which has the same
 *   code, where it goes while its data comes), 403 where it may not be changed so, 409 where its state forbids it.
 *   No answer is a `NetworkError`.
 * - Images are returned whole, `properties` without what only the server writes.
 */
export interface Backend {
  /** Its name, for messages: `openstack`. */
  readonly name: string;
  /** The region whose images it keeps, where it has one. */
  readonly region?: string | undefined;
  /** The id of the project that it acts for. Absent: there is one owner, or nobody knows. */
  readonly projectId?: string | undefined;
  /** What to do instead of what it doesn't do, by the path of the field that asks for it, such as `source.file`. */
  readonly alternatives?: Readonly<Record<string, string>> | undefined;
  /** What it takes of a spec. Narrower than `ImageSpec`; it normalises and fills in no default. */
  readonly spec: z.ZodType<ImageSpec>;
  /** What it can change in place. */
  readonly rules: Rules;
  /**
   * Whether of two updates that overlap one may undo the other though both were answered as done, as on Glance: the
   * caller then lets a moment pass before it looks whether its own was kept. Default: `false`.
   */
  readonly losesUpdates?: boolean | undefined;

  /**
   * The images that answer to a query, page by page as they are asked for. A query without `owner` or
   * `visibility` sees what the cloud lists by itself; `hidden` absent means both. With `memberStatus` it sees what
   * others share with this project. The caller applies the query once more, so a backend may leave to it what its
   * cloud can't filter, but for `memberStatus`.
   */
  list(query: ImageQuery, options?: CallOptions): AsyncIterable<Image>;

  /** The image of this id; `undefined` when it is gone or can't be seen. */
  get(id: string, options?: CallOptions): Promise<Image | undefined>;

  /**
   * Applies all operations in one step, or none, and returns the image after it. Adding what is there, in
   * properties and tags, is no error; repeating is harmless. Rejects with 404 when the image is gone.
   */
  update(id: string, operations: readonly MetadataOperation[], options?: CallOptions): Promise<Image>;

  /** Deletes the image; repeating is harmless, a missing image no error. Rejects with 403 when it is protected. */
  delete(id: string, options?: CallOptions): Promise<void>;

  /**
   * Closes the data of an active image to all but administrators, status `deactivated`; `reactivate` opens it again.
   * Repeating is harmless. Rejects with `ERR_IMAGE_STATUS` in any other status, with 404 when the image is gone.
   */
  deactivate?(id: string, options?: CallOptions): Promise<void>;

  /** Takes `deactivate` back. Rejects as it does. */
  reactivate?(id: string, options?: CallOptions): Promise<void>;

  /**
   * Holds values that are about to be sent against what this very cloud takes, as far as it says so: asked while a
   * plan is made, and only for values that the plan sends. Where the cloud doesn't say there are no issues; it has
   * the last word anyway.
   */
  check?(values: SentValues, options?: CallOptions): Promise<readonly Issue[]>;

  /**
   * The algorithm of the digest that the cloud reports of stored data, as far as its answers have told it: a digest by
   * it is made while data is sent. Nothing is asked for it.
   */
  hashAlgorithm?(): string | undefined;

  /**
   * Who gives a new image its id. `caller`: it is `NewImage.id`, so that a creation whose answer is lost is recognised.
   * `cloud`: it is in what the creation returns, `NewImage.id` is passed over, and a creation whose answer is lost is
   * looked for by its name; a spec can't choose an id. Default: `caller`.
   */
  readonly idsAreGivenBy?: "caller" | "cloud" | undefined;

  /**
   * Makes an image record, `queued`, without data. Rejects with 409 when the id was ever given before: the
   * caller then reads the image to see whether an earlier, lost answer made it.
   */
  create?(image: NewImage, options?: CallOptions): Promise<Image>;

  /** Images of data that the cloud has already, which make their records themselves. */
  readonly createFrom?: CreateFrom;

  /**
   * Stores the data of a `queued` image, reading `data.chunks` once and only when the cloud will take it. After
   * it the image is on its way to `active`. When it fails or is aborted, the image is `queued` and empty again,
   * now or soon. Rejects with 409 when the image has data, or another upload is under way.
   */
  upload?(id: string, data: ImageData, options?: UploadOptions): Promise<void>;

  /**
   * The data of an active image, from the first byte or, where that is asked for and the backend can, from another one
   * on. Rejects with `ERR_TRANSFER_INCOMPLETE` when it has none. An iteration that is cut throws a `retryable` error
   * where the rest may be asked for.
   */
  download?(id: string, options?: DownloadOptions): Promise<ImageData>;

  /** Who an image is shared with. */
  readonly members?: Members;

  /** Data that the cloud itself brings into an image. */
  readonly imports?: Imports;
}

/** Data that the cloud has already: a volume, an object of its object storage, another image. */
export type CloudSource = VolumeSource | ObjectSource | ImageSource;

/** The creation of images of data that the cloud has already. */
export interface CreateFrom {
  /** The sources that it takes, by the name of their field. */
  readonly kinds: readonly ("volumeId" | "object" | "imageId")[];
  /**
   * Makes an image, and returns it as soon as the cloud tells its id; the data may be on its way then, until the image
   * is `active`. What the cloud doesn't take at that moment and can change later may be left out: the caller sees it and
   * updates it.
   *
   * Rejects with 404 when there is no such source, with 409 when the name is taken and names are unique, and with
   * `ERR_IMAGE_FAILED` and the cloud's reason when the cloud gives it up: with its `imageId` where there is an image
   * then, which the caller deletes. After an abort the cloud may go on: the image is found under its name.
   *
   * An image on its way is `saving`, or has a status of the cloud's own; `queued` only where the backend has no
   * `create`, for it would be taken for an empty record elsewhere. One that was given up is `killed`.
   */
  start(image: NewImage, source: CloudSource, options?: CallOptions): Promise<Image>;
}

/** The members of images. */
export interface Members {
  /** The ids of the projects that the image is shared with, whatever they answered. */
  list(id: string, options?: CallOptions): Promise<readonly string[]>;
  /** The members with what they answered. Absent: nobody can answer, all are `pending`. */
  statuses?(id: string, options?: CallOptions): Promise<readonly ImageMember[]>;
  /**
   * Answers for the backend's own project to an image that is shared with it. Repeating is harmless. Rejects with
   * 404 when it isn't shared with this project.
   */
  setStatus?(id: string, status: MemberStatus, options?: CallOptions): Promise<void>;
  /** Shares the image. Repeating is harmless. Rejects with 403 unless the image may have members: {@link Rules}. */
  add(id: string, project: string, options?: CallOptions): Promise<void>;
  /** Ends the sharing. Repeating is harmless. A gone image may be refused with 404, or be no error. */
  remove(id: string, project: string, options?: CallOptions): Promise<void>;
}

/** What a cloud offers of imports. */
export interface ImportOffer {
  /** By Glance's names: `web-download`, `glance-direct`, `copy-image`, `glance-download`, and what a cloud adds. */
  readonly methods: readonly string[];
  /** The stores that take data; absent where the cloud has one, without a name. */
  readonly stores?: readonly string[] | undefined;
}

/** Where the data of an import is. */
export type ImportOrigin =
  /** Behind a URL: into a `queued` image. */
  | { readonly method: "web-download"; readonly url: string }
  /** Sent to a staging area first; without `data`: what an `uploading` image has there already. */
  | { readonly method: "glance-direct"; readonly data?: ImageData | undefined }
  /** An image of another region of the same cloud: into a `queued` image. */
  | { readonly method: "glance-download"; readonly imageId: string; readonly region: string }
  /** The image itself, which is `active`: into more stores. */
  | { readonly method: "copy-image" };

/** An import that is asked for. */
export type ImportRequest = ImportOrigin & {
  /** The stores that get the data. Default: the cloud's own choice. */
  readonly stores?: readonly string[] | undefined;
  /** Whether a store that can't take the data fails the import as a whole. Default: `true`. */
  readonly allStoresMustSucceed?: boolean | undefined;
};

/** How far an import is. */
export type ImportState =
  /** Nothing tells that it has begun, or that it has ended. */
  | { readonly status: "pending"; readonly image: Image }
  | {
      readonly status: "running";
      readonly image: Image;
      /** How much one store has by now, where the cloud tells. */
      readonly transferredBytes?: number | undefined;
    }
  /** The image is active, and no store is being filled any more. */
  | { readonly status: "done"; readonly image: Image; readonly failedStores: readonly string[] }
  | {
      readonly status: "failed";
      /** Absent when it is gone. */
      readonly image: Image | undefined;
      /** In the cloud's words, where it has any. */
      readonly reason?: string | undefined;
      readonly failedStores: readonly string[];
    };

/** The imports of a cloud: it answers at once, and works on by itself. */
export interface Imports {
  /** What the cloud offers. It may be asked for once and remembered. */
  offer(options?: CallOptions): Promise<ImportOffer>;
  /**
   * Begins an import; after it, `state` tells how far it is. Staged data is sent before that, read once, as
   * `upload` does. Rejects with 409 when the image has another status than the method needs or another import is
   * under way, with 400 where the cloud won't fetch from there. An import that failed leaves a `queued` image,
   * which takes another one; a deletion of the image ends it.
   */
  start(id: string, request: ImportRequest, options?: CallOptions): Promise<void>;
  /** How far the last import into this image is. */
  state(id: string, options?: CallOptions): Promise<ImportState>;
  /** Whether an import into an image was under way when the image was read. Asks nobody. */
  isImporting(image: Image): boolean;
}

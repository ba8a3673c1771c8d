import {
  applyOperations,
  forcesReplacement,
  HttpError,
  httpErrorCode,
  type Image,
  ImageStateError,
  type NewImage,
  type Rules,
  TransferError,
} from "../model/index.ts";
import type { MetadataOperation } from "./backend.ts";

/** What storing data told of it. */
export interface StoredData {
  readonly sizeBytes: number;
  readonly md5: string;
  readonly sha512: string;
}

/** The record of a new image: Glance's defaults, but private. */
export function newRecord(image: NewImage, now: Date): Image {
  const { id, properties = {}, tags = [], ...fields } = image;
  const defaults = {
    visibility: "private",
    protected: false,
    hidden: false,
    minDiskGb: 0,
    minRamMb: 0,
  } as const;
  const time = timestamp(now);
  return { ...defaults, ...fields, id, properties, tags, status: "queued", createdAt: time, updatedAt: time };
}

/** The record after data was stored. */
export function withData(image: Image, data: StoredData, now: Date): Image {
  return {
    ...image,
    status: "active",
    sizeBytes: data.sizeBytes,
    checksum: data.md5,
    hashAlgorithm: "sha512",
    hashValue: data.sha512,
    updatedAt: timestamp(now),
  };
}

/** The record after these operations; 403 when one of them can't be done in place, as Glance answers. */
export function withChanges(
  image: Image,
  operations: readonly MetadataOperation[],
  rules: Rules,
  now: Date,
): Image {
  for (const operation of operations) {
    if (operation.kind === "attribute" && forcesReplacement(operation.name, image.status, rules)) {
      throw refusal(403, `Attribute ${operation.name} of image ${image.id} can't be changed in place`);
    }
  }
  return { ...applyOperations(image, operations), updatedAt: timestamp(now) };
}

/** The record with its data closed, or open again; `ERR_IMAGE_STATUS` when it has none. */
export function withActivation(image: Image, status: "active" | "deactivated", now: Date): Image {
  if (image.status === status) return image;
  if (image.status !== "active" && image.status !== "deactivated") throw wrongStatus(image, status);
  return { ...image, status, updatedAt: timestamp(now) };
}

/** An image's status doesn't let it become what is asked for. */
export function wrongStatus(
  { id, status: actual }: Pick<Image, "id" | "status">,
  status: "active" | "deactivated",
  cause?: unknown,
): ImageStateError {
  const action = status === "active" ? "reactivated" : "deactivated";
  return new ImageStateError(
    `Image ${id} can't be ${action}: it is ${actual}, and only an active or a deactivated image can`,
    { code: "ERR_IMAGE_STATUS", imageId: id, status: actual, cause },
  );
}

/** The image's data is closed. */
export function closed(id: string): HttpError {
  return refusal(403, `Image ${id} is deactivated`);
}

/** A refusal as a Glance would answer it, by a backend that has no server. */
export function refusal(status: 403 | 404 | 409, message: string): HttpError {
  return new HttpError(message, { code: httpErrorCode(status), status });
}

/** There is no such image. */
export function missing(id: string): HttpError {
  return refusal(404, `There is no image ${id}`);
}

/** The image has no data to download. */
export function noData(id: string, status: string): TransferError {
  return new TransferError(`Image ${id} has no data: it is ${status}`, {
    code: "ERR_TRANSFER_INCOMPLETE",
    offset: 0,
  });
}

/** Glance's form of a time: to the second, in UTC. */
function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, "Z");
}

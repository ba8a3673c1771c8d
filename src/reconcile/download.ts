import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Backend } from "../backends/backend.ts";
import {
  type Checksum,
  type Image,
  ImageStateError,
  TransferError,
  UnsupportedError,
  untilAborted,
} from "../model/index.ts";
import { checkBytes } from "../transfer/check.ts";
import { isComputable } from "../transfer/digest.ts";
import { reportProgress } from "../transfer/progress.ts";
import { resumed, skipped } from "../transfer/resume.ts";
import { saveResumably } from "../transfer/save-resumable.ts";
import { type Context, callOptions } from "./context.ts";
import { getExisting } from "./lookup/find.ts";
import { isForbidden } from "./outcome.ts";
import { reportedAlgorithm, storedDigest } from "./plan/content.ts";

/**
 * Writes the data of an image to a file or a stream, and holds it against what the cloud says it has. A connection that
 * is cut is gone on with, and so is the file of an earlier call.
 */
export async function downloadImage(
  context: Context,
  id: string,
  target: string | NodeJS.WritableStream,
): Promise<Image> {
  const { backend, emit, signal } = context;
  if (backend.download === undefined) throw unsupported(backend);
  const image = await getExisting(context, id);
  const { name, sizeBytes } = image;
  const checksum = checksumOf(image);
  let receivedBytes = 0;
  const event = (transferredBytes: number, totalBytes: number | undefined) => ({
    name,
    imageId: id,
    transferredBytes,
    totalBytes,
  });
  const open = async (startByte: number): Promise<AsyncIterable<Uint8Array>> => {
    receivedBytes = startByte;
    emit("download-start", event(startByte, sizeBytes));
    const chunks = countBytes(await openImage(context, image, startByte), (bytes) => {
      receivedBytes += bytes;
    });
    return reportProgress(chunks, (bytes, bytesPerSecond) => {
      // All of it is there only when it is known to be right.
      if (startByte + bytes === sizeBytes) return;
      emit("download-progress", { ...event(startByte + bytes, sizeBytes), bytesPerSecond });
    });
  };
  try {
    if (typeof target === "string")
      await saveResumably(target, { identity: { imageId: id }, sizeBytes, checksum, signal, open });
    else {
      const { chunks } = checkBytes(await open(0), { sizeBytes, checksum }, []);
      await pipeline(chunks, target, signal === undefined ? {} : { signal });
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
  emit("download-progress", event(receivedBytes, receivedBytes));
  emit("download-end", event(receivedBytes, receivedBytes));
  return image;
}

/** The data of an image, held against what the cloud says it has: the last of it comes only when all is right. */
export async function readImage(context: Context, image: Image): Promise<AsyncIterable<Uint8Array>> {
  const expected = { sizeBytes: image.sizeBytes, checksum: checksumOf(image) };
  return checkBytes(await openImage(context, image, 0), expected, []).chunks;
}

/** The data of an image from some byte on; a connection that is cut is gone on with. */
async function openImage(
  context: Context,
  image: Image,
  startByte: number,
): Promise<AsyncIterable<Uint8Array>> {
  const { signal } = context;
  const rest = async function* (from: number): AsyncGenerator<Uint8Array> {
    yield* await askForData(context, image, from);
  };
  const first = await askForData(context, image, startByte);
  return untilAborted(resumed(first, { startByte, rest, signal }), signal);
}

async function askForData(
  context: Context,
  image: Image,
  startByte: number,
): Promise<AsyncIterable<Uint8Array>> {
  const { backend } = context;
  if (backend.download === undefined) throw unsupported(backend);
  // Nothing is left: a range that begins behind the end would be refused.
  if (startByte > 0 && startByte === image.sizeBytes) return Readable.from([]);
  const from = startByte === 0 ? {} : { startByte };
  const data = await backend
    .download(image.id, { ...callOptions(context), ...from })
    .catch((error: unknown) => Promise.reject(isClosed(image, error) ? closed(image, error) : error));
  const begunAt = data.startByte ?? 0;
  if (begunAt > startByte) throw begunLate(image, startByte, begunAt);
  return begunAt === startByte ? data.chunks : skipped(data.chunks, startByte - begunAt);
}

function unsupported({ name, alternatives }: Backend): UnsupportedError {
  return new UnsupportedError({
    backend: name,
    capability: "download",
    alternative: alternatives?.["download"],
  });
}

function begunLate({ id }: Image, expected: number, actual: number): TransferError {
  return new TransferError(
    `The data of image ${id} was asked for from byte ${expected} on, and came from byte ${actual} on`,
    { code: "ERR_TRANSFER_INCOMPLETE", expected, actual, offset: expected },
  );
}

async function* countBytes(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/** A digest of the stored data, where the cloud reports one that this Node.js can compute. */
function checksumOf(image: Image): Checksum | undefined {
  for (const algorithm of [reportedAlgorithm(image), "md5"]) {
    if (algorithm === undefined || !isComputable(algorithm)) continue;
    const hex = storedDigest(image, algorithm);
    if (hex !== undefined) return { algorithm, hex };
  }
  return undefined;
}

/** Administrators may read the data of a deactivated image: only its refusal tells. */
function isClosed({ status }: Image, error: unknown): boolean {
  return status === "deactivated" && isForbidden(error);
}

function closed({ id, name, status }: Image, cause: unknown): ImageStateError {
  return new ImageStateError(
    `Image ${id} (${name}) is deactivated: its data is closed until it is reactivated, as by reactivate("${id}")`,
    { code: "ERR_IMAGE_STATUS", imageId: id, status, cause },
  );
}

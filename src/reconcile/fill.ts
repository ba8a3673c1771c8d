import type { Image, ImageSpec } from "../model/index.ts";
import { UnsupportedError } from "../model/index.ts";
import type { Passed } from "../transfer/check.ts";
import { openTransfer, type Transfer } from "../transfer/pipeline.ts";
import type { LocalSource } from "../transfer/source.ts";
import { type Context, callOptions } from "./context.ts";
import { discardImage } from "./discard.ts";
import { mayHaveSucceeded } from "./outcome.ts";
import { VERIFIED_ALGORITHMS, type Verification, verifyStored } from "./verify.ts";
import { waitForActive, waitWhileBusy } from "./wait.ts";

/** An image whose data is about to be sent. */
export interface Filling {
  readonly imageId: string;
  readonly spec: Pick<ImageSpec, "name" | "verifyChecksum" | "convert">;
  readonly source: LocalSource;
}

/** An image that has its data. */
export interface Filled {
  readonly image: Image;
  readonly verification: Verification;
}

/** Opens the source and ties the progress of the transfer to events. Nothing is read or sent yet. */
export async function startTransfer(context: Context, { imageId, spec, source }: Filling): Promise<Transfer> {
  const { emit, signal } = context;
  const { name } = spec;
  const isDownload = "url" in source;
  let totalBytes: number | undefined;
  const event = (transferredBytes: number) => ({ name, imageId, transferredBytes, totalBytes });
  if (isDownload) emit("download-start", event(0));
  const transfer = await openTransfer(source, {
    algorithms: spec.verifyChecksum === false ? [] : VERIFIED_ALGORITHMS,
    convert: spec.convert,
    signal,
    ...(isDownload ? { onRead: (bytes: number) => emit("download-progress", event(bytes)) } : {}),
    onTaken: (bytes) => {
      // All of it is there only when the cloud has said so.
      if (bytes !== totalBytes) emit("upload-progress", event(bytes));
    },
  });
  totalBytes = transfer.sizeBytes;
  return transfer;
}

/**
 * Sends the data of an image, waits until the cloud has it, and holds what it stored against what was sent. An
 * image that isn't what was sent is deleted.
 *
 * @throws What the source, the backend's `upload` and the verification throw.
 */
export async function fillImage(context: Context, filling: Filling, transfer: Transfer): Promise<Filled> {
  const { emit } = context;
  const { imageId, source } = filling;
  const { name } = filling.spec;
  emit("upload-start", { name, imageId, transferredBytes: 0, totalBytes: transfer.sizeBytes });
  await sendData(context, imageId, name, transfer);
  const transferredBytes = transfer.passed()?.sizeBytes ?? 0;
  const end = { name, imageId, transferredBytes, totalBytes: transferredBytes };
  if ("url" in source) emit("download-end", end);
  emit("upload-progress", end);
  emit("upload-end", end);
  const image = await waitForActive(context, imageId, name);
  const verification = await verify(context, image, filling, transfer.passed());
  return { image, verification };
}

/** An upload whose answer was lost may have been done: the image says so. */
async function sendData(context: Context, id: string, name: string, transfer: Transfer): Promise<void> {
  const { backend, signal } = context;
  if (backend.upload === undefined) {
    throw new UnsupportedError({ backend: backend.name, capability: "source" });
  }
  const { sizeBytes, chunks, release } = transfer;
  try {
    await backend.upload(id, { sizeBytes, chunks, release }, callOptions(context));
  } catch (error) {
    signal?.throwIfAborted();
    if (!mayHaveSucceeded(error) || transfer.passed() === undefined) throw error;
    const image = await waitWhileBusy(context, id, name).catch(() => undefined);
    if (image?.status !== "active" || image.sizeBytes !== transfer.passed()?.sizeBytes) throw error;
  }
}

async function verify(
  context: Context,
  image: Image,
  { spec }: Filling,
  passed: Passed | undefined,
): Promise<Verification> {
  if (spec.verifyChecksum === false) {
    return { status: "skipped", reason: "the spec says verifyChecksum: false" };
  }
  if (passed === undefined) {
    return { status: "unverifiable", reason: "the backend did not take all of the data" };
  }
  try {
    return verifyStored(image, passed);
  } catch (error) {
    // Active and wrong: it can't be filled again, and nobody may use it.
    await discardImage(context, image.id);
    throw error;
  }
}

import type { Image, ImageSpec } from "../model/index.ts";
import { UnsupportedError } from "../model/index.ts";
import { openTransfer, type Transfer } from "../transfer/pipeline.ts";
import type { LocalSource } from "../transfer/source.ts";
import { type Context, callOptions } from "./context.ts";
import { discardImage } from "./discard.ts";
import { VERIFIED_ALGORITHMS, type Verification, verifyStored } from "./verify.ts";
import { waitForActive } from "./wait.ts";

/** An image whose data is about to be sent. */
export interface Filling {
  readonly imageId: string;
  readonly spec: Pick<ImageSpec, "name" | "verifyChecksum">;
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
export async function fillImage(
  context: Context,
  { imageId, spec, source }: Filling,
  transfer: Transfer,
): Promise<Filled> {
  const { backend, emit } = context;
  if (backend.upload === undefined)
    throw new UnsupportedError({ backend: backend.name, capability: "source" });
  const progress = { name: spec.name, imageId, totalBytes: transfer.sizeBytes };
  emit("upload-start", { ...progress, transferredBytes: 0 });
  await backend.upload(
    imageId,
    { sizeBytes: transfer.sizeBytes, chunks: transfer.chunks, release: transfer.release },
    callOptions(context),
  );
  const passed = transfer.passed();
  const transferredBytes = passed?.sizeBytes ?? 0;
  const end = { ...progress, transferredBytes, totalBytes: transferredBytes };
  if ("url" in source) emit("download-end", end);
  emit("upload-progress", end);
  emit("upload-end", end);
  const image = await waitForActive(context, imageId, spec.name);
  if (spec.verifyChecksum === false) {
    return { image, verification: { status: "skipped", reason: "the spec says verifyChecksum: false" } };
  }
  if (passed === undefined) {
    return {
      image,
      verification: { status: "unverifiable", reason: "the backend did not take all of the data" },
    };
  }
  try {
    return { image, verification: verifyStored(image, passed) };
  } catch (error) {
    // Active and wrong: it can't be filled again, and nobody may use it.
    await discardImage(context, imageId);
    throw error;
  }
}

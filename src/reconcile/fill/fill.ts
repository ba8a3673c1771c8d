import type { Image, ImageSpec, ProgressEvent, Source } from "../../model/index.ts";
import { orAbort, UnsupportedError } from "../../model/index.ts";
import type { Passed } from "../../transfer/check.ts";
import type { DeclaredData } from "../../transfer/inspect/refusal.ts";
import { openTransfer, type Transfer } from "../../transfer/pipeline.ts";
import { reportProgress } from "../../transfer/progress.ts";
import type { LocalSource } from "../../transfer/source.ts";
import { type Context, callOptions, type WantedData } from "../context.ts";
import { waitForActive, waitWhileBusy } from "../lookup/wait.ts";
import { digestsToMake, withMissedDigest } from "../make-plan/digests.ts";
import { isTaken, mayHaveSucceeded } from "../outcome.ts";
import { clientMethod, type Delivery, type DeliveryMethod } from "../plan/delivery.ts";
import { verifyOrDiscard } from "./discard.ts";
import { waitForImport } from "./import.ts";
import { importOf, stageData } from "./stage.ts";
import { throwIfTaken } from "./taken.ts";
import { conversionOf, type Verification, verifyStored } from "./verify.ts";

/** Data that is about to go into an image. */
export interface Filling {
  /** Absent as long as nobody knows: where the cloud gives it. */
  readonly imageId: string | undefined;
  readonly spec: Pick<ImageSpec, "name" | "verifyChecksum" | "diskFormat" | "decompress" | "convert">;
  readonly source: Source;
  /** What the data has to be, whether the spec declares it or the image has it. */
  readonly declared: DeclaredData;
  readonly delivery: Delivery;
  /** Whether its data is in the staging area already: the source is only held against it. */
  readonly staged: boolean;
}

/** Data that is about to be sent by this process. */
export type LocalFilling = Filling & { readonly source: LocalSource };

/** An image that is there, and about to get data. */
export type Placed<Kind extends Filling> = Kind & { readonly imageId: string };

/** An image that has its data. */
export interface Filled {
  readonly image: Image;
  readonly verification: Verification;
  /** How the data went in; absent when none did. */
  readonly method?: DeliveryMethod | undefined;
  /** The stores that have failed, where not all had to succeed. */
  readonly failedStores?: readonly string[] | undefined;
}

/**
 * Opens the source, or joins a pass of it that others share, and looks into its head. Nothing is sent yet.
 *
 * @throws What `openTransfer` throws.
 */
export async function startTransfer(
  context: Context,
  { imageId, spec, source, declared }: LocalFilling,
): Promise<Transfer> {
  const { signal, join } = context;
  const wanted = { spec, source, declared, algorithms: digestsToMake(context, { spec, source }) };
  const joined = join === undefined ? undefined : await orAbort(() => join(wanted), signal);
  return joined ?? openPass(context, wanted, imageId);
}

/**
 * Opens the source, and ties the progress of its download and decompression to events.
 *
 * @param imageId Which image it is for; absent where it is for several.
 * @throws What `openTransfer` throws.
 */
export async function openPass(
  { emit, signal, inspection, cache, connections, decompressLimits }: Context,
  { spec, source, declared, algorithms }: WantedData,
  imageId: string | undefined,
): Promise<Transfer> {
  const { name, decompress, convert } = spec;
  const isDownload = "url" in source;
  const isCompressed = decompress !== undefined && decompress !== false;
  let sourceBytes: number | undefined;
  const event = (transferredBytes: number, totalBytes: number | undefined) => ({
    name,
    imageId,
    transferredBytes,
    totalBytes,
  });
  const tell = (progress: ProgressEvent): void => {
    if (isDownload) emit("download-progress", progress);
    if (isCompressed) emit("decompress-progress", progress);
  };
  const tellEnd = (bytes: number): void => {
    tell(event(bytes, bytes));
    if (isDownload) emit("download-end", event(bytes, bytes));
  };
  const onRead = (bytes: number, bytesPerSecond: number): void => {
    // All of it is there only when it is known to be right.
    if (bytes !== sourceBytes) tell({ ...event(bytes, sourceBytes), bytesPerSecond });
  };
  if (isDownload) emit("download-start", event(0, undefined));
  const transfer = await openTransfer(source, {
    algorithms,
    decompress,
    convert,
    keepTar: isArchive(declared.containerFormat),
    decompressLimits,
    signal,
    cache: isDownload ? await cache?.() : undefined,
    connections,
    onCacheHit: (path) => emit("cache-hit", { name, path }),
    inspect: inspection === "off" ? undefined : declared,
    onSize: (bytes) => {
      sourceBytes = bytes;
    },
    onRead,
  });
  if (convert === true) {
    // It was read as a whole before.
    tellEnd(transfer.sourceSizeBytes ?? 0);
    return transfer;
  }
  const chunks = toTheEnd(transfer.chunks, () => tellEnd(transfer.received()?.sizeBytes ?? 0));
  return { ...transfer, chunks };
}

/** The chunks; told when there are no more, and all of them were right. */
async function* toTheEnd(chunks: AsyncIterable<Uint8Array>, onEnd: () => void): AsyncGenerator<Uint8Array> {
  yield* chunks;
  onEnd();
}

/**
 * Sends the data of an image, waits until the cloud has it, and holds what it stored against what was sent. An
 * image that isn't what was sent is deleted.
 *
 * @throws PlanError `ERR_PLAN_STALE` when another process has filled or deleted it meanwhile, and what the source, the
 *   backend's `upload` and the verification throw.
 */
export async function fillImage(
  context: Context,
  filling: Placed<LocalFilling>,
  opened: Transfer,
): Promise<Filled> {
  const { emit } = context;
  const { imageId } = filling;
  const { name } = filling.spec;
  const { sizeBytes: totalBytes } = opened;
  const chunks = reportProgress(opened.chunks, (transferredBytes, bytesPerSecond) => {
    // All of it is there only when the cloud has said so.
    if (transferredBytes !== totalBytes)
      emit("upload-progress", { name, imageId, transferredBytes, totalBytes, bytesPerSecond });
  });
  const transfer = { ...opened, chunks };
  emit("upload-start", { name, imageId, transferredBytes: 0, totalBytes });
  const method = filling.staged ? "glance-direct" : clientMethod(filling.delivery);
  const job = importOf(filling);
  if (method === "upload") await sendData(context, imageId, name, transfer, filling.delivery.stores?.[0]);
  else await stageData(context, job, transfer, filling.staged);
  const whole = (bytes: number) => ({ name, imageId, transferredBytes: bytes, totalBytes: bytes });
  const end = whole(transfer.passed()?.sizeBytes ?? 0);
  emit("upload-progress", end);
  emit("upload-end", end);
  const filled =
    method === "upload"
      ? { image: await waitForActive(context, imageId, name) }
      : await waitForImport(context, job);
  const verification = await verify(context, filled.image, { ...filling, method }, transfer.passed());
  return { ...filled, verification, method };
}

/** Whether an image of this container format is a tar archive itself. */
function isArchive(containerFormat: string | undefined): boolean {
  return containerFormat === "ova" || containerFormat === "docker";
}

/** An upload whose answer was lost may have been done: the image says so. */
async function sendData(
  context: Context,
  id: string,
  name: string,
  transfer: Transfer,
  store: string | undefined,
): Promise<void> {
  const { backend, signal } = context;
  if (backend.upload === undefined) {
    throw new UnsupportedError({ backend: backend.name, capability: "source" });
  }
  const { sizeBytes, chunks, release } = transfer;
  try {
    await backend.upload(id, { sizeBytes, chunks, release }, { ...callOptions(context), store });
  } catch (error) {
    signal?.throwIfAborted();
    if (isTaken(error)) await throwIfTaken(context, id, name, error);
    const sent = transfer.passed();
    if (!mayHaveSucceeded(error) || sent === undefined) throw error;
    const image = await waitWhileBusy(context, id, name).catch(() => undefined);
    if (image?.status !== "active" || image.sizeBytes !== sent.sizeBytes) throw error;
  }
}

async function verify(
  context: Context,
  image: Image,
  { spec, source, method }: LocalFilling & { readonly method: DeliveryMethod },
  passed: Passed | undefined,
): Promise<Verification> {
  if (spec.verifyChecksum === false) {
    return { status: "skipped", reason: "the spec says verifyChecksum: false" };
  }
  if (passed === undefined) {
    return { status: "unverifiable", reason: "the backend did not take all of the data" };
  }
  const converted = method === "upload" ? undefined : conversionOf(spec, image);
  if (converted !== undefined) return converted;
  return verifyOrDiscard(context, image.id, async () =>
    verifyStored(
      context.backend.rules.keepsBytes === false ? { ...image, sizeBytes: undefined } : image,
      await withMissedDigest(context, image, { spec, source }, passed),
    ),
  );
}

import {
  type AnyImagewrightError,
  ImagewrightError,
  type Source,
  type WebDownloadSource,
} from "../../model/index.ts";
import { isLocalSource, type LocalSource } from "../../transfer/source.ts";
import type { Context } from "../context.ts";
import { requireMethod } from "../make-plan/check-imports.ts";
import { deliveryMethod } from "../plan/delivery.ts";
import { copiedSource } from "./copied-source.ts";
import {
  type Filled,
  type Filling,
  fillImage,
  type LocalFilling,
  type Placed,
  startTransfer,
} from "./fill.ts";
import { fillByCloud } from "./fill-by-cloud.ts";
import { fillsNone } from "./fills-none.ts";

/** An image that has its data, and how it came by it. */
export interface Delivered extends Filled {
  /** Why the cloud did not do what it was asked to do first, where this process did it then. */
  readonly fallbackReason?: AnyImagewrightError | undefined;
}

/** A way for data into an image. */
export interface OpenDelivery {
  /** Brings the data into this image, waits for all of it, and verifies it. */
  fill(imageId: string): Promise<Delivered>;
  /** Whether the cloud has been asked to take or fetch anything. */
  isBegun(): boolean;
  /** Lets go of the source. */
  close(): Promise<void>;
}

/**
 * Opens the way for data from a source into an image. A source whose bytes pass through this process stands open after
 * it, or nothing does.
 */
export async function openDelivery(context: Context, filling: Filling): Promise<OpenDelivery> {
  const { source, delivery } = filling;
  switch (deliveryMethod(source, delivery, context.backend)) {
    case "web-download":
    case "glance-download": {
      let begun = false;
      const fill = (imageId: string): Promise<Delivered> => {
        begun = true;
        return fillWithoutSource(context, { ...filling, imageId });
      };
      return { fill, isBegun: () => begun, close: async () => {} };
    }
    case "create-from":
      throw fillsNone(context, source);
    default: {
      const local = { ...filling, source: await localSource(context, source) };
      // An image that is copied is another one in each cloud.
      const transfer = await startTransfer(
        isLocalSource(source) ? context : { ...context, join: undefined },
        local,
      );
      const fill = (imageId: string): Promise<Filled> => fillImage(context, { ...local, imageId }, transfer);
      return { fill, isBegun: transfer.isBegun, close: transfer.close };
    }
  }
}

async function fillWithoutSource(context: Context, filling: Placed<Filling>): Promise<Delivered> {
  const { source, delivery } = filling;
  if (delivery.fallback !== "client" || !("webDownload" in source)) return fillByCloud(context, filling);
  try {
    await requireMethod(context, "source.webDownload", "web-download");
    return await fillByCloud(context, filling);
  } catch (error) {
    context.signal?.throwIfAborted();
    if (!mayBeDoneByClient(error)) throw error;
    return {
      ...(await fillByClient(context, { ...filling, source: fetched(source) })),
      fallbackReason: error,
    };
  }
}

async function fillByClient(context: Context, filling: Placed<LocalFilling>): Promise<Filled> {
  const transfer = await startTransfer(context, filling);
  try {
    return await fillImage(context, filling, transfer);
  } finally {
    await transfer.close();
  }
}

/** Whether the cloud refused or failed, and left the image empty: not when it doesn't answer, or stored the wrong data. */
function mayBeDoneByClient(error: unknown): error is AnyImagewrightError {
  if (!ImagewrightError.is(error)) return false;
  if (error.code === "ERR_IMAGE_FAILED") return error.status === "queued";
  return error.name === "UnsupportedError" || error.name === "HttpError";
}

function fetched({ webDownload, checksum }: WebDownloadSource): LocalSource {
  return { url: webDownload, checksum };
}

async function localSource(context: Context, source: Source): Promise<LocalSource> {
  if (isLocalSource(source)) return source;
  if ("imageId" in source) return copiedSource(context, source);
  throw fillsNone(context, source);
}

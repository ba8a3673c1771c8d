import { type Image, type ImageStatus, isBusy } from "../../model/index.ts";
import type { Calls } from "../context.ts";

/** How long an image may stay staged before nobody is taken to be about to import it. */
export const STAGED_MS = 3_000;

/** The statuses of Glance. */
const KNOWN: readonly ImageStatus[] = [
  "queued",
  "saving",
  "uploading",
  "importing",
  "active",
  "deactivated",
  "killed",
  "deleted",
  "pending_delete",
];

/**
 * Whether data is on its way into an image, by an upload or an import. An import may not have begun yet, or still fill
 * stores of an active image: Glance reverts metadata then, too.
 */
export function isUnderWay(calls: Pick<Calls, "backend">, image: Image): boolean {
  return isBusy(image.status) || isImporting(calls, image) || isBeingMade(calls, image);
}

/** Whether an import into an image is under way. */
export function isImporting({ backend }: Pick<Calls, "backend">, image: Image): boolean {
  return backend.imports?.isImporting(image) === true;
}

/**
 * Whether the cloud is making an image of data that it has: in a status of its own, or queued, where nobody makes empty
 * records.
 */
function isBeingMade({ backend }: Pick<Calls, "backend">, { status }: Image): boolean {
  const { create, createFrom } = backend;
  if (createFrom === undefined) return false;
  return status === "queued" ? create === undefined : !KNOWN.includes(status);
}

/** Whether all data is in the staging area, which only then tells its size, and no import takes it from there. */
export function isStaged(calls: Pick<Calls, "backend">, image: Image): boolean {
  const { imports } = calls.backend;
  const { status, sizeBytes = 0 } = image;
  return imports !== undefined && status === "uploading" && sizeBytes > 0 && !isImporting(calls, image);
}

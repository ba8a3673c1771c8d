import { type HttpError, type Image, type NewImage, UnsupportedError } from "../../model/index.ts";
import type { MetadataOperation } from "../backend.ts";

/**
 * Refuses to hide an image of a cloud that doesn't know how: one that reports an image without `os_hidden`. A Glance
 * before Rocky would answer 409, as if another writer had been there.
 *
 * @throws UnsupportedError `ERR_UNSUPPORTED`; nothing was written.
 */
export function checkHidden(image: Image, operations: readonly MetadataOperation[], backend: string): void {
  const hides = operations.some(
    (operation) => operation.kind === "attribute" && operation.name === "hidden" && operation.to === true,
  );
  if (hides && image.hidden === undefined) throw unknownHere(backend);
}

/** What the refusal of a creation means: such a cloud takes `os_hidden` for a property, and wants a text. */
export function creationError(refusal: HttpError, { hidden }: NewImage, backend: string): Error {
  const isAboutIt = /os_hidden|True is not of type/.test(refusal.message);
  return refusal.status === 400 && hidden === true && isAboutIt ? unknownHere(backend, refusal) : refusal;
}

function unknownHere(backend: string, cause?: unknown): UnsupportedError {
  const alternative = "this cloud is older than OpenStack Rocky and hides no images: leave it out";
  return new UnsupportedError({ backend, capability: "hidden", alternative, cause });
}
